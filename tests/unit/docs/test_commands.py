"""Commands in the pages are ones that befit has, with flags that it takes; JSON in them is JSON."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

import pytest

from befit.api.access.identity import Claims
from befit.cli import create_app
from befit.errors import Forbidden
from tests.pages import blocks

PAGES = ("README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/reference/http.md", "docs/reference/conditions.md")
KEY = "a-key-of-thirty-two-bytes-or-more"


def commands() -> Iterator[str]:
    for page in PAGES:
        for block in blocks(page, "sh"):
            for line in block.text.splitlines():
                if found := re.match(r"(?:\.venv/bin/)?(befit .*)", line):
                    yield found[1]


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_befit_has_this_command(command: str) -> None:
    words = shlex.split(command, comments=True)[1:]
    create_app().parse_args(words, exit_on_error=False, print_error=False)


def test_there_are_commands_to_check() -> None:
    assert len(set(commands())) >= 7


@pytest.mark.parametrize("page", PAGES)
def test_json_is_json(page: str) -> None:
    for block in blocks(page, "json"):
        json.loads(block.text)


def test_the_identity_token_of_the_page_proves_its_user_and_no_other() -> None:
    block = blocks("docs/reference/http.md", "python")[0]
    names: dict[str, object] = {}
    exec(block.text, names)
    sign = names["identity_token"]
    assert callable(sign)
    claims = Claims([KEY], unsigned=False)
    claims.check("ada", sign("ada", KEY), "userId")
    with pytest.raises(Forbidden):
        claims.check("eve", sign("ada", KEY), "userId")
