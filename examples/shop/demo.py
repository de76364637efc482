"""The demo: serves the shop and lets simulated visitors in. `make run` calls it.

    python examples/shop/demo.py [--port 8400] [--data DIR] [--visitors 12]

Ctrl-C or SIGTERM stops both; the exit code is the server's.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

import httpx

HERE: Final = Path(__file__).resolve().parent
READY_S: Final = 60.0
STOP_S: Final = 20.0


class Stopped(Exception):
    """Somebody wants the demo to end."""


def main() -> int:
    """Run until the server ends or somebody stops the demo; the server's exit code."""
    parser = argparse.ArgumentParser(description="The demo shop with simulated visitors.")
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--data", default="", help="data folder of the server (by default .befit)")
    parser.add_argument("--visitors", type=int, default=12, help="simulated visitors; 0 for none")
    options = parser.parse_args()
    url = f"http://127.0.0.1:{options.port}"
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)

    serve = [sys.executable, "-m", "befit", "serve", str(HERE / "site"), "--port", str(options.port)]
    server = _start([*serve, *(["--data", options.data] if options.data else [])])
    children = [server]
    try:
        if _is_ready(url, server):
            _welcome(url)
            if options.visitors:
                simulate = [sys.executable, str(HERE / "simulate.py"), "--url", url]
                children.append(_start([*simulate, "--visitors", str(options.visitors)]))
            server.wait()
    except (KeyboardInterrupt, Stopped):
        print("\nstopping", flush=True)
    finally:
        for child in reversed(children):
            _end(child)
    return server.returncode


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """A child out of reach of the terminal's Ctrl-C, so that the visitors leave before the shop closes."""
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603


def _is_ready(url: str, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server answers; False when it ended instead."""
    deadline = time.monotonic() + READY_S
    while server.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=2).is_success:
                return True
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline:
            raise SystemExit(f"demo: {url} is not ready after {READY_S:.0f} s; {url}/readyz says why")
        time.sleep(0.1)
    return False


def _welcome(url: str) -> None:
    print(
        f"""
  the shop         {url}/           (open it, click around, and press "Why am I seeing this?")
  its API          {url}/v1/decide  (described in {url}/admin/v1/openapi.json)
  its health       {url}/readyz     (and {url}/metrics)

  Ctrl-C stops it. Simulated visitors come in now:
""",
        flush=True,
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
