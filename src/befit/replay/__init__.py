"""Replay: recorded behaviour sent to a running server. `befit.importers` reads the files."""

from befit.replay.command import replay_command
from befit.replay.sending import Tally, replay

__all__ = ["Tally", "replay", "replay_command"]
