"""Blast radius: how many of the last day's visitors a release would show something else, before it is live.

`befit backtest` finds out, in a process of its own and with what the others leave of the cores, so that visitors do not wait.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from befit.errors import Unmeasured
from befit.site import write_site_files

SINCE: Final = "1d"
TIME_LIMIT_S: Final = 20
DEADLINE_S: Final = 60.0
"""When a backtest that should have ended by itself is ended."""

COMMAND: Final = (sys.executable, "-m", "befit", "backtest")
NICENESS: Final = 10
_MAX_LINE: Final = 1 << 16


class SlotRadius(msgspec.Struct, frozen=True):
    """Visitors who would see something else in one slot, and their share of all."""

    visitors: int
    share: float


class Changed(msgspec.Struct, frozen=True):
    """Visitors who would see something else in any slot, and by slot."""

    visitors: int
    share: float
    slots: dict[str, SlotRadius] = {}


class BlastRadius(msgspec.Struct, frozen=True):
    """Of `visitors` who came, those for whom something changes. When not `complete`, a sample was looked at."""

    visitors: int
    changed: Changed
    complete: bool = True

    def words(self, rollout: float = 1.0) -> str:
        """The same for people."""
        if not self.visitors:
            return "nobody came in the last day, so there is nothing to compare"
        changed = self.changed
        said = f"{changed.visitors:,} of {self.visitors:,} visitors of the last day ({changed.share:.1%}) would see something else"
        if changed.slots:
            slots = sorted(changed.slots.items(), key=lambda item: (-item[1].share, item[0]))
            said += f": {', '.join(f'{name} {slot.share:.1%}' for name, slot in slots)}"
        if not self.complete:
            said += " (of a sample)"
        if rollout < 1:
            said += f"; rolled out to {rollout:.0%} of visitors that makes {changed.share * rollout:.1%}"
        return said


_decode_progress = msgspec.json.Decoder(dict[str, float]).decode


async def measure(
    files: Mapping[str, str],
    against: str,
    data: Path,
    on_progress: Callable[[float], None],
    command: Sequence[str] = COMMAND,
) -> BlastRadius:
    """Compare the site of `files` with the release `against` over the log in the data folder; `on_progress` gets 0 to 1.

    Raises Unmeasured with the reason. A cancelled measurement leaves no process behind.
    """
    with TemporaryDirectory(prefix="befit-draft-") as folder:
        write_site_files(files, Path(folder))
        words = [*command, folder, "--against", against, "--data", str(data), "--since", SINCE]
        words += ["--time-limit", f"{TIME_LIMIT_S}s", "--json", "--progress-json"]
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await _run(words, on_progress)
        except TimeoutError as error:
            raise Unmeasured(f"the backtest did not end within {DEADLINE_S:.0f} s") from error
        except OSError as error:
            raise Unmeasured(f"the backtest cannot be started: {error}") from error
        except ValueError as error:
            raise Unmeasured(f"the backtest says more in one line than can be read: {error}") from error


async def _run(words: Sequence[str], on_progress: Callable[[float], None]) -> BlastRadius:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, stdout=pipe, stderr=pipe, limit=_MAX_LINE)
    assert process.stdout is not None and process.stderr is not None  # noqa: PT018, S101 - both are pipes
    try:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        output, said = await asyncio.gather(process.stdout.read(), _progress(process.stderr, on_progress))
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code:
        raise Unmeasured(f"the backtest failed: {said or f'exit code {code}'}")
    try:
        return msgspec.json.decode(output, type=BlastRadius)
    except msgspec.MsgspecError as error:
        raise Unmeasured(f"the backtest gave no result: {error}") from error


async def _progress(lines: asyncio.StreamReader, on_progress: Callable[[float], None]) -> str:
    """Hands on the progress; the last line that is none."""
    said = ""
    async for line in lines:
        try:
            on_progress(min(max(_decode_progress(line)["progress"], 0.0), 1.0))
        except (msgspec.MsgspecError, KeyError):
            said = line.decode(errors="replace").strip() or said
    return said
