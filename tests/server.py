"""A real `befit serve` in a process of its own, on a free port, for tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.calls import SECRET


class Server:
    """One running server. Raises AssertionError with what it printed when it does not start."""

    def __init__(self, site: Path, data: Path, *flags: str) -> None:
        command = [sys.executable, "-m", "befit.cli", "serve", str(site), "--port", "0", "--data", str(data), *flags]
        self.log = data.with_suffix(".log")
        with self.log.open("wb") as log:
            environment = {**os.environ, "BEFIT_SECRET_KEY": SECRET}
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=data.parent
            )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert " at http" in first, first + self.log.read_text()
        self.url = first.rpartition(" at ")[2].strip()

    def stop(self) -> int:
        """SIGTERM, and the exit code once it has drained."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code
