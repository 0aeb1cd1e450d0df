"""The register of commands: none is ever sent twice for one request."""

import asyncio
from dataclasses import replace

import pytest

from bridge.commands import Command, Outcome, Publication, Wish
from bridge.storage.commands import KEPT_MS, KEPT_WHATEVER, MOST_KEPT, Commands
from bridge.storage.database import Database
from tests.integration.storage.examples import NOON_MS, command


@pytest.fixture
def register(database: Database) -> Commands:
    return Commands(database)


@pytest.mark.parametrize("wish", Wish)
async def test_what_was_recorded_is_found_by_its_request(register: Commands, wish: Wish) -> None:
    for number, (brightness, color) in enumerate(((None, None), (0, "#000000"), (100, None))):
        moved = Command("elm", "elm-light", wish, brightness, color, position=brightness)
        row = replace(command(number, request_id=f"r-{number}"), command=moved)
        assert await register.record(row) is None
        assert await register.find(row.user, f"r-{number}") == row


async def test_of_a_message_the_topic_is_kept_and_not_what_it_said(database: Database, register: Commands) -> None:
    message = Command("elm", "", Wish.PUBLISH, publication=Publication("elm/announce", b"a private word"))
    await register.record(replace(command(1), command=message))
    found = await register.find("u_1", "r-1")
    assert found is not None
    assert found.command == replace(message, publication=Publication("elm/announce", b""))
    rows = await database.read(lambda connection: connection.execute("SELECT * FROM commands").fetchall())
    assert b"private" not in repr(rows).encode()


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.NOT_SENT])
async def test_the_same_request_gets_the_earlier_command(register: Commands, outcome: Outcome) -> None:
    first = command(1, outcome=outcome)
    await register.record(first)
    assert await register.record(command(2)) == first
    assert await register.find("u_1", "r-1") == first


async def test_a_command_that_never_left_the_house_gives_way(register: Commands) -> None:
    await register.record(command(1))
    await register.note({"c_1": Outcome.NOT_SENT})
    assert await register.record(command(2)) is None
    assert await register.find("u_1", "r-1") == command(2)
    assert await register.record(command(3)) == command(2)


async def test_of_equal_requests_at_once_one_alone_is_recorded(register: Commands) -> None:
    answers = await asyncio.gather(*(register.record(command(number)) for number in range(10)))
    assert answers.count(None) == 1
    assert len({answer.id for answer in answers if answer is not None}) == 1


async def test_an_equal_request_id_of_another_user_is_another_request(register: Commands) -> None:
    await register.record(command(1))
    await register.note({"c_1": Outcome.PUBLISHED})
    assert await register.record(command(2, user="u_2")) is None
    assert (await register.find("u_1", "r-1") or command(0)).id == "c_1"
    assert (await register.find("u_2", "r-1") or command(0)).id == "c_2"
    assert await register.find("u_3", "r-1") is None


async def test_commands_without_a_request_id_are_all_recorded(register: Commands) -> None:
    for number in range(3):
        assert await register.record(command(number, request_id=None)) is None


async def test_what_was_under_way_at_a_crash_is_unknown_and_not_repeated(register: Commands) -> None:
    for number, outcome in enumerate(Outcome):
        await register.record(command(number, request_id=outcome, outcome=outcome))
    assert await register.settle_interrupted() == 1
    assert await register.settle_interrupted() == 0
    found = {outcome: await register.find("u_1", outcome) for outcome in Outcome}
    unchanged = {outcome: row.outcome for outcome, row in found.items() if row is not None}
    assert unchanged == {outcome: outcome for outcome in Outcome} | {Outcome.PENDING: Outcome.UNKNOWN}
    assert await register.record(command(99, request_id=Outcome.PENDING)) == found[Outcome.PENDING]


async def multiply(database: Database, times: int) -> None:
    """Let a user have asked for so many commands at noon."""
    rows = [(f"many_{number}", f"many_{number}", NOON_MS) for number in range(times)]
    await database.write(
        lambda connection: connection.executemany(
            "INSERT INTO commands (id, home, user, request_id, entity, wish, asked_at_ms, outcome) "
            "VALUES (?, 'elm', 'u_1', ?, 'elm-light', 'turn_on', ?, 'confirmed')",
            rows,
        )
    )


async def count(database: Database) -> int:
    rows = await database.read(lambda connection: connection.execute("SELECT count(*) FROM commands").fetchone())
    return int(rows[0])


async def test_a_repetition_is_recognised_for_more_than_a_day_and_nothing_is_kept_for_ever(
    database: Database, register: Commands
) -> None:
    for number in range(5):
        await register.record(command(number, request_id=f"r-{number}"))
    day_later = NOON_MS + 24 * 3600 * 1000
    assert await register.record(command(7, request_id="r-1", asked_at_ms=day_later)) is not None
    await multiply(database, KEPT_WHATEVER)
    assert await register.record(command(8, request_id="r-8", asked_at_ms=NOON_MS + KEPT_MS + 1)) is None
    assert await count(database) == KEPT_WHATEVER + 1
    assert await register.find("u_1", "r-1") is None


async def test_a_clock_that_is_set_to_another_year_lets_no_request_be_carried_out_again(register: Commands) -> None:
    await register.record(command(1, request_id="r-1"))
    await register.record(command(2, request_id="r-2", asked_at_ms=NOON_MS + 10 * 365 * 24 * 3600 * 1000))
    assert await register.record(command(3, request_id="r-1")) is not None


async def test_however_many_are_asked_for_a_bounded_number_is_kept(database: Database, register: Commands) -> None:
    await multiply(database, MOST_KEPT + 10)
    await register.record(command(8, request_id="r-8"))
    assert await count(database) == MOST_KEPT + 1
    assert await register.find("u_1", "r-8") is not None


async def test_a_note_about_no_command_changes_nothing(register: Commands) -> None:
    await register.record(command(1))
    await register.note({"c_9": Outcome.CONFIRMED})
    await register.note({})
    assert await register.find("u_1", "r-1") == command(1)
