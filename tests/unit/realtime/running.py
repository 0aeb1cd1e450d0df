"""A notifier at work on the real loop, with a client that answers as the test decides."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bridge.backoff import Backoff
from bridge.ifttt.identities import Identities
from bridge.realtime.notifier import Notifier
from bridge.timeline.entry import Entry
from tests.fakes.realtime import Pauses, ScriptedClient


def notifier_of(client: ScriptedClient, identities: Identities, pauses: Pauses | None = None) -> Notifier:
    return Notifier(client, identities, backoff=Backoff(first_s=0.5, longest_s=60.0), sleep=pauses or Pauses())


@asynccontextmanager
async def running(notifier: Notifier) -> AsyncIterator[asyncio.Task[None]]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(notifier.run())
        try:
            yield task
        finally:
            task.cancel()


def commit(notifier: Notifier, *entries: Entry) -> None:
    notifier.committed(entries, {})
