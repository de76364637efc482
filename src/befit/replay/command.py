"""What `befit replay FILE` does: read a file, send it with a progress bar, and say what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from befit.errors import InputError, SettingsError
from befit.importers import format_for
from befit.replay.sending import Record, Tally, replay


def replay_command(
    file: Path,
    url: str,
    key: str,
    *,
    format_name: str = "",
    historical: bool = False,
    concurrency: int = 4,
    as_json: bool = False,
) -> int:
    """Replay a file with a progress bar on stderr and the result on stdout; the exit code: 1 when calls were rejected.

    `format_name` is one of `befit.importers.FORMATS`; by default the file's name decides. Raises SettingsError for a
    file that cannot be read, and what `replay` raises.
    """
    source = format_for(file.name, format_name)
    try:
        with file.open(encoding="utf-8") as lines:
            total = source.count(lines)
            lines.seek(0)
            tally = _with_bar(source.read(lines), total, file.name, url, key, historical, concurrency)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    except InputError as error:
        if error.field.startswith("line "):
            raise InputError(f"{file}: {error}", field=error.field) from None
        raise
    print(_report(tally, as_json))
    return 1 if tally.rejected else 0


def _with_bar(
    records: Iterable[Record], total: int, title: str, url: str, key: str, historical: bool, concurrency: int
) -> Tally:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:>8,.0f}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(title, total=total, rate=0.0)

        def on_progress(tally: Tally) -> None:
            progress.update(bar, completed=tally.sent, rate=tally.per_second)

        return asyncio.run(
            replay(records, url, key, historical=historical, concurrency=concurrency, on_progress=on_progress)
        )


def _report(tally: Tally, as_json: bool) -> str:
    if as_json:
        figures = {
            "events": tally.sent,
            "rejected": tally.rejected,
            "retries": tally.retries,
            "seconds": round(tally.seconds, 3),
            "eventsPerSecond": round(tally.per_second, 1),
            "reasons": dict(tally.reasons.most_common()),
        }
        return msgspec.json.encode(figures).decode()
    text = (
        f"{tally.sent:,} events in {tally.seconds:.1f} s: {tally.per_second:,.0f} events/s, {tally.rejected:,} rejected"
    )
    reasons = [f"  {count:,} x {reason}" for reason, count in tally.reasons.most_common(5)]
    return "\n".join([text, *reasons])
