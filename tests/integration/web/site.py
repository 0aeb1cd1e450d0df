"""The public listener with everything below it real, put together as bridge/app.py does; commands are only noted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from bridge.commands import Command
from bridge.devices.catalogue import Catalogue
from bridge.devices.last_known import LastKnown
from bridge.events import CONTACT_OPENED, Event, NotOffered
from bridge.homes.sight import Sight, Sights
from bridge.homes.user import User
from bridge.ifttt.cursors import Cursors
from bridge.ifttt.household import RealHousehold
from bridge.ifttt.identities import Identities, IdentityKey
from bridge.ifttt.service import timeline_of
from bridge.oauth.access import Access
from bridge.oauth.grants import Moment
from bridge.oauth.hashing import Hasher
from bridge.oauth.passwords import verify_password
from bridge.oauth.tokens import digest_of, mint_token
from bridge.storage.accounts import Accounts
from bridge.storage.database import Database, open_database
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure
from bridge.storage.grants import Grants
from bridge.storage.identities import TriggerIdentities
from bridge.storage.journal import Journal
from bridge.storage.migrate import migrate
from bridge.timeline.batch import Batch
from bridge.timeline.entry import Entry, entry_id
from bridge.timeline.timeline import Timelines
from bridge.web.actions import ActionEndpoints
from bridge.web.answers import Answers
from bridge.web.caller import Callers, TestTokens
from bridge.web.credentials import ServiceKeys
from bridge.web.origin import Network
from bridge.web.queries import QueryEndpoints
from bridge.web.server import Endpoints, PublicSite, listening
from bridge.web.setup import SetupEndpoints
from bridge.web.strangers import Strangers
from bridge.web.triggers import IdentityRegister, TriggerEndpoints, TriggerParts
from bridge.web.validation import ValidationEndpoints
from tests.integration.web.homes import ENTITIES, GONE, HOMES, OWN_TOPICS, PUBLISH_TOPICS
from tests.integration.web.reception import PASSWORD, Reception, hash_of, receive

KEY: Final = "the-key-of-production"
STAGING_KEY: Final = "the-key-of-staging"
WITH_KEY: Final = {"IFTTT-Service-Key": KEY}
JSON: Final = "application/json; charset=utf-8"
NOON_MS: Final = 1_770_000_000_000
CARRY_OUT_S: Final = 0.3
"""How long an action may take here; tests do not wait for the seconds of a real home."""


@dataclass(slots=True)
class Clock:
    """Time as an argument: `ms` is the epoch, `seconds` the monotonic clock."""

    ms: int = NOON_MS
    seconds: float = 1000.0

    @property
    def moment(self) -> Moment:
        """Both, as OAuth has it."""
        return Moment(self.ms, round(self.seconds * 1000))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 -- whatever the endpoint says
        """The body, decoded."""
        return msgspec.json.decode(self.body)

    @property
    def data(self) -> Any:  # noqa: ANN401 -- whatever the endpoint says
        """What a successful answer holds."""
        assert self.status == 200, (self.status, self.body)
        return self.json["data"]

    @property
    def ids(self) -> list[str]:
        """The ids of the items of a poll."""
        return [item["meta"]["id"] for item in self.data]

    def is_error(self, status: int) -> bool:
        """Tell whether this is an error as IFTTT wants it: JSON with its charset, and a message."""
        errors = self.json["errors"]
        return (
            self.status == status
            and self.headers["Content-Type"] == JSON
            and len(errors) == 1
            and isinstance(errors[0]["message"], str)
            and bool(errors[0]["message"])
        )


@dataclass
class Site:
    """A running listener, and everything that a test may want to reach below it."""

    path: Path
    database: Database
    clock: Clock
    answers: Answers
    identities: Identities
    register: TriggerIdentities
    accounts: Accounts
    endpoints: Endpoints
    reception: Reception
    strangers: Strangers
    known: LastKnown
    forgotten: list[IdentityKey]
    passed: list[tuple[str, str]]
    checks_failed: list[tuple[str, int]] = field(default_factory=list)
    sights: Sights = field(default_factory=Sights)
    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    carried_out: list[tuple[Command, str, str | None]] = field(default_factory=list)
    shown: list[tuple[IdentityKey, int]] = field(default_factory=list)
    newest_seq: int = 0
    port: int = 0
    session: aiohttp.ClientSession | None = None
    carry_out_error: Exception | None = None
    home_hangs: bool = False

    async def look_again(self) -> None:
        """Let count what was exposed and shared."""
        exposure = Exposure(self.database)
        self.sights = Sights(await exposure.placed(), await exposure.shares())

    async def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """Send one request; `path` counts from `/ifttt/v1` unless it starts with a slash. `body` goes as JSON."""
        assert self.session is not None
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            data = msgspec.json.encode(body)
            sent.setdefault("Content-Type", "application/json")
        url = f"http://127.0.0.1:{self.port}{path if path.startswith('/') else f'/ifttt/v1/{path}'}"
        async with self.session.request(method, url, data=data, headers=sent, allow_redirects=False) as response:
            return Answer(response.status, dict(response.headers), await response.read())

    async def poll(self, user: str, fields: object = None, trigger: str = "door_opened", **body: object) -> Answer:
        """Poll a trigger as a user."""
        given = {"door": "any"} if fields is None else fields
        return await self.request(
            "POST", f"triggers/{trigger}", token=self.tokens[user], body={"triggerFields": given, **body}
        )

    async def add_user(self, name: str, home: str, *, with_password: bool = True) -> str:
        """Make an account and return an access token. Everybody has the same password, or none."""
        password_hash = hash_of(PASSWORD) if with_password else None
        user = await self.accounts.add_user(name, home, password_hash=password_hash, now_ms=self.clock.ms)
        token = mint_token()
        await self.accounts.add_token(digest_of(token), user, client="ifttt", now_ms=self.clock.ms)
        self.users[name], self.tokens[name] = user, token
        return token

    async def test_token(self) -> str:
        """Return a token of the test user."""
        answer = await self.request("POST", "test/setup", headers=WITH_KEY)
        return str(answer.data["accessToken"])

    async def samples(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the samples of test/setup."""
        answer = await self.request("POST", "test/setup", headers=WITH_KEY)
        found: dict[str, dict[str, dict[str, Any]]] = answer.data["samples"]
        return found

    async def happen(
        self,
        where: str = "elm-door",
        kind: str = CONTACT_OPENED,
        *,
        times: int = 1,
        reason: NotOffered | None = None,
        **ingredients: str,
    ) -> list[str]:
        """Let something happen, and let it be committed as bridge/mqtt/inbound.py does. Return the new ids."""
        home = where.partition("-")[0]
        facts = {"device_name": where, "device_id": where, "room": "Hall", **ingredients}
        event = Event(home, where, where, kind, facts, reason=reason)
        entries = tuple(
            Entry(self.newest_seq + 1 + number, entry_id(self.clock.ms), self.clock.ms, event)
            for number in range(times)
        )
        await self.commit(entries)
        return [entry.id for entry in entries]

    async def commit(self, entries: Iterable[Entry]) -> None:
        """Commit entries, then say so."""
        batch = Batch(entries=tuple(entries))
        await Journal(self.database).commit(batch)
        self.newest_seq = batch.entries[-1].seq
        self.answers.committed(batch.entries, {})

    async def rows(self, table: str) -> int:
        """Count the rows of a table."""
        sql = f"SELECT count(*) FROM {table}"  # noqa: S608 -- names from the tests
        return int(await self.database.read(lambda connection: connection.execute(sql).fetchone()[0]))

    async def carry_out(self, command: Command, *, user: str, request_id: str | None) -> str:
        """Note a command instead of sending it; while `home_hangs` it never ends."""
        if self.home_hangs:
            await asyncio.Event().wait()
        if self.carry_out_error is not None:
            raise self.carry_out_error
        self.carried_out.append((command, user, request_id))
        return f"c_{len(self.carried_out)}"


