"""What the desk says of people and their connections, on a real file, and what it makes a daemon forget."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from bridge.desk.desk import Desk
from bridge.desk.grants import Grants
from bridge.desk.paired import Paired
from bridge.desk.requests import (
    AddUser,
    ListGrants,
    ListUsers,
    RemoveUser,
    Request,
    RevokeGrant,
    SetPassword,
    request_to_bytes,
)
from bridge.devices.catalogue import Catalogue
from bridge.errors import AccountError
from bridge.homes.sight import Sights
from bridge.homes.user import Home
from bridge.journeys import journeys_of
from bridge.oauth.connection import LIMIT, SILENT_AFTER_MS, Cause, ConnectionKey, FailedCheck
from bridge.oauth.grants import Moment
from bridge.oauth.revocation import Revocation
from bridge.registers import Registers
from bridge.storage.accounts import Accounts
from bridge.storage.checks import Checks
from bridge.storage.database import Database, open_database
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure
from bridge.storage.grants import Grants as KeptGrants
from bridge.storage.migrate import migrate
from bridge.storage.pairings import Pairings
from bridge.storage.sign_ins import SignIns
from tests.parts.grants import Connected, agree

NOON_MS: Final = 1_770_000_000_000
NOON: Final = "2026-02-02T02:40:00Z"


@dataclass
class Office:
    """A desk, what lies below it, and what it made a daemon forget."""

    database: Database
    checks: Checks
    desk: Desk
    forgotten: list[tuple[str, ...]]
    now_ms: int = NOON_MS
    ids: dict[str, str] = field(default_factory=dict)

    async def ask(self, request: Request) -> Any:  # noqa: ANN401 -- whatever is answered
        """Ask, and return the answer as a program reads it."""
        return msgspec.json.decode(await self.desk.answer(request_to_bytes(request)))

    async def connect(self, user: str, client: str = "my_service") -> Connected:
        """Let a user connect."""
        return await agree(self.database, user, client, now=Moment(self.now_ms, 0))

    async def fail(self, user: str, times: int, client: str = "my_service", reason: str = Cause.REVOKED) -> None:
        """Let checks fail."""
        key = ConnectionKey(self.ids[user], client)
        await self.checks.note({}, [(key, FailedCheck(self.now_ms, reason))] * times)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_database(tmp_path / "bridge.db") as database:
        await migrate(database)
        accounts, kept, checks = Accounts(database), KeptGrants(database), Checks(database)
        forgotten: list[tuple[str, ...]] = []
        revocation = Revocation(
            kept, lambda: forgotten.append(("tokens",)), lambda user, client: forgotten.append(("all", user, client))
        )
        desk = Desk(
            accounts,
            SignIns(database),
            Events(database),
            Entities(database),
            Exposure(database),
            Grants(accounts, kept, checks, revocation, lambda: found.now_ms),
            Paired(
                Pairings(database),
                Exposure(database),
                homes=lambda: (),
                met=dict,
                catalogue=lambda: Catalogue(()),
                described=dict,
                clock_ms=lambda: found.now_ms,
            ),
            lambda: journeys_of(Registers.of(database), lambda: Catalogue(()), Sights, lambda: found.now_ms),
            homes=lambda: (Home("elm", "Elm Street 4"), Home("oak", "Oak Lane 1")),
            catalogue=lambda: Catalogue(()),
            now=lambda: Moment(found.now_ms, 0),
            forget_user=lambda user: forgotten.append(("user", user)),
            forget_tokens=lambda: forgotten.append(("tokens",)),
            forget_sign_ins=lambda user: forgotten.append(("sign-ins", user)),
        )
        found = Office(database, checks, desk, forgotten)
        for name, home in (("ann", None), ("ben", "elm"), ("cay", "oak")):
            found.ids[name] = (await found.ask(AddUser(name, home, None)))["id"]
        yield found


async def test_with_another_password_the_browsers_of_that_user_must_sign_in_anew(office: Office) -> None:
    await office.ask(SetPassword("ann", "a hash"))
    assert office.forgotten == [("sign-ins", office.ids["ann"])]


async def test_of_a_removed_user_nothing_stays_in_memory(office: Office) -> None:
    await office.ask(RemoveUser("ann"))
    ann = office.ids["ann"]
    assert sorted(office.forgotten) == [("sign-ins", ann), ("tokens",), ("user", ann)]


async def test_a_grant_is_listed_with_how_its_connection_is(office: Office) -> None:
    given = await office.connect("cay")
    key = ConnectionKey(office.ids["cay"], "my_service")
    await office.checks.note({key: NOON_MS})
    await office.fail("cay", 3)
    [row] = await office.ask(ListGrants(None))
    advice = row.pop("advice")
    assert row == {
        "id": given.grant,
        "user": "cay",
        "home": "oak",
        "client": "my_service",
        "since": NOON,
        "last_used": None,
        "last_check_passed": NOON,
        "failed_checks": 3,
        "of": LIMIT,
        "last_check_failed": NOON,
        "refresh_refused": None,
        "reason": "its token was revoked",
        "state": "failing",
    }
    assert "connect the service again" in advice


async def test_grants_are_listed_by_user_client_and_age_and_of_one_user_alone(office: Office) -> None:
    made = {}
    for number, (user, client) in enumerate([("ben", "b"), ("ann", "b"), ("ann", "a"), ("ann", "b")]):
        office.now_ms = NOON_MS + number * 1000
        made[number] = (await office.connect(user, client)).grant
    assert [row["id"] for row in await office.ask(ListGrants(None))] == [made[2], made[1], made[3], made[0]]
    assert [row["id"] for row in await office.ask(ListGrants("ben"))] == [made[0]]
    assert await office.ask(ListGrants("cay")) == []
    with pytest.raises(AccountError, match="no user 'dan'"):
        await office.ask(ListGrants("dan"))


async def test_an_ended_connection_for_which_ifttt_still_asks_is_listed_without_a_grant(office: Office) -> None:
    given = await office.connect("ann")
    await office.ask(RevokeGrant(given.grant))
    assert await office.ask(ListGrants(None)) == []
    await office.fail("ann", 1)
    for asked in (None, "ann"):
        [row] = await office.ask(ListGrants(asked))
        assert (row["id"], row["since"], row["last_used"]) == (None, None, None)
        assert (row["user"], row["state"], row["failed_checks"]) == ("ann", "revoked", 1)
    assert await office.ask(ListGrants("ben")) == []


async def test_a_grant_is_revoked_by_the_beginning_of_its_id_and_the_daemon_forgets(office: Office) -> None:
    first, second = await office.connect("ann"), await office.connect("ann")
    row = await office.ask(RevokeGrant(first.grant[:8].upper()))
    assert (row["id"], row["user"]) == (first.grant, "ann")
    assert office.forgotten == [("tokens",)]
    await office.ask(RevokeGrant(second.grant))
    assert office.forgotten == [("tokens",), ("tokens",), ("all", office.ids["ann"], "my_service")]
    with pytest.raises(AccountError, match="there is no grant"):
        await office.ask(RevokeGrant(first.grant))
    with pytest.raises(AccountError, match="at least 6 characters"):
        await office.ask(RevokeGrant(second.grant[:5]))


async def test_users_are_listed_with_their_worst_connection(office: Office) -> None:
    for client in ("a", "b"):
        await office.connect("ann", client)
    await office.connect("ben")
    await office.fail("ann", 4, "b", Cause.OURS)
    office.now_ms += 1
    rows = await office.ask(ListUsers())
    assert [(row["name"], row["connections"], row["state"], row["failed_checks"]) for row in rows] == [
        ("ann", 2, "failing", 4),
        ("ben", 1, "connected", 0),
        ("cay", 0, None, 0),
    ]
    office.now_ms += SILENT_AFTER_MS
    assert [row["state"] for row in await office.ask(ListUsers())] == ["silent", "silent", None]
