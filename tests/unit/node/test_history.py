"""History: a log read from its oldest record, partitions as one, while it is written; and an end in time."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from befit.errors import SettingsError
from befit.log import open_log
from befit.model import Event
from befit.node.backtesting import LEAST, SPELL_S, Buckets, Pace
from befit.node.history import History, connect
from tests.events import event, ms

encode = msgspec.msgpack.encode


async def messages(history: History) -> list[str]:
    return [msgspec.msgpack.decode(value, type=Event).message_id async for batch in history.read() for value in batch]


async def test_partitions_come_as_one_in_order_of_time(tmp_path: Path) -> None:
    log = open_log(f"embedded:{tmp_path}?partitions=3", "events")
    await log.open()
    for number in range(100):
        await log.append(number * 7 % 3, [encode(event("page", "page", number, message_id=f"{number}"))])
    async with History(tmp_path) as history:  # the writer is still there
        assert (history.records, history.first, history.last) == (100, ms(0), ms(99))
        assert history.whole
        assert await messages(history) == [str(number) for number in range(100)]
    await log.close()


async def test_what_is_written_after_it_was_opened_is_not_read(tmp_path: Path) -> None:
    log = open_log(f"embedded:{tmp_path}", "events")
    await log.open()
    await log.append(0, [encode(event("page", "page", n, message_id=f"{n}")) for n in range(5)])
    async with History(tmp_path) as history:
        await log.append(0, [encode(event("page", "page", 9, message_id="new"))])
        assert await messages(history) == ["0", "1", "2", "3", "4"]
    await log.close()


async def test_of_a_log_that_is_too_long_the_newest_records_are_read(tmp_path: Path) -> None:
    log = open_log(f"embedded:{tmp_path}", "events")
    await log.open()
    await log.append(0, [encode(event("page", "page", n, message_id=f"{n}")) for n in range(50)])
    async with History(tmp_path, most=3) as history:
        assert (history.records, history.whole, history.first) == (3, False, ms(47))
        assert await messages(history) == ["47", "48", "49"]
    await log.close()


async def test_an_empty_log_has_no_times(tmp_path: Path) -> None:
    log = open_log(f"embedded:{tmp_path}", "events")
    await log.open()
    await log.close()
    async with History(tmp_path) as history:
        assert (history.records, history.first, history.last, await messages(history)) == (0, 0, 0, [])


async def test_no_log_is_an_error_that_says_where(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=str(tmp_path)):
        async with History(tmp_path):
            pass


def test_ids_that_meet_in_events_are_of_one_visitor() -> None:
    leads: dict[str, str] = {}
    for names in (("a:1", "u:x"), ("a:2", "u:y"), ("a:3", "u:z"), ("u:x", "u:y")):
        connect(leads, names)

    def root(name: str) -> str:
        return name if leads[name] == name else root(leads[name])

    assert {name: root(name) for name in sorted(leads)} == {
        **dict.fromkeys(("a:1", "a:2", "u:x", "u:y"), "a:1"),
        **dict.fromkeys(("a:3", "u:z"), "a:3"),
    }


def test_connected_ids_are_in_one_place_of_the_sample() -> None:
    place = Buckets({"a:1": "a:1", "u:x": "a:1"})
    known = encode(event("page", "page", anonymous_id="9", user_id="x"))
    device = encode(event("page", "page", anonymous_id="1"))
    other = encode(event("page", "page", anonymous_id="2"))
    assert place(known) == place(device)
    assert place(device) != place(other)
    assert all(0 <= place(value) < 1 for value in (known, device, other))


def test_all_visitors_stay_while_time_suffices() -> None:
    pace = Pace(deadline=10.0, records=1_000, began=0.0)
    pace.read = 500
    assert pace.width(4.0) == 1


def test_so_many_visitors_are_left_out_that_the_rest_ends_in_time() -> None:
    pace = Pace(deadline=10.0, records=1_000, began=0.0)
    pace.read = 200
    assert pace.width(4.0) == pytest.approx(6 / 16)  # 800 records at 20 ms each would take 16 s, and 6 are left


def test_a_moment_is_too_short_to_tell_the_pace() -> None:
    pace = Pace(deadline=10.0, records=1_000_000, began=0.0)
    pace.read = 1
    assert pace.width(SPELL_S / 2) == 1


def test_when_time_is_up_nobody_stays() -> None:
    pace = Pace(deadline=1.0, records=1_000, began=0.0)
    pace.read = 500
    assert pace.width(1.5) == 0
    assert LEAST > 0
