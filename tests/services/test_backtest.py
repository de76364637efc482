"""`befit backtest` over the log of a real server, while it runs and after it has stopped."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers import Server
from tests.sites import write_site

SITE = """name: shop
write_keys: [key]
origins: ["*"]
identity: {unsigned: true}
schema: {events: {Product Viewed: {category: string}, Order Completed: {total: double}}}
"""
SIGNALS = "views: {count: Product Viewed}\n"
MODULES = {"offer": "type: banner\nprops: {title: Offer}\n"}
VISITORS = 30


def write(folder: Path, hero: str, explore: str = "") -> Path:
    rules = f"- {{when: {hero}, show: offer}}\n- {{show: welcome}}\n"
    slot = f"explore: {explore}\nrules:\n{rules}" if explore else rules
    slots = {"hero": slot, "side": "- {show: welcome}\n"}
    return write_site(folder, site=SITE, signals=SIGNALS, slots=slots, modules=MODULES)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that visitors came to: visitor n viewed n products, then saw and every third one clicked the hero of a page."""
    folder = tmp_path_factory.mktemp("backtest")
    server = Server(write(folder / "site", "signals.views >= 10", "50%"), folder / "data").start()
    with httpx.Client(base_url=server.url, auth=("key", "")) as client:
        for number in range(VISITORS):
            visit(client, number)
    yield server
    server.stop()


def visit(client: httpx.Client, number: int) -> None:
    name = f"visitor-{number}"
    calls: list[dict[str, Any]] = [
        {"type": "track", "event": "Product Viewed", "messageId": f"{name}-{n}", "anonymousId": name}
        for n in range(number)
    ]
    calls.append({"type": "page", "messageId": f"{name}-page", "anonymousId": name, "properties": {"path": "/"}})
    assert client.post("/v1/batch", json={"batch": calls}).status_code == 200
    answer = client.post("/v1/decide", json={"anonymousId": name, "slots": ["hero"], "writeKey": "key"}).json()
    (decision,) = answer["decisions"]
    shown = {key: decision[key] for key in ("slot", "module", "variant", "decisionId")}
    seen = [
        {"type": "track", "event": "Impression", "messageId": f"{name}-i", "anonymousId": name, "properties": shown}
    ]
    if number % 3 == 0:
        seen.append(
            {
                "type": "track",
                "event": "Module Clicked",
                "messageId": f"{name}-c",
                "anonymousId": name,
                "properties": shown,
            }
        )
        seen.append(
            {
                "type": "track",
                "event": "Order Completed",
                "messageId": f"{name}-o",
                "anonymousId": name,
                "properties": {"total": 9.5},
            }
        )
    assert client.post("/v1/batch", json={"batch": seen}).status_code == 200


def backtest(draft: Path, data: Path, *flags: str) -> tuple[Any, str]:
    """The report, and what was said on stderr."""
    command = [sys.executable, "-m", "befit", "backtest", str(draft), "--data", str(data), "--json", *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def check(report: Any) -> None:
    """Visitors 5 to 9 get the offer under the draft as well."""
    changed = report["changed"]
    assert report["complete"] is True
    assert report["visitors"] == VISITORS
    assert list(changed["slots"]) == ["hero"]
    hero = changed["slots"]["hero"]
    assert set(hero["examples"]) <= {f"a:visitor-{n}" for n in range(5, 10)}
    assert 0 < hero["visitors"] == len(hero["examples"])  # half of them explore, and may see either under both releases
    assert hero["clicks"]["impressions"] == VISITORS
    assert hero["clicks"]["rewarded"] == VISITORS // 3
    assert hero["conversions"]["rewarded"] == VISITORS // 3
    assert hero["clicks"]["randomized"] is True
    assert 0 < hero["clicks"]["support"] <= 1
    assert hero["clicks"]["dr"]["low"] <= hero["clicks"]["dr"]["difference"] <= hero["clicks"]["dr"]["high"]


def test_beside_a_running_server(server: Server, tmp_path: Path) -> None:
    draft = write(tmp_path / "draft", "signals.views >= 5", "50%")
    report, said = backtest(draft, server.data, "--progress-json", "--workers", "1")
    check(report)
    assert json.loads(said.splitlines()[-1]) == {"progress": 1.0}
    assert httpx.get(f"{server.url}/readyz").status_code == 200


def test_many_processes_find_the_same_as_one(server: Server, tmp_path: Path) -> None:
    draft = write(tmp_path / "draft", "signals.views >= 5", "50%")
    one, _ = backtest(draft, server.data, "--workers", "1", "--examples", "100")
    three, _ = backtest(draft, server.data, "--workers", "3", "--examples", "100", "--time-limit", "100s")
    for report in (one, three):
        report["changed"]["slots"]["hero"]["examples"].sort()
    first, second = one["changed"], three["changed"]
    # Folds of the cross-fitting follow the order of visitors, so that doubly robust estimates differ in their last digits.
    for slot in (first["slots"]["hero"], second["slots"]["hero"]):
        for what in ("clicks", "conversions"):
            slot[what].pop("dr")
            for name in ("ips", "snips"):
                slot[what][name] = {key: pytest.approx(value) for key, value in slot[what][name].items()}
    assert {**first, "slots": {}} == {**second, "slots": {}}
    assert first["slots"]["hero"]["from_to"] == second["slots"]["hero"]["from_to"]
    assert first["slots"]["hero"]["examples"] == second["slots"]["hero"]["examples"]
    assert three["complete"] is True


def test_a_rule_gone_wrong_is_seen_before_it_is_live(server: Server, tmp_path: Path) -> None:
    """The same module for the same visitors, but now with 90 % off: its content counts."""
    draft = write(tmp_path / "draft", "signals.views >= 10", "50%")
    (draft / "modules" / "welcome.yaml").write_text("type: banner\nprops: {title: 90 % off}\n")
    report, _ = backtest(draft, server.data)
    side = report["changed"]["slots"]["side"]
    assert side["visitors"] == VISITORS
    assert side["from_to"] == [["welcome", "welcome", VISITORS]]
    assert report["changed"]["share"] == 1


def test_the_same_site_changes_nothing(server: Server) -> None:
    report, _ = backtest(server.site, server.data, "--against", str(server.site))
    assert (report["visitors"], report["changed"]["visitors"], report["changed"]["slots"]) == (VISITORS, 0, {})


def test_people_can_read_it(server: Server, tmp_path: Path) -> None:
    draft = write(tmp_path / "draft", "signals.views >= 5")
    command = [sys.executable, "-m", "befit", "backtest", str(draft), "--data", str(server.data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert f"of {VISITORS} visitors (" in done.stdout
    assert "hero: " in done.stdout
    assert "-> " in done.stdout
    assert "doubly robust" in done.stdout


def test_a_folder_without_a_log_is_said_to_be_one(server: Server, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "befit", "backtest", str(server.site), "--against", str(server.site)]
    done = subprocess.run([*command, "--data", str(tmp_path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "holds no data yet" in done.stderr
