"""The JSON Schemas for editors and the readers of YAML files accept the same keys, and judge whole files alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from befit.errors import SettingsError
from befit.releases import scenario
from befit.site import write_starter
from befit.site.document import Document, Problems
from befit.site.editor import FOLDER, MATCHES, SETTINGS, schema, write_schemas
from befit.site.parts import (
    audiences,
    branches,
    content,
    modules,
    rulesets,
    schedule,
    settings,
    signals,
    slots,
    steps,
    tables,
    tags,
    triggers,
    webhooks,
)
from tests.pages import blocks

ROOT = Path(__file__).parents[3]
SHOP = ROOT / "examples" / "shop" / "site"
SOURCES = ROOT / "src" / "befit" / "site" / "schemas"


def kind_of(name: str) -> str | None:
    """The schema for a file of a site."""
    return next((kind for kind, (match,) in MATCHES.items() if Path(name).match(match)), None)


def errors(kind: str, text: str) -> list[str]:
    root = Document("file.yaml", text, Problems()).root
    assert root is not None
    validator = Draft202012Validator(schema(kind))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(root.value())]


@pytest.mark.parametrize("kind", MATCHES)
def test_a_schema_stands_alone_and_is_valid(kind: str) -> None:
    found = schema(kind)
    Draft202012Validator.check_schema(found)
    assert found["title"]
    text = json.dumps(found)
    assert "definitions.json" not in text
    for reference in references(found):
        assert reference.removeprefix("#/$defs/") in found["$defs"]


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


def test_no_file_gives_a_name_of_its_own_to_what_is_shared() -> None:
    shared = json.loads((SOURCES / "definitions.json").read_text())["$defs"]
    assert [
        kind
        for kind in MATCHES
        if json.loads((SOURCES / f"{kind}.json").read_text()).get("$defs", {}).keys() & shared.keys()
    ] == []


def at(kind: str, *path: str) -> dict[str, Any]:
    """The properties of an object in a schema; steps through references."""
    whole = schema(kind)
    part: Any = whole
    for step in path:
        part = part[step]
        while "$ref" in part and step != "properties":
            part = whole["$defs"][part["$ref"].removeprefix("#/$defs/")]
    found: dict[str, Any] = part["properties"]
    return found


OBJECTS = [
    (("site",), settings.KEYS),
    (("site", "properties", "identity"), ("unsigned", "keys")),
    (("site", "properties", "session"), ("timeout",)),
    (("site", "properties", "time"), ("max_skew", "lateness")),
    (("site", "properties", "guard"), ("changed",)),
    (("site", "properties", "schema"), ("traits", "page", "context", "events")),
    (("site", "properties", "webhooks", "additionalProperties"), webhooks.KEYS),
    (
        ("signals", "additionalProperties"),
        {*signals.KEYS, *signals.COMMON, *(key for keys in signals.KEYS.values() for key in keys)},
    ),
    (("signals", "$defs", "step"), ("on", *steps.KEYS["on"])),
    (("signals", "$defs", "absenceStep"), ("absent", *steps.KEYS["absent"])),
    (("signals", "$defs", "notStep"), ("not", *steps.KEYS["not"])),
    (("audiences", "additionalProperties", "then"), audiences.KEYS),
    (("tags", "additionalProperties"), tags.KEYS),
    (("tags", "additionalProperties", "properties", "unset"), ("on", "when")),
    (("triggers", "additionalProperties"), triggers.KEYS),
    (("slot", "else"), slots.KEYS),
    (("slot", "$defs", "branch"), branches.KEYS),
    (("slot", "$defs", "schedule"), schedule.KEYS),
    (("slot", "$defs", "cap"), content.CAP),
    (("slot", "$defs", "table"), {*tables.KEYS, *tables.COLLECT}),
    (("slot", "$defs", "row"), (*content.KEYS, tables.ADD)),
    (("ruleset",), rulesets.KEYS),
    (("module",), modules.KEYS),
    (("module", "$defs", "pick"), modules.PICK),
    (("test", "$defs", "scenario"), scenario.SCENARIO),
    (("test", "$defs", "call"), scenario.EVENT),
    (("test", "$defs", "expectation"), scenario.EXPECT),
    (("test", "$defs", "scenario", "properties", "visitor"), scenario.VISITOR),
]


@pytest.mark.parametrize(
    ("path", "keys"), OBJECTS, ids=lambda value: ".".join(value) if isinstance(value, tuple) else ""
)
def test_an_object_has_exactly_the_keys_that_befit_reads(path: tuple[str, ...], keys: Any) -> None:
    assert sorted(at(*path)) == sorted(keys)


def test_each_kind_of_signal_has_exactly_its_keys() -> None:
    rules = schema("signals")["additionalProperties"]["allOf"]
    found = {rule["if"]["required"][0]: rule["then"]["propertyNames"]["enum"] for rule in rules}
    assert found == {kind: [kind, *keys, *signals.COMMON] for kind, keys in signals.KEYS.items()}
    kinds = [each["required"][0] for each in schema("signals")["additionalProperties"]["oneOf"]]
    assert kinds == list(signals.KEYS)


def test_enums_are_those_that_befit_reads() -> None:
    assert schema("slot")["$defs"]["table"]["properties"]["hit"]["enum"] == list(tables.HITS)
    assert sorted(schema("slot")["$defs"]["day"]["enum"]) == sorted(schedule.DAYS)
    assert schema("triggers")["additionalProperties"]["dependentRequired"] == {
        key: [needed] for key, needed in triggers.BELONGS.items()
    }


@pytest.mark.parametrize("kind", MATCHES)
def test_every_key_has_something_to_say_when_the_pointer_rests_on_it(kind: str) -> None:
    whole = schema(kind)

    def told(part: Any) -> bool:
        return "description" in part or ("$ref" in part and told(whole["$defs"][part["$ref"].removeprefix("#/$defs/")]))

    def check(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("properties"), dict) and part.get("additionalProperties") is not None:
                assert [name for name, value in part["properties"].items() if not told(value)] == []
            for value in part.values():
                check(value)
        elif isinstance(part, list):
            for value in part:
                check(value)

    check(whole)


def good_files(tmp_path: Path) -> list[tuple[str, str]]:
    write_starter(tmp_path / "starter", "random-write-key")
    folders = [(folder, path) for folder in (SHOP, tmp_path / "starter") for path in sorted(folder.rglob("*.yaml"))]
    found = [(path.relative_to(folder).as_posix(), path.read_text("utf-8")) for folder, path in folders]
    found += [(block.info.removeprefix("file="), block.text) for block in blocks("docs/reference/site.md", "yaml")]
    return [(name, text) for name, text in found if kind_of(name)]


def test_every_file_of_the_demo_the_starter_and_the_documentation_is_valid(tmp_path: Path) -> None:
    files = good_files(tmp_path)
    assert {kind_of(name) for name, _ in files} >= {"site", "signals", "tags", "triggers", "slot", "module", "test"}
    assert [(name, found) for name, text in files if (found := errors(kind_of(name) or "", text))] == []


WRONG = [
    ("site", "write_keys: [k]"),
    ("site", "name: s\nwrite_key: [k]"),
    ("site", "name: s\norigins: [shop.example]"),
    ("site", "name: s\nidentity: {unsined: true}"),
    ("site", "name: s\nsession: {timeout: 30}"),
    ("site", "name: s\npublic: [clicks]"),
    ("site", "name: s\nschema: {page: {price: number}}"),
    ("site", "name: s\nguard: {changed: 20}"),
    ("site", "name: s\nwebhooks: {crm: {url: 'https://x.example', secret: whsec_abc}}"),
    ("site", "- 1"),
    ("signals", "a-b: {count: Click}"),
    ("signals", "a: Click"),
    ("signals", "a: {within: 10m}"),
    ("signals", "a: {count: Click, last: timestamp}"),
    ("signals", "a: {count: Click, half_life: 3d}"),
    ("signals", "a: {count: Click, within: soon}"),
    ("signals", "a: {count: Click, within: 1h, each: 1d}"),
    ("signals", "a: {sum: event.properties.x}"),
    ("signals", "a: {dwell: visit}"),
    ("signals", "a: {sequence: [Click, {absent: View}]}"),
    ("signals", "a: {funnel: [Click, {not: View}, Order]}"),
    ("signals", "a: {affinity: event.properties.x, half_life: 1d, weights: {View: many}}"),
    ("signals", "a: {rate: Click, per: 1m}"),
    ("audiences", "a-b: 'true'"),
    ("audiences", "a: {if: 'true'}"),
    ("tags", "a b: {on: Click}"),
    ("tags", "vip: {ttl: 1d}"),
    ("tags", "vip: {on: Click, unset: {}}"),
    ("triggers", "t: {tag: x}"),
    ("triggers", "t: {on: Click}"),
    ("triggers", "t: {on: Click, tag: x, for: 1m}"),
    ("triggers", "t: {on: Click, emit: Hello, ttl: 1m}"),
    ("triggers", "t: {on: Click, show: {}}"),
    ("triggers", "t: {on: Click, tag: x, per_session: 0}"),
    ("triggers", "t: {on: Click, sequence: [A, B], emit: X}"),
    ("triggers", "t: {when: 'true', emit: X, delay: 10m}"),
    ("slot", "[]"),
    ("slot", "{show: welcome}"),
    ("slot", "- {when: 'true'}"),
    ("slot", "- {show: welcome, rules: [{show: welcome}]}"),
    ("slot", "- {rules: [{show: welcome}], cap: {day: 1}}"),
    ("slot", "- {show: welcome, cap: {week: 1}}"),
    ("slot", "- {show: welcome, cap: {}}"),
    ("slot", "- {show: welcome, schedule: {days: [monday]}}"),
    ("slot", "- {show: welcome, schedule: {hours: nine to five}}"),
    ("slot", "- {table: {rows: [{show: welcome}]}}"),
    ("slot", "- {table: {hit: any, columns: {a: 'true'}, rows: [{show: welcome}]}}"),
    ("slot", "- {table: {columns: {a: 'true'}, rows: [{a: true}]}}"),
    ("slot", "- {table: {hit: collect, columns: {a: 'true'}, rows: [{a: true, add: 1}]}}"),
    ("slot", "{rules: [{show: welcome}], explore: 5}"),
    ("ruleset", "when: 'true'"),
    ("ruleset", "slots: {}"),
    ("ruleset", "slots: {hero: [{show: welcome}]}\npriority: -1"),
    ("module", "props: {title: Hello}"),
    ("module", "type: banner\nprop: {}"),
    ("module", "type: banner\nprops: {x: {pick: products, affinity: likes}}"),
    ("module", "type: banner\nprops: {x: {pick: products, limit: 1000}}"),
    ("collection", "- 1"),
    ("test", "expect: []"),
    ("test", "name: a\nexpect: [{slots: {}}]"),
    ("test", "name: a\nevents: [{at: 1s}]\nexpect: []"),
    ("test", "name: a\nevents: [{at: 1s, track: A, page: {}}]\nexpect: []"),
    ("test", "name: a\nexpect: [{at: soon}]"),
]


@pytest.mark.parametrize(("kind", "text"), WRONG)
def test_a_wrong_file_is_not(kind: str, text: str) -> None:
    assert errors(kind, text) != []


def test_settings_of_an_editor_are_kept(tmp_path: Path) -> None:
    (tmp_path / ".vscode").mkdir()
    (tmp_path / SETTINGS).write_text('{"editor.tabSize": 2, "yaml.schemas": {"https://other.example": "x.yaml"}}')
    written = write_schemas(tmp_path)
    assert len(written) == len(MATCHES) + 1
    found = json.loads((tmp_path / SETTINGS).read_text())
    assert found["editor.tabSize"] == 2
    assert found["yaml.schemas"]["https://other.example"] == "x.yaml"
    assert found["yaml.schemas"][f"./{FOLDER}/slot.json"] == ["slots/*.yaml"]
    assert json.loads((tmp_path / FOLDER / "slot.json").read_text()) == schema("slot")
    assert write_schemas(tmp_path) == written


@pytest.mark.parametrize("text", ["// a comment\n{}", "[]", '{"yaml.schemas": []}'])
def test_settings_that_cannot_be_read_are_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / ".vscode").mkdir()
    (tmp_path / SETTINGS).write_text(text)
    with pytest.raises(SettingsError, match="nothing was written"):
        write_schemas(tmp_path)
    assert (tmp_path / SETTINGS).read_text() == text
    assert not (tmp_path / FOLDER).exists()
