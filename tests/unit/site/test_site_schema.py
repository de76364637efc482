"""Declared types: what a site may say of its traits, pages, contexts and events."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from befit.model import Release
from befit.site.environment import of_item, of_rule, of_signal
from befit.site.schema import Schema, normal_type


@pytest.mark.parametrize(
    ("written", "type_"),
    [
        ("string", "string"),
        (" dyn ", "dyn"),
        ("list(string)", "list(string)"),
        ("map(string,int)", "map(string, int)"),
        ("list(map(string, list(double)))", "list(map(string, list(double)))"),
        ("String", None),
        ("uint", None),
        ("list(x)", None),
        ("map(int, string)", None),
        ("list(string", None),
        ("", None),
    ],
)
def test_types_are_cels_own_names(written: str, type_: str | None) -> None:
    assert normal_type(written) == type_


def test_the_release_holds_the_schema(release_of: Callable[[dict[str, str]], Release]) -> None:
    site = "name: s\nschema: {traits: {plan: string}, events: {Order Completed: {total: double}}}\n"
    schema = release_of({"site.yaml": site}).site.schema
    assert schema == {"traits": {"plan": "string"}, "events": {"Order Completed": {"total": "double"}}}


def test_events_that_are_all_declared_have_their_attributes_together() -> None:
    schema = Schema(events={"A": {"x": "int", "same": "string"}, "B": {"y": "double", "same": "int"}})
    event = of_signal(schema, ["A", "B"])["event"]
    assert isinstance(event, dict)
    assert event["properties"] == {"x": "int", "y": "double", "same": "dyn"}


def test_an_event_that_is_not_declared_is_open() -> None:
    event = of_signal(Schema(events={"A": {"x": "int"}}), ["A", "B"])["event"]
    assert isinstance(event, dict)
    assert event["properties"] == "map(string, dyn)"


def test_a_page_call_has_the_attributes_of_the_page() -> None:
    event = of_signal(Schema(page={"category": "string"}), ["page"])["event"]
    assert isinstance(event, dict)
    assert isinstance(event["properties"], dict)
    assert {"path", "category"} <= event["properties"].keys()
    assert "dwell" not in event["properties"]


def test_each_kind_of_place_has_its_variables() -> None:
    schema = Schema(traits={"plan": "string"})
    everywhere = {"profile", "session", "page", "context", "now"}
    assert of_signal(schema, ["A"]).keys() == everywhere | {"event"}
    known = everywhere | {"signals", "tags", "audiences"}
    assert of_rule(schema, {"clicks": "int"}).keys() == known
    assert of_rule(schema, {}, ["A"]).keys() == known | {"event"}
    assert of_item(schema, {}).keys() == known | {"item"}
