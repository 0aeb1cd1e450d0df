"""Signing in with a name and a password."""

import asyncio

import pytest
from argon2 import PasswordHasher
from structlog.testing import capture_logs

from bridge.errors import TemporarilyUnavailable
from bridge.oauth.hashing import MAX_STRANGERS, Hasher
from bridge.oauth.passwords import MAX_CHARACTERS, hash_password, needs_rehash
from bridge.oauth.sign_in import MAX_NAME_CHARACTERS, UNDER_WAY_S, Accepted, Refused
from tests.parts.waiting import until
from tests.unit.oauth.front_door import ANNA, BEN, MALLORY, RIGHT, FrontDoor, front_door

WRONG = Refused(0)


async def test_the_right_name_and_password_give_the_user() -> None:
    async with front_door() as door:
        assert await door.attempt("anna", RIGHT) == Accepted(ANNA)
        assert await door.attempt(" anna\n", RIGHT) == Accepted(ANNA)


CAUSES = {
    "a wrong password": ("anna", "correct house"),
    "a password that is nearly right": ("anna", f"{RIGHT} "),
    "no password": ("anna", ""),
    "a password too long": ("anna", RIGHT + "x" * MAX_CHARACTERS),
    "a password that is no text": ("anna", "\udcff"),
    "a name of nobody": ("nobody", RIGHT),
    "a name in other letters": ("Anna", RIGHT),
    "an account without a password": ("ben", RIGHT),
    "no name": ("", RIGHT),
    "a name too long": ("anna" + "x" * MAX_NAME_CHARACTERS, RIGHT),
    "a name that is no text": ("\udcff", RIGHT),
}


@pytest.mark.parametrize("cause", CAUSES)
async def test_every_cause_of_a_refusal_looks_the_same_and_is_the_same_work(cause: str) -> None:
    name, password = CAUSES[cause]
    async with front_door() as door:
        with capture_logs() as lines:
            assert await door.attempt(name, password) == WRONG
        assert len(door.checked) == 1
        assert not needs_rehash(door.checked[0][0])
    reason = "wrong name or password"
    expected = {"event": "sign_in.refused", "log_level": "warning", "address": "203.0.113.7", "count": 1}
    assert lines == [{**expected, "reason": reason}]


@pytest.mark.parametrize("cause", CAUSES)
async def test_every_cause_of_a_refusal_makes_the_next_attempt_wait_as_long(cause: str) -> None:
    name, password = CAUSES[cause]
    async with front_door() as door:
        answers = []
        for number in range(30):
            answers.append(await door.attempt(name, password, f"10.0.0.{number}"))
            door.now_s += 0.25
        assert answers[:20] == [WRONG] * 20
        assert answers[20:24] == [Refused(0.25), WRONG, Refused(0.75), Refused(0.5)]
        assert len(door.checked) == sum(answer == WRONG for answer in answers)


async def test_an_attempt_that_came_too_early_is_not_checked_and_costs_nothing_more() -> None:
    async with front_door() as door:
        for _ in range(3):
            assert await door.attempt("anna", "wrong") == WRONG
        for _ in range(100):
            assert await door.attempt("anna", RIGHT) == Refused(1)
        assert len(door.checked) == 3
        door.now_s += 1
        assert await door.attempt("anna", RIGHT) == Accepted(ANNA)
        assert await door.attempt("anna", "wrong") == WRONG
        assert await door.attempt("anna", RIGHT) == Accepted(ANNA)


async def test_who_has_an_account_buys_no_guesses_at_another_with_it() -> None:
    async with front_door() as door:
        for _ in range(2):
            assert await door.attempt("anna", "wrong") == WRONG
            assert await door.attempt("mallory", RIGHT) == Accepted(MALLORY)
        assert await door.attempt("anna", "wrong") == WRONG
        assert await door.attempt("anna", "wrong") == await door.attempt("mallory", RIGHT) == Refused(1)


async def at_once(door: FrontDoor, *attempts: tuple[str, str | None, str | None]) -> list[Accepted | Refused]:
    """Attempt all of them, each (name, address, cookie), while the first is being checked."""
    door.open.clear()
    door.checked.clear()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(door.attempt(attempts[0][0], "wrong", *attempts[0][1:]))]
        await until(lambda: len(door.checked) == 1)
        tasks += [group.create_task(door.attempt(name, "wrong", *where)) for name, *where in attempts[1:]]
        asyncio.get_running_loop().call_later(0.02, door.open.set)
    return [task.result() for task in tasks]


BUSY = Refused(UNDER_WAY_S)


async def test_one_attempt_of_an_address_and_one_of_strangers_at_an_account_is_under_way_at_a_time() -> None:
    async with front_door() as door:
        one = ("anna", "2001:db8::1", None)
        assert await at_once(door, one, ("ben", "2001:db8::2", None)) == [WRONG, BUSY]
        assert await at_once(door, one, ("anna", "2001:db8:0:1::1", None)) == [WRONG, BUSY]
        assert await at_once(door, one, ("ben", "2001:db8:0:1::1", None), ("nobody", None, None)) == [WRONG] * 3
        assert await at_once(door, ("anna", None, None), ("ben", None, None), ("ben", None, None)) == [
            WRONG,
            WRONG,
            BUSY,
        ]


