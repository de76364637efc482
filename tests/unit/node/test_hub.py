"""The hub: who is told what, and when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from befit.engine import Program, Traffic, decide
from befit.errors import NotFound, Unavailable
from befit.model import DecideRequest, Profile
from befit.node.hub import Hub, Message, Subscription
from befit.node.profiles import Profiles
from tests.events import Visitor, ms, track
from tests.sites import program_of

SLOTS = {
    "hero": "- {when: 'signals.clicks > 1', show: many}\n- {show: welcome}\n",
    "side": "- {when: 'signals.orders > 0', show: many}\n- {show: welcome}\n",
    "soon": "- {when: 'now - signals.last_click < duration(\"10s\")', show: many}\n- {show: welcome}\n",
}
SIGNALS = "clicks: {count: Click}\norders: {count: Order}\nlast_click: {last: timestamp, of: Click}\n"


class House:
    """A hub over one visitor."""

    def __init__(self, program: Program) -> None:
        self.visitor = Visitor(program)
        self.now = ms(0)
        self.profiles = Profiles(None)  # type: ignore[arg-type]
        self.profiles.keep([self.visitor.profile])
        self.hub = Hub(self.profiles, lambda request: Traffic(self.visitor.program), self.load, lambda: self.now, 2)

    async def load(self, request: DecideRequest) -> tuple[Profile, bool]:
        return self.visitor.profile, False

    def subscribe(self, *slots: str, since: str = "", **more: Any) -> Subscription:
        return self.hub.subscribe(DecideRequest(anonymous_id="ada", slots=list(slots), **more), since)

    def does(self, *names: str, at: float = 0) -> None:
        profile = self.visitor.profile
        for name in names:
            effects = self.visitor.does(track(name, at))
            self.hub.on_commit({profile.id: effects.changed}, {}, {profile.id: profile})


@pytest.fixture
def house(tmp_path: Path) -> House:
    modules = {"many": "type: banner\nprops: {title: Many}\n"}
    return House(program_of(tmp_path, signals=SIGNALS, slots=SLOTS, modules=modules))


def shown(messages: list[Message]) -> dict[str, str]:
    decisions = [json.loads(message.data) for message in messages if message.kind == "decision"]
    return {decision["slot"]: decision["module"] for decision in decisions}


async def news(subscription: Subscription) -> dict[str, str]:
    return shown(await subscription.next(0))


async def test_a_new_subscription_gets_every_slot_once(house: House) -> None:
    async with house.subscribe("hero", "side") as subscription:
        assert await news(subscription) == {"hero": "welcome", "side": "welcome"}
        assert await news(subscription) == {}


async def test_only_a_decision_that_differs_is_sent(house: House) -> None:
    async with house.subscribe("hero", "side") as subscription:
        await news(subscription)
        house.does("Click")
        assert await news(subscription) == {}
        house.does("Click")
        assert await news(subscription) == {"hero": "many"}
        house.does("Order")
        assert await news(subscription) == {"side": "many"}


async def test_only_slots_that_read_what_changed_are_decided_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def watching(profile: Profile, request: DecideRequest, program: Program, now: int) -> Any:
        asked.append(request.slots)
        return decide(profile, request, program, now)

    async with house.subscribe("hero", "side"):
        monkeypatch.setattr("befit.engine.traffic.decide", watching)
        house.does("Order")
    assert asked == [["side"]]


async def test_a_cursor_resumes_with_what_the_client_does_not_have(house: House) -> None:
    async with house.subscribe("hero", "side") as subscription:
        cursor = (await subscription.next(0))[-1].id
    house.does("Click", "Click")
    async with house.subscribe("hero", "side", since=cursor) as subscription:
        assert await news(subscription) == {"hero": "many"}
    async with house.subscribe("hero", since=cursor) as subscription:
        assert await news(subscription) == {"hero": "many"}


async def test_a_client_that_does_not_read_holds_one_message_per_slot_and_none_if_all_is_as_before(
    house: House,
) -> None:
    async with house.subscribe("hero") as subscription:
        await news(subscription)
        house.does("Click", "Click", *["Order"] * 50)
        assert len(subscription.pending) == 1
        house.visitor.profile.signals["clicks"] = 0
        house.hub.on_commit({"a:ada": {"signals.clicks"}}, {}, {"a:ada": house.visitor.profile})
        assert await news(subscription) == {}


async def test_the_passing_of_time_changes_only_slots_that_depend_on_it(house: House) -> None:
    async with house.subscribe("hero", "soon") as subscription:
        house.does("Click")
        await news(subscription)
        house.now = ms(11)
        await house.hub.refresh(timed_only=True)
        assert await news(subscription) == {"soon": "welcome"}


async def test_a_profile_merged_away_takes_its_subscriptions_along(house: House) -> None:
    async with house.subscribe("hero") as subscription:
        await news(subscription)
        merged = Profile(id="u:ada", signals={"clicks": 9})
        house.hub.on_commit({"u:ada": {"*"}}, {"a:ada": "u:ada"}, {"u:ada": merged})
        assert await news(subscription) == {"hero": "many"}
        assert subscription.profile_id == "u:ada"
    assert house.hub.count == 0


async def test_the_profile_is_sent_when_asked_for(house: House) -> None:
    async with house.subscribe("hero", profile=True) as subscription:
        kinds = [message.kind for message in await subscription.next(0)]
        assert kinds == ["decision", "profile"]
        house.does("Click")
        assert [message.kind for message in await subscription.next(0)] == ["profile"]


async def test_the_end_comes_last_with_the_cursor(house: House) -> None:
    async with house.subscribe("hero") as subscription:
        house.hub.end()
        messages = await subscription.next(0)
        assert [message.kind for message in messages] == ["decision", "end"]
        assert messages[-1].id == messages[0].id


async def test_unknown_slots_and_too_many_connections_are_refused(house: House) -> None:
    with pytest.raises(NotFound, match="heroo"):
        house.subscribe("heroo")
    async with house.subscribe("hero"), house.subscribe("side"):
        with pytest.raises(Unavailable, match="2 connections"):
            house.subscribe("hero")
    house.subscribe("hero")
