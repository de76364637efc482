"""Which addresses may be called, and that the connection goes to the one that was checked."""

from __future__ import annotations

import socket

import httpcore
import pytest

from befit.node.webhooks.addresses import CheckedNetwork, PrivateAddress, is_public, resolve
from tests.receivers import receiving

PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:830::200e"]
PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_machines_networks_providers_and_groups_are_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
async def test_every_way_to_write_this_machine_leads_to_a_refusal(host: str) -> None:
    with pytest.raises(PrivateAddress, match="not a public address"):
        await CheckedNetwork(private=False).connect_tcp(host, 80)


async def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked() -> None:
    """A name that leads elsewhere when it is asked a second time gains nothing."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    async with receiving() as receiver:
        port = int(receiver.url.rpartition(":")[2])
        stream = await CheckedNetwork(private=True, resolve=rebinding).connect_tcp("crm.example", port)
        assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
        await stream.aclose()
    assert asked == ["crm.example"]


async def test_private_addresses_among_public_ones_are_passed_over() -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["127.0.0.1", "203.0.113.1"]

    async with receiving() as receiver:
        port = int(receiver.url.rpartition(":")[2])
        with pytest.raises(PrivateAddress):
            await CheckedNetwork(private=False, resolve=mixed).connect_tcp("crm.example", port)
        assert receiver.received == []


async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        stream = await CheckedNetwork(private=True, resolve=two).connect_tcp("crm.example", port)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        await stream.aclose()


async def test_a_name_that_does_not_exist_and_a_port_that_nobody_listens_on_are_failures_to_connect() -> None:
    with pytest.raises(httpcore.ConnectError, match="cannot be resolved"):
        await CheckedNetwork(private=True).connect_tcp("nowhere.invalid", 80)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(httpcore.ConnectError, match="cannot be reached"):
        await CheckedNetwork(private=True).connect_tcp("127.0.0.1", port)


async def test_a_host_may_have_several_addresses() -> None:
    assert "127.0.0.1" in await resolve("localhost", 80)
