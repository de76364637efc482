"""What a site folder compiles to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from befit.errors import SiteError
from befit.model import Condition, Pick, Release, SequenceStep
from befit.site import check_site, load_site

ReleaseOf = Callable[[dict[str, str]], Release]
FolderOf = Callable[[dict[str, str]], Path]


def test_settings(release_of: ReleaseOf) -> None:
    site = release_of(
        {
            "site.yaml": """
name: shop
write_keys: [a, b]
origins: ["https://shop.example"]
identity: {unsigned: true, keys: ["env:KEY"]}
public: [signals.clicks, traits.plan]
session: {timeout: 20m}
time: {max_skew: 1s, lateness: 2d}
pages: ../dist
purposes: [marketing]
guard: {changed: 12.5%}
""",
            "signals.yaml": "clicks: {count: Click}\n",
        }
    ).site
    assert site.guard.changed == 0.125
    assert (site.name, site.write_keys, site.origins) == ("shop", ("a", "b"), ("https://shop.example",))
    assert (site.unsigned_user_ids, site.identity_keys) == (True, ("env:KEY",))
    assert (site.public, site.pages, site.purposes) == (("signals.clicks", "traits.plan"), "../dist", ("marketing",))
    assert (site.session_timeout_ms, site.max_skew_ms, site.lateness_ms) == (1_200_000, 1_000, 172_800_000)


def test_defaults_of_a_site_that_says_little(release_of: ReleaseOf) -> None:
    site = release_of({}).site
    assert not site.unsigned_user_ids
    assert (site.public, site.origins) == ((), ())
    assert (site.session_timeout_ms, site.lateness_ms) == (1_800_000, 86_400_000)


def test_everything_public_is_a_star(release_of: ReleaseOf) -> None:
    assert release_of({"site.yaml": 'name: s\npublic: "*"\n'}).site.public == ("*",)


def test_signals_of_every_kind(release_of: ReleaseOf) -> None:
    site = "name: s\nschema: {events: {Order: {total: double, items: int, id: string}}}\n"
    signals = """
clicks: {count: [Click, Tap], where: event.properties.x == 1, within: 10m}
spent: {sum: event.properties.total, of: Order}
items: {sum: event.properties.items, of: Order, within: session}
open_sum: {sum: event.properties.anything, of: Click}
last_order: {last: timestamp, of: Order}
first_id: {first: event.properties.id, of: Order, within: session}
ids: {distinct: event.properties.id, of: Order}
page_time: {dwell: page}
left: {sequence: [Click, {on: Order, where: 'event.properties.total > 1.0'}, {absent: Click, for: 10m}], within: 1h}
idle: {absence: Order, after: Click, for: 10m}
likes: {affinity: event.properties.kind, half_life: 3d, weights: {Click: 1, Buy: 2.5}, public: true}
"""
    found = {signal.name: signal for signal in release_of({"site.yaml": site, "signals.yaml": signals}).signals}
    assert {name: (signal.kind, signal.type) for name, signal in found.items()} == {
        "clicks": ("count", "int"),
        "spent": ("sum", "double"),
        "items": ("sum", "int"),
        "open_sum": ("sum", "double"),
        "last_order": ("last", "timestamp"),
        "first_id": ("first", "string"),
        "ids": ("distinct", "int"),
        "page_time": ("dwell", "duration"),
        "left": ("sequence", "bool"),
        "idle": ("absence", "bool"),
        "likes": ("affinity", "map(string, double)"),
        "likes_top": ("leader", "string"),
    }
    assert (found["clicks"].on, found["clicks"].window, found["clicks"].within_ms) == (
        ("Click", "Tap"),
        "sliding",
        600_000,
    )
    assert (found["items"].window, found["spent"].window) == ("session", "lifetime")
    assert found["last_order"].value is not None
    assert found["last_order"].value.source == "event.timestamp"
    assert found["page_time"].of == "page"
    assert [(step.on, step.absent_ms) for step in found["left"].steps] == [
        ("Click", 0),
        ("Order", 0),
        ("Click", 600_000),
    ]
    assert (found["left"].on, found["left"].within_ms) == (("Click", "Order"), 3_600_000)
    assert found["idle"].steps == (SequenceStep("Click"), SequenceStep("Order", absent_ms=600_000))
    assert (found["likes"].weights, found["likes"].half_life_ms) == ({"Click": 1.0, "Buy": 2.5}, 259_200_000)
    assert (found["likes_top"].of, found["likes_top"].public) == ("likes", True)
    assert found["clicks"].position == "signals.yaml:2:1"


def test_conditions_say_what_they_read_and_where_they_stand(release_of: ReleaseOf) -> None:
    release = release_of({"tags.yaml": "vip: {on: Order, when: event.properties.total > 5, ttl: 90d}\n"})
    when = release.tags[0].when
    assert isinstance(when, Condition)
    assert (when.source, when.type, when.where) == ("event.properties.total > 5", "bool", "tags.yaml:1:24")
    assert when.reads == ("event.properties.total",)


def test_tags_and_triggers(release_of: ReleaseOf) -> None:
    release = release_of(
        {
            "tags.yaml": "vip: {on: [A, B], ttl: 1d, unset: {on: C, when: event.name == 'C'}, public: true}\n",
            "triggers.yaml": """
