"""What a site defines and nothing uses is a warning at its definition."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from befit.site import check_site

FolderOf = Callable[[dict[str, str]], Path]
SLOT = "- {{when: {when}, show: welcome, cap: {{day: 1}}}}\n- {{show: welcome}}\n"


def said(folder: Path) -> list[str]:
    return [str(problem).partition(" (")[0] for problem in check_site(folder)]


@pytest.mark.parametrize(
    ("file", "text", "warning"),
    [
        ("signals.yaml", "clicks: {count: Click}\n", "signals.yaml:1:1: warning: nothing uses the signal `clicks`"),
        ("tags.yaml", "vip: {on: Order}\n", "tags.yaml:1:1: warning: nothing uses the tag `vip`"),
        ("audiences.yaml", "a: profile.known\n", "audiences.yaml:1:1: warning: nothing uses the audience `a`"),
        ("modules/x.yaml", "type: banner\n", "modules/x.yaml:1:1: warning: nothing shows the module `x`"),
        ("collections/c.yaml", "- {id: a}\n", "collections/c: warning: nothing picks from this collection"),
        (
            "site.yaml",
            "name: s\nwrite_keys: [k]\nwebhooks: {crm: {url: 'https://crm.example/hook', secret: CRM}}\n",
            "site.yaml:3:12: warning: nothing calls the webhook `crm`",
        ),
    ],
)
def test_what_nothing_uses_is_warned_of(folder_of: FolderOf, file: str, text: str, warning: str) -> None:
    assert said(folder_of({file: text})) == [warning]


AFFINITY = "likes: {affinity: event.properties.kind, half_life: 1d, weights: {Click: 1}}\n"


@pytest.mark.parametrize(
    "files",
    [
        {"signals.yaml": "clicks: {count: Click, public: true}\n"},
        {"signals.yaml": "clicks: {count: Click}\n", "site.yaml": "name: s\nwrite_keys: [k]\npublic: [signals.clicks]\n"},
        {"signals.yaml": "clicks: {count: Click}\n", "slots/hero.yaml": SLOT.format(when="signals.clicks > 1")},
        {"signals.yaml": AFFINITY, "slots/hero.yaml": SLOT.format(when="signals.likes_top == 'a'")},
        {
            "signals.yaml": AFFINITY,
            "collections/c.yaml": "- {kind: a}\n",
            "modules/welcome.yaml": "type: banner\nprops: {items: {pick: c, affinity: likes, by: kind}}\n",
        },
        {"tags.yaml": "vip: {on: Order}\n", "slots/hero.yaml": SLOT.format(when="'size(tags) > 2'")},
        {"tags.yaml": "vip: {on: Order}\n", "site.yaml": "name: s\nwrite_keys: [k]\npublic: '*'\n"},
        {
            "signals.yaml": "clicks: {count: Click}\n",
            "audiences.yaml": "keen: signals.clicks > 1\nvery: audiences.keen\n",
            "slots/hero.yaml": SLOT.format(when="audiences.very"),
        },
        {"signals.yaml": "left: {sequence: [A, B]}\n", "triggers.yaml": "t: {sequence: left, emit: X}\n"},
        {"triggers.yaml": "t: {sequence: [A, B], emit: X}\n"},
    ],
)  # fmt: skip
def test_what_is_used_or_public_is_not(folder_of: FolderOf, files: dict[str, str]) -> None:
    assert said(folder_of(files)) == []


def test_a_test_is_no_use(folder_of: FolderOf) -> None:
    test = "name: a\nexpect: [{at: 1s, signals: {clicks: 0}}]\n"
    assert len(said(folder_of({"signals.yaml": "clicks: {count: Click}\n", "tests/a.yaml": test}))) == 1
