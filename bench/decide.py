"""`POST /v1/decide` (10 slots, 60-field profile, 200 rules) against a bare ASGI echo of the same bytes (DESIGN §7, row 1).

Both servers run on the same uvicorn; wrk loads one after the other, in alternating rounds, from the other core.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import tempfile
from pathlib import Path

from bench import servers
from bench.client import Connection, post_request
from bench.report import figure, median
from bench.sites import WRITE_KEY, decide_site

VISITORS = 500
ROUNDS = 5
SECONDS = 3
SCRIPT = """
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local n = 0
request = function()
  n = (n + 1) % {visitors}
  return wrk.format(nil, "/v1/decide", nil, string.format([[{body}]], n))
end
"""


async def fill(port: int) -> bytes:
    """Give every visitor a 60-field profile; returns one decide reply."""
    connection = await Connection.open(port)
    for visitor in range(VISITORS):
        status, _ = await connection.send(post_request("/v1/batch", history(visitor)))
        if status != 200:
            raise RuntimeError(f"batch answered {status}")
    status, reply = await connection.send(post_request("/v1/decide", body().replace("%d", "7").encode()))
    if status != 200:
        raise RuntimeError(reply.decode())
    connection.close()
    return reply


def history(visitor: int) -> bytes:
    """Events that give a visitor 40 signals and 20 traits."""
    calls: list[dict[str, object]] = [
        {
            "type": "track",
            "event": "Product Viewed",
            "properties": {"category": f"c{n}", "product_id": "p", "price": 9.5},
        }
        for n in range(38)
        for _ in range((visitor + n) % 4 + 1)
    ]
    calls.append({"type": "track", "event": "Order Completed", "properties": {"total": 100.0 + visitor}})
    calls.append({"type": "identify", "traits": {f"t{n}": "silver" for n in range(20)}})
    calls.append({"type": "page", "context": {"page": {"path": "/", "url": "http://localhost/"}}})
    for number, call in enumerate(calls):
        call |= {"anonymousId": f"visitor-{visitor}", "messageId": f"{visitor}-{number}"}
    return json.dumps({"writeKey": WRITE_KEY, "batch": calls}).encode()


def body() -> str:
    """A decide request; `%d` stands for the visitor."""
    slots = [f"slot_{n}" for n in range(10)]
    return json.dumps({"writeKey": WRITE_KEY, "anonymousId": "visitor-%d", "slots": slots})


def load(port: int, script: Path) -> float:
    """Requests per second that wrk gets out of a server."""
    command = ["wrk", "-t1", "-c32", f"-d{SECONDS}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output:
        raise RuntimeError(output)
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if found is None:
        raise RuntimeError(output)
    return float(found[1])


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        site = decide_site(Path(folder, "site"))
        script = Path(folder, "decide.lua")
        script.write_text(SCRIPT.replace("{visitors}", str(VISITORS)).replace("{body}", body()))
        with servers.befit(site, Path(folder, "data")) as befit:
            reply = asyncio.run(fill(befit.port))
            with servers.echo(reply) as echo:
                rounds = [(load(befit.port, script), load(echo.port, script)) for _ in range(ROUNDS)]
    decided, echoed = median([r[0] for r in rounds]), median([r[1] for r in rounds])
    figure(
        "decide against a bare echo",
        median([d / e for d, e in rounds]),
        "x",
        at_least=0.5,
        decide_per_second=round(decided),
        echo_per_second=round(echoed),
        reply_bytes=len(reply),
    )


if __name__ == "__main__":
    main()
