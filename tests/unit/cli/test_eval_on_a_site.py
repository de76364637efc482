"""`befit eval --site`: the checker and the values of `befit check` and of the engine."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from befit.cli import run
from befit.cli.visitor import stored_values, told_values
from befit.engine import Program
from befit.model import Event, Profile
from befit.node.view import full_view
from befit.releases.playback import Playback
from befit.site import load_site

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "site"
START = 1_767_603_600_000


@pytest.mark.parametrize(
    ("expression", "variables", "value"),
    [
        ("signals.electronics_views", "{}", 0),
        ("signals.electronics_views >= 3", '{"signals": {"electronics_views": 3}}', True),
        (
            'now - signals.last_purchase < duration("168h")',
            '{"signals": {"last_purchase": "2001-01-01T00:00:00Z"}}',
            False,
        ),
        ("page.price * 2.0", '{"page": {"price": 4}}', 8.0),
        ('"vip" in tags', '{"tags": ["vip"]}', True),
        ('context.hour >= 0 && context.country == "DE"', '{"context": {"country": "DE"}}', True),
        ("profile.known", "{}", False),
    ],
)
def test_it_evaluates_over_a_new_visitor_and_what_is_given(
    capsys: pytest.CaptureFixture[str], expression: str, variables: str, value: object
) -> None:
    assert run(["eval", expression, "--site", str(SHOP), "--vars", variables]) == 0
    assert json.loads(capsys.readouterr().out) == value


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("signals.electronic_views >= 3", "1:9: unknown name: signals.electronic_views (did you mean"),
        ("signals.browsing_time > 3", "1:23: "),
        ("signals.last_purchase < now", "1:1: no such key: last_purchase"),
    ],
)
def test_what_does_not_check_or_is_not_known_exits_with_1(
    capsys: pytest.CaptureFixture[str], expression: str, said: str
) -> None:
    assert run(["eval", expression, "--site", str(SHOP)]) == 1
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--vars", '{"signal": {}}', "--site", str(SHOP)], "did you mean `signals`?"),
        (["--profile", "ada"], "--profile needs --site"),
    ],
)
def test_wrong_usage_exits_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert run(["eval", "true", *arguments]) == 2
    assert said in capsys.readouterr().err


def event(at: int, name: str, **properties: object) -> Event:
    return Event(
        type="page" if name == "page" else "track",
        name=name,
        message_id=str(at),
        anonymous_id="ada",
        timestamp=START + at,
        received_at=START + at,
        properties=properties,
        context={"timezone": "Europe/Berlin", "locale": "de"},
    )


def test_what_a_server_tells_of_a_visitor_gives_the_same_values_as_the_profile_itself() -> None:
    program = Program(load_site(SHOP))
    playback = Playback(program)
    playback.play(event(0, "page", path="/p/1", type="product", price=3))
    playback.play(event(1_000, "Product Viewed", product_id="p1", category="books", price=3))
    playback.play(event(2_000, "Products Searched", query="lamp", found=3))
    playback.play(event(3_000, "Order Completed", order_id="o1", total=700))
    profile, now = playback.profile("ada"), START + 10_000
    told = told_values(json.loads(msgspec.json.encode(full_view(profile, program, now))), program.release, now)
    stored = stored_values(profile, program, now)
    del stored["event"]
    for visit in (told, stored):
        visit["context"] = {name: visit["context"][name] for name in ("hour", "local", "timezone", "searches")}
    assert told == stored
    assert {name: type(value) for name, value in told["signals"].items()} == {
        name: type(value) for name, value in stored["signals"].items()
    }


def test_a_visitor_who_left_has_no_session() -> None:
    program = Program(load_site(SHOP))
    profile = Profile(id="a:x", ids=["a:x"])
    view = full_view(profile, program, START)
    assert told_values(view, program.release, START)["session"] == {}
