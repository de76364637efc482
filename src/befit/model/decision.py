"""Decision: slot -> module + variant + props, with the reason, the release and the propensity it was chosen with."""

from __future__ import annotations

from typing import Any

import msgspec


class Step(msgspec.Struct, omit_defaults=True, gc=False):
    """One branch that was looked at on the way to a decision.

    `outcome` is `chosen`, `true` (it holds, and what is below it was looked at), `false`, `missing` (a value it needs is
    not known yet), `capped`, `cooling`, `ambiguous` (rows of a table hold of which only one may) or `error`; for a row whose
    value is part of what is shown, `collected`. `values` gives the value of each operand that was read; `why` says it in words.
    """

    rule: str
    when: str
    outcome: str
    where: str = ""
    values: dict[str, Any] = {}
    why: str = ""


class Decision(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """What one slot shows. `reason` names the branch or trigger; `trace` is there only when it was asked for.

    `props` may be a `msgspec.Raw` (already JSON) on the hot path.
    """

    slot: str
    module: str
    type: str
    variant: str
    props: Any
    decision_id: str
    reason: str
    release: str
    propensity: float = 1.0
    stale: bool = False
    trace: list[Step] | None = None


class DecideRequest(msgspec.Struct, rename="camel", kw_only=True):
    """The body of `POST /v1/decide`, and what a subscription holds. An empty `slots` means all slots of the site.

    `preview` is the draft that decides instead of what serves, for the browser that may see it.
    """

    anonymous_id: str = ""
    user_id: str = ""
    slots: list[str] = []
    page: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    trace: bool = False
    profile: bool = False
    preview: str = ""
