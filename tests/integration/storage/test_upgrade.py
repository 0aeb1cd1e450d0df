"""A database of an earlier schema, as homes have it: nothing is lost by the upgrade, and nothing old becomes new."""

from pathlib import Path

from bridge.devices.last_known import EntityState, Pending
from bridge.homes.sight import Sights
from bridge.homes.user import User
from bridge.ifttt.service import timeline_of
from bridge.oauth.grants import Grant, Moment
from bridge.storage.accounts import Accounts, KeptToken
from bridge.storage.commands import Commands
from bridge.storage.database import open_database
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure
from bridge.storage.grants import Grants
from bridge.storage.identities import TriggerIdentities
from bridge.storage.migrate import load_migrations, migrate
from bridge.timeline.entry import TimelineKey
from bridge.timeline.timeline import question_of
from tests.integration.storage.examples import execute

OLD_HOME = (
    "INSERT INTO homes VALUES ('elm', 'Elm')",
    "INSERT INTO users VALUES ('u_1', 'elm', 'ann', NULL, 1, 1)",
    "INSERT INTO entities VALUES ('door', 'elm', 'door', 'contact', 'Door', 'Hall', 1, NULL)",
    "INSERT INTO entities VALUES ('bell', 'elm', 'bell', 'button', 'Bell', 'Hall', 3, NULL)",
    "INSERT INTO entity_states VALUES ('door', 'open', NULL, 5, '')",
    (
        "INSERT INTO events (seq, id, home, device, entity, kind, recorded_at_ms, ingredients, offered) VALUES "
        "(1, 'id-1', 'elm', 'door', 'door', 'contact.opened', 1, '{}', 1), "
        "(2, 'id-2', 'elm', 'door', 'door', 'contact.opened', 2, '{}', 1), "
        "(3, 'id-3', 'elm', 'door', 'door', 'contact.opened', 3, '{}', 1)"
    ),
    (
        "INSERT INTO trigger_identities VALUES "
        "('', 'u_1', 'abc', 'elm', 'door_opened', '{\"door\":\"any\"}', 1, 2, 3, 9, NULL)"
    ),
    "INSERT INTO commands VALUES ('c_1', 'elm', 'u_1', 'r1', 'lamp', 'turn_on', 80, NULL, 7, 'confirmed')",
)


WAITING = (
    "INSERT INTO entity_states (entity, value, brightness, since_ms, presses, position, pending_value, "
    "pending_since_ms, pending_first_ms, fired, offered_ms) "
    "VALUES ('blind', 'closed', 7, 5, 'single double', 30, 'open', 8, 6, 'battery.low', 9)"
)


async def test_states_from_before_devices_announced_themselves_are_what_they_were(path: Path) -> None:
    scripts = load_migrations()
    async with open_database(path) as database:
        await migrate(database, scripts[:5])
        await execute(database, WAITING)
        await migrate(database, scripts)
        assert await Entities(database).states() == {
            "blind": EntityState(
                "closed",
                brightness=7,
                since_ms=5,
                presses=("single", "double"),
                position=30,
                fired=("battery.low",),
                pending=Pending("open", 8, 6),
                offered_ms=9,
            )
        }


async def test_an_old_database_keeps_everything_and_shows_what_it_showed(path: Path) -> None:
    scripts = load_migrations()
    async with open_database(path) as database:
        await migrate(database, scripts[:1])
        await execute(database, *OLD_HOME)
    async with open_database(path) as database:
        assert await migrate(database) == len(scripts) > 1
        (identity,) = await TriggerIdentities(database, timeline_of).load()
        assert (identity.start_seq, identity.told_seq, identity.last_polled_ms) == (2, 3, 9)
        exposure = Exposure(database)
        sight = Sights(await exposure.placed(), await exposure.shares()).of("elm", "u_1")
        assert sight.since == {"door": 0, "bell": 0}
        for key in (identity.timeline, TimelineKey("elm", "door", "contact.opened")):
            question = question_of(key, sight, start_seq=identity.start_seq)
            assert question is not None
            assert question.among is None, "the whole home is one range of its index"
            assert [entry.id for entry in await Events(database).newest(question)] == ["id-3", "id-2"]
        assert (await Entities(database).states())["door"] == EntityState("open", since_ms=5)
        command = await Commands(database).find("u_1", "r1")
        assert command is not None
        assert (command.command.entity, command.command.brightness, command.command.position) == ("lamp", 80, None)


async def test_tokens_minted_before_there_were_grants_still_open(path: Path) -> None:
    async with open_database(path) as database:
        await migrate(database, load_migrations()[:4])
        await execute(database, *OLD_HOME[:2], "INSERT INTO tokens VALUES ('digest', 'u_1', 'staging', 4)")
    async with open_database(path) as database:
        await migrate(database)
        ann, grants, accounts = User("u_1", "elm", "ann", 1), Grants(database), Accounts(database)
        assert await grants.find("digest", 10**15) == Grant(ann, "staging", "", "digest")
        assert await accounts.tokens() == [KeptToken("digest", "ann", "staging", 4)]
        assert await accounts.connected() == [("staging", "u_1")]
        assert await grants.listed() == []
        await grants.note_used({"digest": Moment(9, 9)})
        assert await grants.sweep(10**15) == 0
        await accounts.remove_token("digest")
        assert await grants.find("digest", 0) is None