@asynccontextmanager
async def running_site(
    folder: Path,
    *,
    public_url: str = "",
    trusted_proxies: Sequence[Network] = (),
    wrap_timelines: Callable[[Events], Timelines] = lambda events: events,
    wrap_register: Callable[[TriggerIdentities], IdentityRegister] = lambda register: register,
    busy_timeout_ms: int = 200,
    verify: Callable[[str, str], bool] = verify_password,
) -> AsyncIterator[Site]:
    """Run the listener on any free port, with two users in `elm` and one in `oak`."""
    path = folder / "bridge.db"
    async with open_database(path, busy_timeout_ms=busy_timeout_ms) as database, Hasher(verify) as hasher:
        await migrate(database)
        site = await _build(database, path, wrap_timelines, wrap_register, hasher)
        site.strangers.come_through(trusted_proxies)
        public = PublicSite(
            site.endpoints,
            site.strangers,
            public_url=public_url,
            check_failed=lambda digest, status: site.checks_failed.append((digest, status)),
        )
        async with listening(public.answer, "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
            site.port, site.session = port, session
            for name, home in (("ann", "elm"), ("ben", "elm"), ("cay", "oak")):
                await site.add_user(name, home)
            yield site


async def _build(
    database: Database,
    path: Path,
    wrap_timelines: Callable[[Events], Timelines],
    wrap_register: Callable[[TriggerIdentities], IdentityRegister],
    hasher: Hasher,
) -> Site:
    clock = Clock()
    catalogue, known = Catalogue(ENTITIES), LastKnown({})
    accounts, register = Accounts(database), TriggerIdentities(database, timeline_of)
    await accounts.keep_homes(HOMES)
    await Entities(database).keep((*ENTITIES, GONE), now_ms=clock.ms - 1)
    await Entities(database).keep(ENTITIES, now_ms=clock.ms)

    def sight_of(user: User) -> Sight:
        return site.sights.of(user.home, user.id)

    def household_of(user: User) -> RealHousehold:
        topics = PUBLISH_TOPICS[user.home]
        return RealHousehold(user.home, catalogue, known, sight_of(user), topics, OWN_TOPICS)

    answers, identities = Answers(), Identities(await register.load())
    forgotten: list[IdentityKey] = []
    passed: list[tuple[str, str]] = []
    tests = TestTokens(lambda: clock.seconds)
    parts = TriggerParts(
        timelines=wrap_timelines(Events(database)),
        identities=identities,
        register=wrap_register(register),
        answers=answers,
        household_of=household_of,
        sight_of=sight_of,
        newest_seq=lambda: site.newest_seq,
        clock_ms=lambda: clock.ms,
        forgotten=forgotten.append,
        shown=lambda key, seq: site.shown.append((key, seq)),
    )

    async def carry_out(command: Command, *, user: str, request_id: str | None) -> str:
        return await site.carry_out(command, user=user, request_id=request_id)

    grants, strangers = Grants(database), Strangers(lambda: clock.seconds)
    access = Access(grants, lambda: clock.moment)
    reception = receive(
        accounts,
        grants,
        access,
        strangers,
        hasher,
        household_of=household_of,
        clock=clock,
    )
    endpoints = Endpoints(
        Callers(access, tests),
        SetupEndpoints(
            ServiceKeys((KEY, STAGING_KEY)),
            tests,
            clock_ms=lambda: clock.ms,
            passed=lambda user, client: passed.append((user, client)),
        ),
        TriggerEndpoints(parts),
        ActionEndpoints(carry_out, household_of, within_s=CARRY_OUT_S),
        QueryEndpoints(Events(database), household_of, Cursors(b"a key of this test"), lambda: clock.ms),
        ValidationEndpoints(household_of),
        reception.site,
    )
    site = Site(
        path,
        database,
        clock,
        answers,
        identities,
        register,
        accounts,
        endpoints,
        reception,
        strangers,
        known,
        forgotten,
        passed,
    )
    await site.look_again()
    return site  # the closures above look at it
