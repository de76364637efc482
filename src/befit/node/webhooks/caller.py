"""One attempt at one call: a signed POST, and what its answer means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Final, Literal, NamedTuple

import httpcore
import httpx

import befit
from befit.engine import Call
from befit.model import Webhook
from befit.node.webhooks.addresses import CheckedNetwork, PrivateAddress
from befit.node.webhooks.signing import keys_of, signature

SECONDS: Final = 20.0
"""How long an attempt may take, from looking up the name to the end of the answer's head."""

CONNECTIONS: Final = 8
AGAIN: Final = frozenset({408, 425, 429})
"""4xx answers that may be another one later."""

SHORT_ANSWER: Final = 4_096
"""Bytes of an answer that are read and thrown away, so that its connection can be used again."""

ENVIRONMENT: Final = "env:"
"""What begins so, in the value of a header, is looked up in the environment."""


class Outcome(NamedTuple):
    """What became of an attempt: `sent`, `failed` (to be tried again, not before `wait_ms`) or `refused` (for good), and why."""

    kind: Literal["sent", "failed", "refused"]
    reason: str = ""
    wait_ms: int = 0


class NotSet(Exception):
    """What a webhook needs is not in the environment of the server: the call waits for it."""


class Caller:
    """Makes attempts. Redirects are not followed, proxies of the environment not used, nothing of an answer is used but its head."""

    def __init__(
        self,
        *,
        private: bool,
        environment: Mapping[str, str],
        clock: Callable[[], int],
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._environment = environment
        self._clock = clock
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=CONNECTIONS,
            keepalive_expiry=30.0,
            network_backend=network or CheckedNetwork(private=private),
        )

    async def attempt(self, webhook: Webhook, call: Call) -> Outcome:
        """Make one attempt. Raises nothing but CancelledError."""
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._pool.stream(
                    "POST", webhook.url, headers=self._headers(webhook, call), content=call.body
                ) as answer,
            ):
                fields = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
                length = fields.get(b"content-length", "")
                if length.isdigit() and int(length) <= SHORT_ANSWER:
                    await answer.aread()
                return outcome_of(answer.status, fields.get(b"retry-after", ""), self._clock())
        except NotSet as error:
            return Outcome("failed", str(error))
        except PrivateAddress as error:
            return Outcome("refused", f"{error}; `befit serve --private-webhooks` allows it")
        except TimeoutError:
            return Outcome("failed", f"no answer within {SECONDS:.0f} s")
        except Exception as error:  # whatever it is, it concerns this attempt and no other
            return Outcome("failed", str(error) or type(error).__name__)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    def _headers(self, webhook: Webhook, call: Call) -> list[tuple[bytes, bytes]]:
        """Raises NotSet when the environment does not have what they are made of."""
        unset = unset_variables(webhook, self._environment)
        if unset:
            raise NotSet(f"{', '.join(unset)} must be set in the environment of the server")
        seconds = self._clock() // 1000
        headers = {name: self._value(value) for name, value in webhook.headers.items()}
        headers |= {"content-type": "application/json", "user-agent": f"befit/{befit.__version__}"}
        headers |= {"webhook-id": call.id, "webhook-timestamp": str(seconds)}
        if webhook.secret_env:
            try:
                keys = keys_of(self._environment[webhook.secret_env])
            except ValueError as error:
                raise NotSet(f"{webhook.secret_env} must hold a secret such as whsec_…, base64: {error}") from error
            headers["webhook-signature"] = signature(keys, call.id, seconds, call.body)
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]

    def _value(self, text: str) -> str:
        return self._environment[text.removeprefix(ENVIRONMENT)].strip() if text.startswith(ENVIRONMENT) else text


def unset_variables(webhook: Webhook, environment: Mapping[str, str]) -> list[str]:
    """The environment variables that the webhook needs and that are not set."""
    wanted = [value.removeprefix(ENVIRONMENT) for value in webhook.headers.values() if value.startswith(ENVIRONMENT)]
    return [name for name in (webhook.secret_env, *wanted) if name and not environment.get(name)]


def outcome_of(status: int, retry_after: str, now: int) -> Outcome:
    """What an answer means. Source: Standard Webhooks, and RFC 9110 for the rest."""
    if 200 <= status < 300:
        return Outcome("sent")
    if 400 <= status < 500 and status not in AGAIN:
        return Outcome("refused", f"it answered {status}" + (" (gone)" if status == 410 else ""))
    why = " (redirects are not followed: give its new URL)" if 300 <= status < 400 else ""
    return Outcome("failed", f"it answered {status}{why}", wait_of(retry_after, now))


def wait_of(retry_after: str, now: int) -> int:
    """Milliseconds that a Retry-After header asks for, as seconds or as a date; 0 when it does not say."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9]) * 1000
    try:
        return max(0, round(parsedate_to_datetime(text).timestamp() * 1000) - now)
    except (ValueError, OverflowError):
        return 0
