"""Real servers for tests: `befit serve` in its own process on a free port, ended by pid."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

SECRET_KEY = "secret-key-for-tests-only"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One `befit serve`. `start` returns when it is ready; it may be killed and started again on the same data and port."""

    site: Path
    data: Path
    flags: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin(self) -> dict[str, str]:
        """Headers that open the admin API."""
        return {"authorization": f"Bearer {SECRET_KEY}"}

    def launch(self) -> None:
        """Start the process without waiting."""
        command = [sys.executable, "-m", "befit", "serve", str(self.site), "--data", str(self.data)]
        command += ["--port", str(self.port), *self.flags]
        environment = {**os.environ, "BEFIT_SECRET_KEY": SECRET_KEY}
        with (self.data.parent / f"{self.data.name}.log").open("ab") as output:
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)

    def start(self) -> Server:
        """Start and wait until it is ready."""
        self.launch()
        self.wait_ready()
        return self

    def wait_ready(self, seconds: float = 30) -> None:
        """Until /readyz says so."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, self.output()
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"not ready after {seconds} s: {self.output()}")

    def kill(self) -> None:
        """kill -9, as a crash would."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM, and wait until it has drained; its exit code."""
        if self.process is None or self.process.poll() is not None:
            return -1 if self.process is None else int(self.process.returncode)
        self.process.terminate()
        return self.process.wait(30)

    def output(self) -> str:
        """What it has printed."""
        return (self.data.parent / f"{self.data.name}.log").read_text(errors="replace")[-4000:]
