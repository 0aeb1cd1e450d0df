"""Opening the daemon's database for a command, whether the daemon runs or not."""

import asyncio
import os
import time
from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bridge.configured import homes_of
from bridge.settings import Settings, load
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database, open_database
from bridge.storage.migrate import migrate

T = TypeVar("T")


def with_database(arguments: Namespace, work: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """Run something on the database of the configuration."""
    settings = load(arguments.config, os.environ)

    async def opened() -> T:
        async with open_database(settings.storage.path) as database:
            await migrate(database)
            await Accounts(database).keep_homes(homes_of(settings))
            return await work(database, settings)

    return asyncio.run(opened())


def now_ms() -> int:
    """Return the time (epoch, milliseconds)."""
    return time.time_ns() // 1_000_000  # noqa: TID251 -- commands read the clock