t:
  when: '"vip" in tags'
  show: {hero: welcome}
  tag: seen
  ttl: 1h
  untag: vip
  emit: Welcomed
  cooldown: 10m
  per_session: 2
  priority: 5
u: {on: A, show: {hero: welcome}, for: session}
v: {on: A, show: {hero: welcome}, for: 30s}
""",
        }
    )
    tag = release.tags[0]
    assert (tag.tag, tag.on, tag.ttl_ms, tag.unset_on, tag.public) == ("vip", ("A", "B"), 86_400_000, ("C",), True)
    t, u, v = release.triggers
    assert (t.show, t.lasting, t.tag, t.tag_ttl_ms, t.untag) == ({"hero": "welcome"}, "page", "seen", 3_600_000, "vip")
    assert (t.emit, t.cooldown_ms, t.per_session, t.priority) == ("Welcomed", 600_000, 2, 5)
    assert (u.lasting, v.lasting, v.for_ms) == ("session", "", 30_000)


def test_branches_keep_their_place_as_id_and_are_ordered_by_priority(release_of: ReleaseOf) -> None:
    slot = """
- {when: 'page.path == "/a"', show: welcome}
- when: 'page.path == "/b"'
  priority: 10
  rules:
    - {when: 'page.scroll > 5', show: welcome, variant: loud, props: {title: Hi}, cap: {session: 2, cooldown: 1h}}
    - {show: welcome}
- {show: welcome}
"""
    module = "type: banner\nprops: {title: Hello}\nvariants: {loud: {title: HELLO}}\n"
    (hero,) = release_of({"slots/hero.yaml": slot, "modules/welcome.yaml": module}).slots
    assert [branch.id for branch in hero.rules] == ["hero.1", "hero.0", "hero.2"]
    nested = hero.rules[0].rules[0]
    assert (nested.id, nested.variant, nested.props) == ("hero.1.0", "loud", {"title": "Hi"})
    assert nested.cap is not None
    assert (nested.cap.session, nested.cap.cooldown_ms) == (2, 3_600_000)
    assert nested.position == "slots/hero.yaml:6:7"


def test_props_are_plain_computed_or_picked(release_of: ReleaseOf) -> None:
    module = """
type: carousel
props:
  plain: {deep: [1, 2.5, true, null, text]}
  costs: "$${5}"
  single: ${signals.clicks}
  several: "${signals.clicks} of ${page.path}!"
  items: {pick: products, where: item.price > 5, affinity: likes, by: category, limit: 3}
