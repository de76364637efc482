"""Identity: which profile an event belongs to."""

from __future__ import annotations

from befit.engine import Route, route
from befit.model import Event


def event(anonymous: str = "", user: str = "", previous: str = "") -> Event:
    kind = "alias" if previous else "track"
    return Event(
        type=kind,  # type: ignore[arg-type]
        name="x",
        message_id="m",
        anonymous_id=anonymous,
        user_id=user,
        previous_id=previous,
        timestamp=1,
        received_at=1,
    )


def routed(found: Event, links: dict[str, str] | None = None) -> Route:
    return route(found, lambda name: (links or {}).get(name, name))


def test_an_anonymous_event_goes_to_its_own_profile_or_where_its_id_leads() -> None:
    assert routed(event("x")) == Route("a:x", (), ())
    assert routed(event("x"), {"a:x": "u:ada"}) == Route("u:ada", (), ())


def test_the_first_event_with_both_ids_joins_the_anonymous_profile_with_the_known_one() -> None:
    assert routed(event("x", "ada")) == Route("u:ada", ("a:x",), ("a:x",))
    assert routed(event("x", "ada"), {"a:x": "u:ada"}) == Route("u:ada", (), ())


def test_an_anonymous_id_never_joins_two_known_users() -> None:
    assert routed(event("x", "bob"), {"a:x": "u:ada"}) == Route("u:bob", (), ("a:x",))


def test_an_alias_joins_and_the_smallest_user_id_names_the_profile_whatever_the_direction() -> None:
    one = routed(event("", "ada", "bob"))
    other = routed(event("", "bob", "ada"))
    assert one.profile_id == other.profile_id == "u:ada"
    assert "u:bob" in one.absorb
    assert "u:bob" in other.absorb
