"""What a publisher sends to a server, and what it hears back: the upload, and the job that it becomes."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

State = Literal["checking", "measuring", "reading", "live", "refused", "failed"]
"""Of a job: waits for its turn, whom it changes something for is measured, the history of its new signals is read from the log;
then for ever one of the others."""

BUSY: Final[tuple[State, ...]] = ("checking", "measuring", "reading")
"""The states of a job that is not done."""


class Upload(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A site to publish.

    files    path -> text of the site's YAML, and of its collections in JSON
    author   who publishes, such as `Ada Lovelace <ada@example.com>`
    message  why
    commit   the Git commit that holds it
    share    of visitors whom it serves, as a candidate beside the live release; 1 is everybody, at once
    accept   publish even if more visitors are affected than the live site's guard allows
    """

    files: dict[str, str]
    author: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    message: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
    commit: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{40})?$")] = ""
    share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    accept: bool = False


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
    """Of `visitors` who came, those for whom something changes. When not `complete`, only a sample was looked at."""

    visitors: int
    changed: Changed
    complete: bool = True

    def words(self, rollout: float = 1.0) -> str:
        """The same for people, for a release that the share `rollout` of visitors gets."""
        if not self.visitors:
            return "nobody came in the last day, so there is nothing to compare"
        changed = self.changed
        said = (
            f"{changed.visitors:,} of {self.visitors:,} visitors of the last day ({changed.share:.1%}) "
            "would see something else"
        )
        if changed.slots:
            slots = sorted(changed.slots.items(), key=lambda item: (-item[1].share, item[0]))
            said += f": {', '.join(f'{name} {slot.share:.1%}' for name, slot in slots)}"
        if not self.complete:
            said += " (of a sample)"
        if rollout < 1:
            said += f"; rolled out to {rollout:.0%} of visitors that makes {changed.share * rollout:.1%}"
        return said


class Job(msgspec.Struct, kw_only=True):
    """How far a publication is.

    progress  of what the state names, from 0 to 1
    report    whom the release shows something else, once that is measured
    detail    for people: the report in words, and why it was refused or failed
    """

    id: str
    release: str
    state: State = "checking"
    progress: float = 0.0
    report: BlastRadius | None = None
    detail: str = ""
