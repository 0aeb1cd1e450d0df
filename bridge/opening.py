"""Before the database is opened, at the start and between two runs of the parts: a copy that waits takes its place,
a damaged database is put right, one of an older version is copied. On a thread, while systemd hears that we live.

Decides nothing of it (storage/mending.py).
"""  # noqa: D205 -- one sentence

import asyncio
from collections.abc import Callable
from typing import Final

from bridge.errors import BridgeError
from bridge.restores import Restores
from bridge.settings.values import Storage
from bridge.storage.mending import copy_before_migrating, mend
from bridge.systemd import notify

SIGN_OF_LIFE_S: Final = 5.0
_MORE_TIME: Final = "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=60000000"


async def make_ready(storage: Storage, restores: Restores, *, clock_ms: Callable[[], int]) -> None:
    """Let there be a whole database to open. Raises DatabaseDamaged, StorageUnavailable or CopyRefused."""
    failures: list[BridgeError] = []

    def work() -> None:
        try:
            restores.finish()
            mend(storage.path, storage.folder_of_copies, now_ms=clock_ms())
            copy_before_migrating(storage.path, storage.folder_of_copies, keep=storage.copies, now_ms=clock_ms())
        except BridgeError as error:
            failures.append(error)

    async with asyncio.TaskGroup() as tasks:
        living = tasks.create_task(_show_life())
        await asyncio.to_thread(work)
        living.cancel()
    for failure in failures:
        raise failure


async def _show_life() -> None:
    while True:
        await asyncio.sleep(SIGN_OF_LIFE_S)
        notify(_MORE_TIME, status="Looking after the database")
