"""The admin API's `/explain`, why a visitor sees what they see, and `/backfill`, how far a release's new signals are."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from befit.node import Node, clock
from befit.node.past.backfill import Progress
from befit.node.past.explanation import Explainer, Explanation

Of = Annotated[str, QueryParameter(name="profile", description="Any id of the visitor.")]
Slot = Annotated[str, QueryParameter(description="The slot.")]
At = Annotated[int, QueryParameter(ge=0, description="The moment, in milliseconds since the epoch; 0 is now.")]


def explain_routes(node: Node) -> list[HTTPRouteHandler]:
    """The handlers."""

    @get("/explain", summary="Why a slot shows what it shows to a visitor, now or in the past")
    async def explain(profile: Of, slot: Slot, at: At = 0) -> Explanation:
        """Folds the visitor's events again from the log, under the releases that served then."""
        explainer = Explainer(node.log, node.store, node.site.programs, node.site.traffic)
        return await explainer.explain(profile, slot, at or clock())

    @get("/backfill", summary="The backfill that is under way")
    async def backfill() -> Progress | None:
        """`null` when every signal has its history."""
        return node.backfill.progress

    return [explain, backfill]
