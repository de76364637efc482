"""Release: one compiled, immutable, content-addressed version of a site. Pure data, portable as JSON.

`befit.site` makes it from a folder; `befit.engine.program` turns it into functions. Durations are milliseconds.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Condition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A checked CEL expression.

    source  as the author wrote it
    ast     portable JSON (shape: `befit.cel.ast`)
    type    its CEL type: `bool`, `string`, `int`, `double`, `timestamp`, `duration`, `list(string)`, `dyn`…
    where   `file:line:column` of its first character
    reads   every value it can read, as dotted paths (`signals.clicks`, `event.properties.category`, `tags`, `now`)
    """

    source: str
    ast: Any
    type: str
    where: str
    reads: tuple[str, ...] = ()


class SequenceStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of a sequence or funnel: an event (`on`, `where`), or its absence for `absent_ms` after the step before.

    An `optional` step may be left out. A `forbidden` one is an event that must not come between its neighbours.
    """

    on: str
    where: Condition | None = None
    absent_ms: int = 0
    optional: bool = False
    forbidden: bool = False


class Signal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A named value computed from events. `kind` is the key that chose it (`count`, `sum`, `last`, …).

    on         names of the events that feed it; `where` filters them
    value      what it takes from an event (sum, last, first, distinct, affinity…), None for count
    window     `lifetime`, `sliding` (with `within_ms`), `tumbling` (with `each_ms`), `session` or `page`
    of         for dwell: `page` or `session`; for `leader`, the signal whose first key it is
    per_ms     for rate: the unit of time of the number
    limit      for top: how many keys
    hidden     made by befit for a trigger's own sequence: no condition can name it, nobody is shown it
    """

    name: str
    kind: str
    type: str
    on: tuple[str, ...] = ()
    where: Condition | None = None
    value: Condition | None = None
    window: str = "lifetime"
    within_ms: int = 0
    each_ms: int = 0
    of: str = ""
    per_ms: int = 0
    limit: int = 0
    half_life_ms: int = 0
    weights: dict[str, float] = {}
    steps: tuple[SequenceStep, ...] = ()
    hidden: bool = False
    purpose: str = ""
    public: bool = False
    position: str = ""


