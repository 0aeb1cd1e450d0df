"""Notifiers at work on the real loop, with clients that answer as the test decides."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from bridge.backoff import Backoff
from bridge.events import Event
from bridge.ifttt.identities import Identities, Identity
from bridge.realtime.account import Account
from bridge.realtime.notifier import Notifier, Told
from bridge.realtime.notifiers import Notifiers
from bridge.timeline.entry import Entry
from tests.fakes.realtime import Pauses, ScriptedClient

ALONE = Account("", "https://example.com", "the-only-key")


def notifiers_of(
    clients: dict[str, ScriptedClient],
    identities: Identities,
    pauses: Pauses | None = None,
    *,
    accounts: list[Account] | None = None,
    always_by_user: Callable[[], bool] = lambda: False,
    sees: Callable[[Identity, Event], bool] = lambda _identity, _event: True,
    on_told: Told = lambda _owed, _began_s: None,
) -> Notifiers:
    """Return notifiers; `clients` by the client id of the account."""
    notifier_for = partial(
        Notifier,
        always_by_user=always_by_user,
        backoff=Backoff(first_s=0.5, longest_s=60.0),
        sleep=pauses or Pauses(),
        on_told=on_told,
    )
    return Notifiers(
        identities,
        accounts or [ALONE],
        sees=sees,
        client_for=lambda account: clients[account.client],
        notifier_for=notifier_for,
    )


def notifier_of(client: ScriptedClient, identities: Identities, pauses: Pauses | None = None) -> Notifiers:
    """Return the notifiers of a home with one key."""
    return notifiers_of({"": client}, identities, pauses)


@asynccontextmanager
async def running(notifier: Notifiers) -> AsyncIterator[asyncio.Task[None]]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(notifier.run())
        try:
            yield task
        finally:
            task.cancel()


def commit(notifier: Notifiers, *entries: Entry) -> None:
    notifier.committed(entries, {})