"""
    release = release_of(
        {
            "modules/welcome.yaml": module,
            "signals.yaml": "clicks: {count: Click}\n"
            "likes: {affinity: event.properties.category, half_life: 1d, weights: {Click: 1}}\n",
            "collections/products.yaml": "- {id: a, category: books, price: 7}\n",
        }
    )
    (found,) = release.modules
    assert found.props == {"plain": {"deep": [1, 2.5, True, None, "text"]}}
    (single,) = found.texts["single"].parts
    assert isinstance(single, Condition)
    assert single.type == "int"
    assert [part if isinstance(part, str) else part.source for part in found.texts["several"].parts] == [
        "signals.clicks",
        " of ",
        "page.path",
        "!",
    ]
    assert found.texts["costs"].parts == ("${5}",)
    pick = found.picks["items"]
    assert isinstance(pick, Pick)
    assert (pick.collection, pick.affinity, pick.by, pick.limit) == ("products", "likes", "category", 3)
    assert release.collections == {"products": [{"id": "a", "category": "books", "price": 7}]}


def test_collections_may_be_json(release_of: ReleaseOf) -> None:
    assert release_of({"collections/a.json": '[{"id": 1}]'}).collections == {"a": [{"id": 1}]}


def test_a_schema_may_be_shared_by_name(release_of: ReleaseOf) -> None:
    files = {
        "schemas/banner.yaml": "{required: [title]}\n",
        "modules/welcome.yaml": "{type: b, schema: banner, props: {title: a}}\n",
    }
    assert release_of(files).modules[0].schema == {"required": ["title"]}


def test_the_id_is_the_same_wherever_and_however_the_folder_is_written(folder_of: FolderOf, tmp_path: Path) -> None:
    files = {"signals.yaml": "clicks: {count: Click, within: 10m}\n"}
    folder = folder_of(files)
    first = load_site(folder)
    elsewhere = tmp_path / "else" / "where"
    shutil.copytree(folder, elsewhere, ignore=shutil.ignore_patterns("else"))
    (elsewhere / "signals.yaml").write_text("# a comment\r\n\r\nclicks:\r\n  within: 10m\r\n  count: Click\r\n")
    second = load_site(elsewhere)
    assert first.id == second.id
    assert len(first.id) == 12
    assert int(first.id, 16) >= 0
    assert first.signals[0].position != second.signals[0].position


@pytest.mark.parametrize(
    "files",
    [
        {"signals.yaml": "clicks: {count: Click, within: 11m}\n"},
        {"signals.yaml": "klicks: {count: Click, within: 10m}\n"},
        {"modules/welcome.yaml": "type: banner\nprops: {title: Hallo}\n"},
        {"modules/welcome.yaml": "type: banner\nprops: {title: Hello, position: 1}\n"},
        {"slots/side.yaml": "- {show: welcome}\n"},
        {"site.yaml": "name: other\nwrite_keys: [key]\n"},
        {"collections/a.json": "[]"},
    ],
)
def test_the_id_changes_with_what_the_site_does(folder_of: FolderOf, files: dict[str, str]) -> None:
    before = load_site(folder_of({"signals.yaml": "clicks: {count: Click, within: 10m}\n"})).id
    assert load_site(folder_of({"signals.yaml": "clicks: {count: Click, within: 10m}\n", **files})).id != before


def test_a_release_is_portable_as_json(release_of: ReleaseOf) -> None:
    release = release_of({"tags.yaml": "vip: {when: now > timestamp('2026-01-01T00:00:00Z')}\n"})
    again = msgspec.json.decode(msgspec.json.encode(release), type=Release)
    assert msgspec.json.encode(again) == msgspec.json.encode(release)
    assert again.id == release.id


def test_a_folder_that_is_no_site_says_so(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"has no site\.yaml \(`befit init` makes one\)"):
        load_site(tmp_path / "nowhere")
    assert [problem.severity for problem in check_site(tmp_path)] == ["error"]


def test_warnings_do_not_keep_a_site_from_loading(folder_of: FolderOf) -> None:
    folder = folder_of({"templates/a.html": "<p>"})
    assert [problem.severity for problem in check_site(folder)] == ["warning"]
    assert load_site(folder).id