async def test_a_known_browser_is_under_way_beside_strangers_and_only_once_for_its_account() -> None:
    async with front_door() as door:
        cookie, other, bens = (door.browsers.issue(user.id) for user in (ANNA, ANNA, BEN))
        here = "203.0.113.7"
        assert await at_once(
            door, ("anna", here, None), ("anna", here, cookie), ("anna", here, other), ("ben", here, bens)
        ) == [WRONG, WRONG, BUSY, WRONG]


async def test_a_cookie_makes_a_browser_known_for_its_own_account_alone() -> None:
    async with front_door() as door:
        for _ in range(4):
            await door.attempt("anna", "wrong")
        for cookie in (door.browsers.issue(BEN.id), door.browsers.issue(""), "garbage", ""):
            assert await door.attempt("anna", RIGHT, cookie=cookie) == Refused(1)
            assert await door.attempt("nobody", RIGHT, cookie=cookie) == Refused(1)
        assert await door.attempt("anna", RIGHT, cookie=door.browsers.issue(ANNA.id)) == Accepted(ANNA)


async def test_too_many_at_once_are_told_to_come_later_which_counts_for_nothing() -> None:
    async with front_door() as door:
        cookie = door.browsers.issue(ANNA.id)
        door.open.clear()
        async with asyncio.TaskGroup() as group:
            for number in range(MAX_STRANGERS):
                group.create_task(door.attempt(f"nobody {number}", "wrong", f"10.0.0.{number}"))
            await until(lambda: len(door.checked) == 1)
            with capture_logs() as lines:
                for _ in range(10):
                    with pytest.raises(TemporarilyUnavailable):
                        await door.attempt("anna", RIGHT)
            known = group.create_task(door.attempt("anna", RIGHT, cookie=cookie))
            asyncio.get_running_loop().call_later(0.02, door.open.set)
        assert known.result() == Accepted(ANNA)
        assert [(line["event"], line["reason"], line["count"]) for line in lines] == [
            ("sign_in.refused", "too many at once", 1)
        ]
        assert await door.attempt("anna", RIGHT) == Accepted(ANNA)


async def test_whoever_goes_away_leaves_nothing_under_way_and_no_failure() -> None:
    async with front_door() as door:
        for _ in range(30):
            door.open.clear()
            door.checked.clear()
            gone = asyncio.gather(door.attempt("anna", "wrong"))
            await until(lambda: len(door.checked) == 1)
            gone.cancel()
            with pytest.raises(asyncio.CancelledError):
                await gone
            door.open.set()
        assert await door.attempt("anna", RIGHT) == Accepted(ANNA)


async def test_a_hash_of_older_parameters_is_made_anew_with_the_next_sign_in() -> None:
    door = FrontDoor()
    door.kept[ANNA] = PasswordHasher(1, 8, 1).hash(RIGHT)
    async with Hasher() as hasher:
        door.serve(hasher)
        door.read_only = True
        with capture_logs() as lines:
            assert await door.attempt("anna", RIGHT) == Accepted(ANNA)
        assert "sign_in.hash_not_renewed" in {line["event"] for line in lines}
        door.read_only = False
        assert await door.attempt("anna", "wrong") == WRONG
        assert needs_rehash(door.kept[ANNA] or "")
        assert await door.attempt("anna", RIGHT) == Accepted(ANNA)
        assert not needs_rehash(door.kept[ANNA] or "")
        assert await door.attempt("anna", RIGHT) == Accepted(ANNA)


async def test_a_name_that_can_be_nobodys_is_not_looked_up() -> None:
    async with front_door() as door:
        for name in ("x" * (MAX_NAME_CHARACTERS + 1), "an\udcffna"):
            await door.attempt(name, RIGHT)
        assert door.looked_up == []


async def test_the_log_says_who_was_let_in_from_where_and_whether_the_browser_was_known() -> None:
    async with front_door() as door:
        with capture_logs() as lines:
            await door.attempt("anna", RIGHT)
            await door.attempt("anna", RIGHT, None, door.browsers.issue(ANNA.id))
    line = {"event": "sign_in.accepted", "log_level": "info", "user": "u_anna"}
    assert lines == [
        {**line, "address": "203.0.113.7", "known_browser": False},
        {**line, "address": "unknown", "known_browser": True},
    ]


async def test_a_flood_is_told_once_a_minute_for_each_address_and_nothing_of_what_was_typed() -> None:
    async with front_door() as door:
        with capture_logs() as lines:
            for _ in range(1000):
                await door.attempt("my-secret-name", "my-secret-password")
            door.now_s += 60
            await door.attempt("my-secret-name", "my-secret-password")
    assert [(line["address"], line["count"]) for line in lines] == [("203.0.113.7", 1), ("203.0.113.7", 999)]
    assert "secret" not in repr(lines)


async def test_with_real_hashes_the_right_password_is_accepted_and_another_is_not() -> None:
    door = FrontDoor()
    door.kept[ANNA] = hash_password(RIGHT)
    async with Hasher() as hasher:
        door.serve(hasher)
        assert await door.attempt("anna", RIGHT) == Accepted(ANNA)
        assert await door.attempt("anna", "correct house") == WRONG
        assert await door.attempt("ben", RIGHT) == WRONG
        assert await door.attempt("nobody", RIGHT) == WRONG