class Audience(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A condition with a name. Wherever one is used, its AST stands in place of the name, so this is for people and for diffs."""

    name: str
    when: Condition
    position: str = ""


class TagRule(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Sets `tag` when one of the events `on` comes and `when` holds (no `on`: whenever what `when` reads changes).

    `ttl_ms` 0 means until removed. `unset_on` / `unset_when` remove it in the same manner.
    """

    name: str
    tag: str
    on: tuple[str, ...] = ()
    when: Condition | None = None
    ttl_ms: int = 0
    unset_on: tuple[str, ...] = ()
    unset_when: Condition | None = None
    purpose: str = ""
    public: bool = False
    position: str = ""


class Trigger(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Acts at the moment its condition becomes true, or on each event of `on` for which it holds.

    With `delay_ms` it acts so long after the newest event of `on`, if `when` holds then and no event of `cancel_on` came
    in between. With `sequence`, the name of a signal, it acts each time that sequence is completed, if `when` holds.

    Actions: `show` (slot -> module, for `for_ms`, or while `lasting` is `page` / `session`), `tag` with `tag_ttl_ms`,
    `untag`, `emit` (a track event appended to the log) and `webhook` (one of the site's). `cooldown_ms`, `per_session`,
    `per_day` and `ever` bound how often it fires.
    """

    name: str
    on: tuple[str, ...] = ()
    when: Condition | None = None
    delay_ms: int = 0
    cancel_on: tuple[str, ...] = ()
    sequence: str = ""
    show: dict[str, str] = {}
    for_ms: int = 0
    lasting: str = ""
    tag: str = ""
    tag_ttl_ms: int = 0
    untag: str = ""
    emit: str = ""
    webhook: str = ""
    cooldown_ms: int = 0
    per_session: int = 0
    per_day: int = 0
    ever: int = 0
    priority: int = 0
    purpose: str = ""
    position: str = ""


class Cap(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How often a branch's module may be seen: per session, per day, ever; `cooldown_ms` between two impressions."""

    session: int = 0
    day: int = 0
    ever: int = 0
    cooldown_ms: int = 0


class Row(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One row of a decision table with the hit policy `collect`: `value` is collected when `when` holds."""

    id: str
    value: Any
    when: Condition | None = None
    position: str = ""


class Collect(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The values of all rows that hold, in order, become the prop `into` of the module that is shown."""

    into: str
    rows: tuple[Row, ...]


class Branch(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One branch of a slot's rule tree: `when` (None: always), then either `show` or nested `rules`.

    `id` is its path, such as `hero.1.0`, stable within a release; those of a rule set go by its name, such as
    `hero.summer-sale.0`. `props` override the module's. With `unique`, at most one of `rules` may hold: when several do,
    none is taken. With `collect` the branch holds only if one of the rows does.
    """

    id: str
    when: Condition | None = None
    show: str = ""
    variant: str = ""
    props: dict[str, Any] = {}
    rules: tuple[Branch, ...] = ()
    unique: bool = False
    collect: Collect | None = None
    cap: Cap | None = None
    priority: int = 0
    position: str = ""


class Slot(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A place on a page. `rules` in order of evaluation; the last one has no condition: the default.

    The share `explore` of visitors is shown, instead of the first leaf that holds, any of those that hold, each with the
    same probability: what backtests need to estimate the effect of other rules.
    """

    name: str
    rules: tuple[Branch, ...]
    explore: float = 0.0
    position: str = ""


class Pick(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A prop whose value is a list of items picked from one of the site's collections at decision time.

    `where` sees `item` beside the usual variables. `affinity` names an affinity signal and `by` the item's attribute
    that it scores: best first, collection order among equals. `exclude_page` leaves out the item of the current page.
    """

    collection: str
    where: Condition | None = None
    affinity: str = ""
    by: str = ""
    limit: int = 10


class Text(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A prop with `${…}` in it: literal strings and conditions in turn. A single condition keeps its own type."""

    parts: tuple[str | Condition, ...]


class Module(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reusable content component. `props` are plain values; `computed` are filled in at decision time by name."""

    name: str
    type: str
    schema: dict[str, Any] = {}
    props: dict[str, Any] = {}
    texts: dict[str, Text] = {}
    picks: dict[str, Pick] = {}
    variants: dict[str, dict[str, Any]] = {}
    position: str = ""


class RuleSet(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Rules for several slots that begin, end and exclude others together. Its branches stand in the slots they are for, before
    the slot's own, so this is for people and for diffs."""

    name: str
    when: Condition | None = None
    priority: int = 0
    exclusive: str = ""
    slots: tuple[str, ...] = ()
    position: str = ""


class Webhook(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where triggers call out to: an http(s) URL, and the name of the environment variable that holds the signing secret."""

    name: str
    url: str
    secret_env: str = ""
    headers: dict[str, str] = {}
    position: str = ""


class Guard(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How large a change may be that is published without being accepted: `changed` is a share of visitors, 1 is no limit."""

    changed: float = 1.0


class SiteSettings(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What site.yaml says beside its name. `public` lists the signals, tags and traits that browsers may read, or is `("*",)`."""

    name: str
    write_keys: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    unsigned_user_ids: bool = False
    identity_keys: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    session_timeout_ms: int = 1_800_000
    max_skew_ms: int = 5_000
    lateness_ms: int = 86_400_000
    pages: str = ""
    purposes: tuple[str, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    guard: Guard = Guard()
    schema: dict[str, Any] = {}


class Release(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One compiled version of a site. `id` is the first 12 hex digits of the SHA-256 of the rest as canonical JSON."""

    id: str
    site: SiteSettings
    signals: tuple[Signal, ...] = ()
    audiences: tuple[Audience, ...] = ()
    tags: tuple[TagRule, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    slots: tuple[Slot, ...] = ()
    rulesets: tuple[RuleSet, ...] = ()
    modules: tuple[Module, ...] = ()
    collections: dict[str, list[dict[str, Any]]] = {}
