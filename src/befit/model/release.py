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
    """One step of a sequence: an event (`on`, `where`), or its absence for `absent_ms` after the step before."""

    on: str
    where: Condition | None = None
    absent_ms: int = 0


class Signal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A named value computed from events. `kind` is the key that chose it (`count`, `sum`, `last`, …).

    on         names of the events that feed it; `where` filters them
    value      what it takes from an event (sum, last, first, distinct, affinity), None for count
    window     `lifetime`, `sliding` (with `within_ms`), `session` or `page`
    of         for dwell: `page` or `session`
    """

    name: str
    kind: str
    type: str
    on: tuple[str, ...] = ()
    where: Condition | None = None
    value: Condition | None = None
    window: str = "lifetime"
    within_ms: int = 0
    of: str = ""
    half_life_ms: int = 0
    weights: dict[str, float] = {}
    steps: tuple[SequenceStep, ...] = ()
    purpose: str = ""
    public: bool = False
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

    Actions: `show` (slot -> module, for `for_ms`, or while `lasting` is `page` / `session`), `tag` with `tag_ttl_ms`,
    `untag`, and `emit` (a track event appended to the log). `cooldown_ms` and `per_session` bound how often it fires.
    """

    name: str
    on: tuple[str, ...] = ()
    when: Condition | None = None
    show: dict[str, str] = {}
    for_ms: int = 0
    lasting: str = ""
    tag: str = ""
    tag_ttl_ms: int = 0
    untag: str = ""
    emit: str = ""
    cooldown_ms: int = 0
    per_session: int = 0
    priority: int = 0
    purpose: str = ""
    position: str = ""


class Cap(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How often a branch's module may be seen: per session, per day, ever; `cooldown_ms` between two impressions."""

    session: int = 0
    day: int = 0
    ever: int = 0
    cooldown_ms: int = 0


class Branch(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One branch of a slot's rule tree: `when` (None: always), then either `show` or nested `rules`.

    `id` is its path, such as `hero.1.0`, stable within a release. `props` override the module's.
    """

    id: str
    when: Condition | None = None
    show: str = ""
    variant: str = ""
    props: dict[str, Any] = {}
    rules: tuple[Branch, ...] = ()
    cap: Cap | None = None
    priority: int = 0
    position: str = ""


class Slot(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A place on a page. `rules` in order of evaluation; the last one has no condition: the default."""

    name: str
    rules: tuple[Branch, ...]
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
    schema: dict[str, Any] = {}


class Release(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One compiled version of a site. `id` is the first 12 hex digits of the SHA-256 of the rest as canonical JSON."""

    id: str
    site: SiteSettings
    signals: tuple[Signal, ...] = ()
    tags: tuple[TagRule, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    slots: tuple[Slot, ...] = ()
    modules: tuple[Module, ...] = ()
    collections: dict[str, list[dict[str, Any]]] = {}
