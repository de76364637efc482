"""Settings of one node: what `befit serve` takes from flags, from `BEFIT_*` in the environment and from befit.toml.

The command line fills `Settings` in that order of precedence; everything else only reads it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import Literal

from befit.errors import SettingsError

LogFormat = Literal["console", "json"]


@dataclass(frozen=True)
class Settings:
    """How one node runs.

    Attributes
    ----------
    site
        The site folder.
    host
        Address to listen on. Give 0.0.0.0 to be reached from other machines.
    port
        Port to listen on; 0 takes a free one.
    data
        Folder for what must outlive the process: event log, profiles, releases and the secret key.
    log
        Event log, as a URL. By default the embedded one in the data folder.
    store
        Profile store, as a URL. By default the embedded one in the data folder.
    secret_key
        Key of the admin API and of trusted servers. Made at the first start and kept in DATA/secret-key when not given;
        prefer the environment to the flag, which other users of the machine can see.
    watch
        Take changes of the site folder, also those made since the last start. Without it only what is published goes live.
    private_webhooks
        Let webhooks call addresses that are not public: this machine, and the network it is in.
    connections
        Most push connections (SSE, WebSocket, long poll) at a time; one more gets 503.
    heartbeat
        Seconds between heartbeats on a quiet push connection.
    grace
        Seconds that running requests get to finish at a shutdown.
    log_format
        Form of the node's own log lines on stderr: console for people, json for machines.
    request_log
        Also log each request of the hot paths (collect, decide, push).
    """

    site: Path
    _: KW_ONLY
    host: str = "127.0.0.1"
    port: int = 8400
    data: Path = Path(".befit")
    log: str | None = None
    store: str | None = None
    secret_key: str = field(default="", repr=False)
    watch: bool = True
    private_webhooks: bool = False
    connections: int = 20_000
    heartbeat: float = 15.0
    grace: float = 10.0
    log_format: LogFormat = "console"
    request_log: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise SettingsError(f"port is {self.port}; it must lie between 0 and 65535")
        for name in ("connections", "heartbeat", "grace"):
            if getattr(self, name) <= 0:
                raise SettingsError(f"{name} is {getattr(self, name)}; it must be more than 0")
        if self.secret_key and len(self.secret_key) < 16:
            raise SettingsError("secret_key is shorter than 16 characters; a longer one cannot be guessed")

    @property
    def log_url(self) -> str:
        """URL of the event log."""
        return self.log or f"embedded:{self.data}"

    @property
    def store_url(self) -> str:
        """URL of the profile store."""
        return self.store or f"embedded:{self.data}"


def read_secret_key(data: Path) -> str:
    """The key kept in the data folder, or "" when there is none. Raises SettingsError when it cannot be read."""
    try:
        return (data / "secret-key").read_text("ascii").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingsError(f"cannot read {data / 'secret-key'}: {error.strerror}; see --data") from error


def keep_secret_key(data: Path, make: Callable[[], str] = token_urlsafe) -> str:
    """The key kept in the data folder; a new one from `make` is written there (mode 0600) when there is none yet.

    Two processes that start at once end up with the same key. Raises SettingsError when the folder cannot be written.
    """
    if key := read_secret_key(data):
        return key
    key = make()
    path, draft = data / "secret-key", data / f"secret-key.{os.getpid()}"
    try:
        data.mkdir(parents=True, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, not a rename: it fails when another process was first, and never shows a half-written key.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise SettingsError(
            f"cannot write {path}: {error.strerror}; give --data a folder that can be written"
        ) from error
    return read_secret_key(data)


def remember_site(data: Path, site: Path) -> None:
    """Keep in the data folder which site is served from it, for commands that read the folder at rest."""
    try:
        (data / "site").write_text(f"{site.resolve()}\n", "utf-8")
    except OSError as error:
        raise SettingsError(f"cannot write {data / 'site'}: {error.strerror}") from error


def last_site(data: Path) -> Path | None:
    """The site folder that was served last from this data folder, or None."""
    try:
        return Path((data / "site").read_text("utf-8").strip())
    except OSError:
        return None
