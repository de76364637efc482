"""The list of releases as people and scripts read it: who made each, why, and whom it serves since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from befit.releases.registry import Current, Summary


class ReleaseInfo(msgspec.Struct, kw_only=True, frozen=True):
    """One release. Times are milliseconds since the epoch.

    since      when it last began to serve; 0 for one that was published and never did
    live       whether it serves every visitor whom no candidate serves
    candidate  whether it is being rolled out
    share      of visitors that it serves now, from 0 to 1
    why, by    what made it begin to serve, and who
    """

    id: str
    since: int
    live: bool
    candidate: bool
    share: float
    author: str
    message: str
    created: int
    commit: str
    why: str
    by: str


def list_releases(summaries: Iterable[Summary], history: Sequence[Current]) -> list[ReleaseInfo]:
    """The releases that are no drafts, the one that began to serve last first. `history` is newest first."""
    began = _beginnings(history)
    now = history[0] if history else None
    found = [_info(each, began.get(each.id), now) for each in summaries if each.kind != "draft"]
    return sorted(found, key=lambda each: each.since or each.created, reverse=True)


def _beginnings(history: Sequence[Current]) -> dict[str, Current]:
    """Release -> the switch with which it last began to serve, or came to serve everyone."""
    began: dict[str, Current] = {}
    before: tuple[str, str] = ("", "")
    for switch in reversed(history):
        after = (switch.live, switch.candidate)
        for name, was in zip(after, before, strict=True):
            if name and name != was:
                began[name] = switch
        before = after
    return began


def _info(summary: Summary, began: Current | None, now: Current | None) -> ReleaseInfo:
    live = now is not None and now.live == summary.id
    candidate = now is not None and now.candidate == summary.id
    share = 0.0 if now is None else now.share if candidate else 1 - now.share if live else 0.0
    return ReleaseInfo(
        id=summary.id,
        since=began.since if began else 0,
        live=live,
        candidate=candidate,
        share=share,
        author=summary.author,
        message=summary.message,
        created=summary.created,
        commit=summary.commit,
        why=began.why if began else "",
        by=began.by if began else "",
    )
