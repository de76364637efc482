"""`make bench`: every benchmark, one after the other; `python -m bench NAME…` runs some of them."""

from __future__ import annotations

import subprocess
import sys

ALL = ("decide", "ingest", "push", "condition", "rules", "engines", "connections", "log", "backtest")

for name in sys.argv[1:] or ALL:
    subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)
