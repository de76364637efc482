"""The registry of releases behaves like the simplest thing it could be, whatever is saved and switched, restarts included."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from befit.releases.registry import Current, FolderRegistry, Kind, Published, summary_of

NAMES = ("a1", "b2", "c3")
RANK = {"draft": 0, "folder": 1, "published": 2}

releases = st.builds(
    Published,
    id=st.sampled_from(NAMES),
    author=st.text(max_size=5),
    message=st.text(max_size=5),
    created=st.integers(0, 1_000),
    kind=st.sampled_from(get_args(Kind)),
    files=st.dictionaries(st.sampled_from(("site.yaml", "tags.yaml")), st.text(max_size=20)),
)
switches = st.builds(
    Current,
    live=st.sampled_from(NAMES),
    since=st.integers(0, 1_000),
    candidate=st.sampled_from(("", *NAMES)),
    share=st.floats(0, 1),
    by=st.text(max_size=5),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(releases, switches, st.just("restart")), max_size=12))
def test_it_keeps_what_the_model_keeps(steps: list[Published | Current | str]) -> None:
    asyncio.run(follow(steps))


async def follow(steps: list[Published | Current | str]) -> None:
    kept: dict[str, Published] = {}
    switched: list[Current] = []
    with TemporaryDirectory() as folder:
        registry = FolderRegistry(Path(folder))
        for step in steps:
            if isinstance(step, Published):
                await registry.save(step)
                known = kept.get(step.id)
                if known is None or step.kind == "published" or RANK[step.kind] > RANK[known.kind]:
                    kept[step.id] = step
            elif isinstance(step, Current):
                await registry.switch(step)
                switched.append(step)
            else:
                registry = FolderRegistry(Path(folder))
            assert await registry.history() == switched[::-1]
            assert await registry.current() == (switched[-1] if switched else None)
            assert {each.id: each for each in await registry.releases()} == {
                name: summary_of(each) for name, each in kept.items()
            }
            for name in NAMES:
                assert msgspec.to_builtins(await registry.get(name)) == msgspec.to_builtins(kept.get(name))
