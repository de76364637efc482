"""Blast radius: how many of the last day's visitors a release would show something else, before it is live.

`befit backtest` finds out, in a process of its own and with what the others leave of the cores, so that visitors do not wait.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from befit.errors import Unmeasured
from befit.releases.publication import BlastRadius
from befit.site import write_site_files

SINCE: Final = "1d"
TIME_LIMIT_S: Final = 20
DEADLINE_S: Final = 60.0
"""When a backtest that should have ended by itself is ended."""

COMMAND: Final = (sys.executable, "-m", "befit", "backtest")
NICENESS: Final = 10
CHUNK: Final = 1 << 16
MAX_REASON: Final = 500
"""Bytes of what the backtest says that are passed on."""


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


async def _run(words: Sequence[str], on_progress: Callable[[float], None]) -> BlastRadius:
    pipe = asyncio.subprocess.PIPE
    # A session of its own, so that the processes that it starts can be ended with it.
    process = await asyncio.create_subprocess_exec(*words, stdout=pipe, stderr=pipe, start_new_session=True)
    assert process.stdout is not None and process.stderr is not None  # noqa: PT018, S101 - both are pipes
    try:
        with suppress(OSError):
            os.setpriority(os.PRIO_PGRP, process.pid, NICENESS)
        output, said = await asyncio.gather(process.stdout.read(), _progress(process.stderr, on_progress))
        code = await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.communicate()
    if code:
        raise Unmeasured(f"the backtest failed: {said or f'exit code {code}'}")
    try:
        return msgspec.json.decode(output, type=BlastRadius)
    except msgspec.MsgspecError as error:
        raise Unmeasured(f"the backtest gave no result: {error}") from error


async def _progress(stderr: asyncio.StreamReader, on_progress: Callable[[float], None]) -> str:
    """Hands on the progress; the last line that is none."""
    said = rest = b""
    while chunk := await stderr.read(CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[-CHUNK:]
        for line in lines:
            try:
                on_progress(min(max(_decode_progress(line)["progress"], 0.0), 1.0))
            except (msgspec.MsgspecError, KeyError):
                said = line.strip() or said
    return (rest.strip() or said)[-MAX_REASON:].decode(errors="replace")
