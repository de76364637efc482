"""Servers under measurement: befit on a site, and a bare ASGI echo on the same uvicorn, each in its own process."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """A running server: its port, and the process whose CPU time and memory it costs."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time that the process has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self) -> int:
        """Memory that the process holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def befit(site: Path, data: Path, *flags: str) -> Iterator[Server]:
    """`befit serve` on a free port."""
    port = free_port()
    command = [sys.executable, "-m", "befit", "serve", str(site), "--port", str(port), "--data", str(data), *flags]
    with _running(command, port, "/readyz") as server:
        yield server


@contextlib.contextmanager
def echo(reply: bytes) -> Iterator[Server]:
    """A bare ASGI application that reads the body and answers `reply`, on uvicorn as befit runs it."""
    port = free_port()
    environment = {**os.environ, "ECHO_REPLY": reply.decode()}
    command = [sys.executable, "-m", "uvicorn", "bench.echo:app", "--port", str(port), "--loop", "uvloop"]
    command += ["--http", "httptools", "--no-access-log", "--log-level", "warning", "--lifespan", "off"]
    with _running(command, port, "/", environment) as server:
        yield server


@contextlib.contextmanager
def _running(command: list[str], port: int, path: str, environment: dict[str, str] | None = None) -> Iterator[Server]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _await(port, path, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _await(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1).read()
            return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} did not answer on port {port}")
