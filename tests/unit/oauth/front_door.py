"""Everything that signing in needs: accounts in memory, a clock turned by hand, and Argon2 replaced by its count."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bridge.errors import StorageUnavailable
from bridge.homes.user import User
from bridge.oauth.browsers import KnownBrowsers
from bridge.oauth.hashing import Hasher
from bridge.oauth.limits import SignInLimits
from bridge.oauth.passwords import dummy_hash
from bridge.oauth.sign_in import Accepted, Refused, SignIn

RIGHT = "correct horse"
ANNA = User("u_anna", "home", "anna", 1)
BEN = User("u_ben", "home", "ben", 1)
MALLORY = User("u_mallory", "home", "mallory", 1)


class FrontDoor:
    """Anna and Mallory have a password, Ben has none."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.kept: dict[User, str | None] = {ANNA: dummy_hash(), BEN: None, MALLORY: dummy_hash()}
        self.checked: list[tuple[str, str]] = []
        self.looked_up: list[str] = []
        self.read_only = False
        self.open = threading.Event()
        self.open.set()
        self.browsers = KnownBrowsers(b"k" * 32)

    def serve(self, hasher: Hasher) -> None:
        """Begin to let people in."""
        self.sign_in = SignIn(self, hasher, self.browsers, SignInLimits(b"l" * 32), lambda: self.now_s)

    async def attempt(
        self, name: str, password: str, address: str | None = "203.0.113.7", cookie: str | None = None
    ) -> Accepted | Refused:
        """Try to sign in."""
        return await self.sign_in.attempt(name, password, address=address, browser_cookie=cookie)

    async def credentials(self, name: str) -> tuple[User, str | None] | None:
        """Look a name up."""
        self.looked_up.append(name)
        return next(((user, kept) for user, kept in self.kept.items() if user.name == name), None)

    async def renew_password_hash(self, user: User, *, old: str, new: str) -> None:
        """Keep another hash."""
        if self.read_only:
            raise StorageUnavailable("disk full")
        assert self.kept[user] == old
        self.kept[user] = new

    def verify(self, password_hash: str, password: str) -> bool:
        """Take note of the work, and know the right password."""
        self.checked.append((password_hash, password))
        assert self.open.wait(10)
        return password_hash in self.kept.values() and password == RIGHT


@asynccontextmanager
async def front_door() -> AsyncIterator[FrontDoor]:
    """Open one."""
    door = FrontDoor()
    async with Hasher(door.verify) as hasher:
        door.serve(hasher)
        yield door
