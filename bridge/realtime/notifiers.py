"""Whose notifier it is: a service at IFTTT, the real one or a clone for trials, is told with its own service key.

Each has a notifier of its own, so that the wrong key of one holds up no other. Knows neither HTTP nor SQL.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bridge.devices.last_known import EntityState
from bridge.events import Event
from bridge.ifttt.identities import Identities, Identity, IdentityKey
from bridge.realtime.account import Account
from bridge.realtime.notifier import Client, Notifier
from bridge.timeline.batch import ToldMove
from bridge.timeline.entry import Entry

RECOVERY_CHUNK: Final = 100
RECOVERY_REST_S: Final = 0.005
"""What was owed for long may be very much, and what happens now comes first: so few are looked through at once."""

MOVES_EVERY_S: Final = 0.5

EntriesAfter = Callable[[int, int], Awaitable[list[Entry]]]
"""From a sequence number and a limit to the entries behind it, oldest first."""


class ReusableClient(Client, Protocol):
    """A client of the Realtime API that can be pointed elsewhere."""

    def use(self, url: str, service_key: str) -> None:
        """Call this one with this key, from the next request on."""
        ...


@dataclass(frozen=True, slots=True)
class _Post:
    account: Account
    client: ReusableClient
    notifier: Notifier


class Notifiers:
    """Tells IFTTT what the live identities wait for, each with the key of its client.

    `accounts` has one for client "". `sees` tells whether the user of an identity sees what an event is about.
    `client_for` makes a client of the Realtime API, `notifier_for` a notifier on it.
    """

    def __init__(
        self,
        identities: Identities,
        accounts: Iterable[Account],
        *,
        sees: Callable[[Identity, Event], bool] = lambda _identity, _event: True,
        client_for: Callable[[Account], ReusableClient],
        notifier_for: Callable[[Client], Notifier] = Notifier,
    ) -> None:
        self._identities = identities
        self._sees = sees
        self._client_for = client_for
        self._notifier_for = notifier_for
        self._posts: dict[str, _Post] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._moves_due_s = 0.0
        self.use(accounts)

    def use(self, accounts: Iterable[Account]) -> None:
        """Use these accounts from now on. A client that has none of its own any more is told with that of client ""."""
        wanted = {account.client: account for account in accounts}
        shared = wanted[""]
        for client in self._posts.keys() - wanted:
            wanted[client] = Account(client, shared.url, shared.service_key)
        for account in wanted.values():
            post = self._posts.get(account.client)
            if post is None:
                self._open(account)
            elif post.account != account:
                post.client.use(account.url, account.service_key)
                post.notifier.try_again()
                self._posts[account.client] = _Post(account, post.client, post.notifier)

    async def run(self) -> None:
        """Tell until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                for client, post in self._posts.items():
                    tasks.create_task(post.notifier.run(), name=f"notifier {client}")
                await asyncio.Event().wait()
            finally:
                self._tasks = None

    def of(self, client: str) -> Notifier:
        """Return the notifier that tells the identities of a client."""
        return (self._posts.get(client) or self._posts[""]).notifier

    def committed(self, entries: Sequence[Entry], states: Mapping[str, EntityState]) -> None:  # noqa: ARG002 -- states are nobody's trigger
        """Take note of what has been committed."""
        owed: defaultdict[str, list[tuple[IdentityKey, int]]] = defaultdict(list)
        for entry in entries:
            for identity in self._concerned(entry):
                owed[identity.key.client].append((identity.key, entry.seq))
        for client, debts in owed.items():
            self.of(client).owe(debts)

    async def recover(
        self,
        entries_after: EntriesAfter,
        *,
        told_up_to: int,
        newest_seq: int,
        age_s: Callable[[Entry], float] = lambda _entry: 0.0,
    ) -> None:
        """Find what was committed before a restart and never told. Telling once too often is harmless."""
        seq = told_up_to
        while seq < newest_seq:
            entries = await entries_after(seq, RECOVERY_CHUNK)
            if not entries:
                return
            for entry in entries:
                if entry.seq > newest_seq:
                    break  # committed in this run: noted by `committed` already
                for identity in self._concerned(entry):
                    if entry.seq > identity.told_seq and entry.seq >= identity.start_seq:
                        self.of(identity.key.client).owe([(identity.key, entry.seq)], age_s=age_s(entry))
            seq = entries[-1].seq
            await asyncio.sleep(RECOVERY_REST_S)

    def tell_users(self, users: Iterable[tuple[str, str]]) -> None:
        """Tell of users as such, each of a client: what they were told before is not known any more."""
        for client, user in users:
            self.of(client).owe_users([user])

    def forget(self, key: IdentityKey) -> None:
        """Nobody waits there any more."""
        self.of(key.client).forget(key)

    def take_moves(self) -> tuple[ToldMove, ...]:
        """Return how far identities have been told since the last call."""
        return tuple(move for notifier in self._all() for move in notifier.take_moves())

    def take_moves_along(self) -> tuple[ToldMove, ...]:
        """Return the same for a commit that is made anyway, but not for each: a thousand doors moved cost it more than
        what it is made for. What stays moves with a later one.
        """  # noqa: D205 -- one paragraph
        now_s = asyncio.get_running_loop().time()
        if now_s < self._moves_due_s:
            return ()
        moves = self.take_moves()
        if moves:
            self._moves_due_s = now_s + MOVES_EVERY_S
        return moves

    def told_up_to(self, newest_seq: int) -> int:
        """Return the sequence number up to which nothing is owed to anybody."""
        return min(notifier.told_up_to(newest_seq) for notifier in self._all())

    async def finish(self) -> None:
        """Wait until nothing is owed, or until IFTTT does not take it: then the next run tells."""
        for notifier in self._all():
            await notifier.finish()

    @property
    def owing(self) -> int:
        """How many identities wait to be told."""
        return sum(notifier.owing for notifier in self._all())

    @property
    def held_back(self) -> int:
        """How often an identity had to wait because it had been told of so often."""
        return sum(notifier.held_back for notifier in self._all())

    @property
    def told(self) -> int:
        """How many identities were told."""
        return sum(notifier.told for notifier in self._all())

    @property
    def refused(self) -> int:
        """How many identities IFTTT would not hear of."""
        return sum(notifier.refused for notifier in self._all())

    @property
    def replies(self) -> Counter[str]:
        """Requests by class of answer."""
        return sum((notifier.replies for notifier in self._all()), Counter[str]())

    @property
    def trouble(self) -> str:
        """What keeps IFTTT from being told, in a person's words; which service it is, where it is not the first."""
        troubles = {client: post.notifier.trouble for client, post in self._posts.items() if post.notifier.trouble}
        return "; ".join(f"{trouble} (client {client})" if client else trouble for client, trouble in troubles.items())

    def _concerned(self, entry: Entry) -> list[Identity]:
        """Return those in whose timeline an entry shows: a user hears nothing of what they do not see."""
        event = entry.event
        return [identity for identity in self._identities.concerned(event) if self._sees(identity, event)]

    def _all(self) -> list[Notifier]:
        return [post.notifier for post in self._posts.values()]

    def _open(self, account: Account) -> None:
        client = self._client_for(account)
        post = self._posts[account.client] = _Post(account, client, self._notifier_for(client))
        if self._tasks is not None:
            self._tasks.create_task(post.notifier.run(), name=f"notifier {account.client}")
