"""Where a call may go: public addresses only, so that a site folder cannot reach into the network that befit runs in.

A name is resolved once, its addresses are checked, and the connection is made to one of these and no other: a name that
resolves to something else a moment later gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final

import httpcore

CONNECT_SECONDS: Final = 5.0

Resolve = Callable[[str, int], Awaitable[list[str]]]

_UNICAST: Final = IPv6Network("2000::/3")
"""All IPv6 addresses that the internet routes. What stands for an IPv4 address by translation (64:ff9b::/96) is outside."""


class PrivateAddress(Exception):
    """A name that leads to no public address."""


def is_public(address: str) -> bool:
    """Whether the address is one of the internet's, and not of this machine, its network, its provider or a group."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip not in _UNICAST or ip.is_multicast:
            return False
        if ip.sixtofour is not None:
            return is_public(str(ip.sixtofour))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, preferred ones first. Raises OSError when it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked. TLS goes by the name, as always: this is below it."""

    def __init__(self, *, private: bool, resolve: Resolve = resolve) -> None:
        self._private = private
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers. Raises PrivateAddress, or ConnectError when none does."""
        try:
            addresses = await self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error.strerror or error}") from error
        allowed = addresses if self._private else [address for address in addresses if is_public(address)]
        if not allowed:
            raise PrivateAddress(f"{host} is at {', '.join(addresses) or 'no address'}, which is not a public address")
        failed: Exception | None = None
        for address in allowed:
            try:
                return await self._inner.connect_tcp(address, port, CONNECT_SECONDS, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise httpcore.ConnectError(f"{host} cannot be reached: {failed}") from failed

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own interface
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: no URL leads here."""
        raise PrivateAddress(f"{path} is a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)
