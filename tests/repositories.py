"""Real Git repositories for tests, looked at with Git itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ADA = "Ada Lovelace <ada@example.com>"


class Git:
    """The `git` command in a folder, with nobody's configuration but the repository's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str) -> str:
        """What it prints. Raises CalledProcessError when it fails."""
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", "-c", "user.name=Grace", "-c", "user.email=grace@example.com", *words]
        done = subprocess.run(command, cwd=self.folder, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def init(self) -> Git:
        """A new repository in the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self("init", "--quiet", "--initial-branch=main")
        return self

    def commit_all(self, message: str = "before") -> str:
        """Everything there is, as a commit; its id."""
        self("add", "--all")
        self("commit", "--quiet", "--message", message)
        return self("rev-parse", "HEAD")

    @property
    def status(self) -> list[str]:
        """What `git status` says, a line each."""
        return self("status", "--porcelain", "--untracked-files=all").splitlines()
