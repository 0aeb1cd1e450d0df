"""Passwords checked off the event loop, one at a time, with the same work whatever there is to check.

Checking takes 19 MiB and most of a small computer's core, so there is one thread for it and few may wait. Strangers
wait for each other first and only then for the thread: whoever signs in from a known browser waits behind one of them
at the most. Knows neither accounts nor limits.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar

from bridge.errors import TemporarilyUnavailable
from bridge.heap import keep_no_blocks_above
from bridge.oauth.passwords import MAX_CHARACTERS, dummy_hash, hash_password, needs_rehash, verify_password

MAX_STRANGERS: Final = 8
"""How many strangers may wait or be checked at a time."""

MAX_KNOWN: Final = 8
"""How many known browsers may, besides them."""

_LARGE_BYTES: Final = 4 * 1024 * 1024
"""Blocks from here on go back. By itself glibc keeps the 19 MiB for good from the second check on."""

T = TypeVar("T")

_NOT_NOW: Final = "Too many people are signing in right now. Please try again in a few seconds."


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a password was right; `renewed` is its hash with today's parameters where the one kept has others."""

    right: bool
    renewed: str | None = None


class Hasher:
    """Checks passwords on a thread of its own, which begins with the first one. Used as an asynchronous context.

    `verify` takes a hash and a password, in that order.
    """

    def __init__(self, verify: Callable[[str, str], bool] = verify_password) -> None:
        self._verify = verify
        self._dummy = dummy_hash()
        self._thread = ThreadPoolExecutor(
            max_workers=1,
            thread_name_prefix="passwords",
            initializer=keep_no_blocks_above,
            initargs=(_LARGE_BYTES,),
        )
        self._turn = asyncio.Lock()
        self._turn_of_strangers = asyncio.Lock()
        self._places = {True: MAX_KNOWN, False: MAX_STRANGERS}
        self._closed = False

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Refuse whoever still waits, and end when the password under way is checked."""
        self._closed = True
        try:
            async with self._turn:
                pass
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def place(self, *, known: bool) -> Iterator["Place"]:
        """Keep a place in the queue while the context lasts. Raises TemporarilyUnavailable if there is none.

        `known`: for a browser that has signed in to this account before.
        """
        if not self._places[known] or self._closed:
            raise TemporarilyUnavailable(_NOT_NOW)
        self._places[known] -= 1
        try:
            yield Place(self, known=known)
        finally:
            self._places[known] += 1

    async def verify(self, password_hash: str | None, password: str, *, known: bool) -> Verified:
        """Check a password when its turn has come; only whoever has a place may ask."""
        if known:
            return await self._in_turn(password_hash, password)
        async with self._turn_of_strangers:
            return await self._in_turn(password_hash, password)

    async def hash(self, password: str) -> str:
        """Return the hash of a new password, made when its turn has come. Raises TemporarilyUnavailable."""
        with self.place(known=True):
            return await self._next(lambda: hash_password(password))

    async def _in_turn(self, password_hash: str | None, password: str) -> Verified:
        return await self._next(lambda: self._check(password_hash, password))

    async def _next(self, work_of: Callable[[], T]) -> T:
        """Do something on the thread when nothing else is done there."""
        await self._turn.acquire()
        if self._closed:
            self._turn.release()
            raise TemporarilyUnavailable(_NOT_NOW)
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._thread, work_of)
        work.add_done_callback(lambda _: self._turn.release())
        return await asyncio.shield(work)  # the thread goes on when nobody waits any more, and so does its turn

    def _check(self, password_hash: str | None, password: str) -> Verified:
        """Check a password on the thread. No account, no password set or one too long: the same work, never right."""
        possible = password_hash is not None and len(password) <= MAX_CHARACTERS
        kept = password_hash if password_hash is not None and possible else self._dummy
        right = self._verify(kept, password[:MAX_CHARACTERS]) and possible
        renewed = hash_password(password) if right and needs_rehash(kept) else None
        return Verified(right, renewed)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue of a hasher."""

    hasher: Hasher
    known: bool

    async def verify(self, password_hash: str | None, password: str) -> Verified:
        """Check a password against the hash kept of it, None if there is none. Raises TemporarilyUnavailable."""
        return await self.hasher.verify(password_hash, password, known=self.known)
