"""A process to be killed: appends to the embedded log, folds it into the embedded store, and says what was acknowledged.

    python embedded_child.py FOLDER ROUND [LARGEST_FILE]

Each line on stdout is written only after the call returned: `append PARTITION OFFSET COUNT WRITER NUMBER` or
`commit PARTITION POSITION`. A record reads `ROUND.WRITER.NUMBER` with padding; the fold counts the records of each
writer in a profile of its own. Memtables are tiny, so that flushes and new WAL files happen all the time.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import sys

from rocksdict import Cache, Options

import befit.log.embedded as log_module
import befit.store.embedded as store_module
from befit.errors import Unavailable
from befit.log.embedded import EmbeddedLog
from befit.model import Profile
from befit.rocksdb import table_options
from befit.store import Commit
from befit.store.embedded import EmbeddedStore

PARTITIONS = 2
WRITERS = 6


def tiny_options(cache: Cache, *, block_size: int, write_buffer: int) -> Options:
    return table_options(cache, block_size=block_size, write_buffer=64 * 1024)


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


async def write(log: EmbeddedLog, run: str, writer: int, dice: random.Random) -> None:
    number = 0
    while True:
        count = dice.randint(1, 20)
        padding = "x" * dice.randint(0, 300)
        values = [f"{run}.{writer}.{n} {padding}".encode() for n in range(number, number + count)]
        partition = writer % PARTITIONS
        say("append", partition, await log.append(partition, values), count, writer, number)
        number += count


async def fold(log: EmbeddedLog, store: EmbeddedStore, partition: int, dice: random.Random) -> None:
    while True:
        position = await store.position(partition)
        await log.wait(partition, position)
        records = await log.read(partition, position, dice.randint(1, 100))
        names = [record.value.split(b" ")[0].decode() for record in records]
        owners = ["a:" + name.rpartition(".")[0] for name in names]
        ids = sorted(set(owners))
        profiles = [found or Profile(id_) for id_, found in zip(ids, await store.load(ids), strict=True)]
        for profile in profiles:
            profile.version += owners.count(profile.id)
        await store.commit(
            Commit(
                partition,
                records[-1].offset + 1,
                {profile.id: profile for profile in profiles},
                seen=dict.fromkeys(names, 86_400_000),
            )
        )
        say("commit", partition, records[-1].offset + 1)


async def main(folder: str, run: str) -> None:
    log = EmbeddedLog(f"embedded:{folder}?partitions={PARTITIONS}", "events")
    store = EmbeddedStore(f"embedded:{folder}")
    await log.open()
    await store.open()
    dice = random.Random(run)
    try:
        async with asyncio.TaskGroup() as tasks:
            for writer in range(WRITERS):
                tasks.create_task(write(log, run, writer, dice))
            for partition in range(PARTITIONS):
                tasks.create_task(fold(log, store, partition, dice))
    except* Unavailable as refused:
        say("unavailable", refused.exceptions[0])


if __name__ == "__main__":
    log_module.table_options = store_module.table_options = tiny_options  # type: ignore[attr-defined]
    if len(sys.argv) > 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    asyncio.run(main(sys.argv[1], sys.argv[2]))
