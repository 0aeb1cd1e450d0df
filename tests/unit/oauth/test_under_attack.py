"""A day under attack: thousands of addresses guess at full speed, and the owner signs in whenever they like."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest
from structlog.testing import capture_logs

from bridge.oauth.sign_in import Accepted, Refused
from tests.unit.oauth.front_door import ANNA, RIGHT, FrontDoor, front_door

ADDRESSES = 10_000
AT_ONCE = 2
DAY_S = 24 * 3600.0
GUESSES_A_DAY = 5_800
"""How many guesses at one account are checked in a day at the most: one in 15 s, and the first few dozen."""

SIGN_IN_EVERY = 7
"""How many turns of the attackers pass between two visits of the owner: whatever they wait for, the visits meet it."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep a day's log lines to ourselves."""
    with capture_logs():
        yield


class Attackers:
    """They take turns, several at once, each as soon as anybody may."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door
        self._turns = count()

    async def guess(self) -> float:
        """Let the next few guess, and return how long all of them have to wait; 0 if a guess was checked."""
        answers = await asyncio.gather(*(self._guess(next(self._turns) % ADDRESSES) for _ in range(AT_ONCE)))
        return min(answer.wait_s for answer in answers if isinstance(answer, Refused))

    async def _guess(self, number: int) -> Accepted | Refused:
        return await self._door.attempt("anna", "guess", f"10.0.{number // 256}.{number % 256}")


async def test_ten_thousand_addresses_at_full_speed_have_few_guesses_a_day_and_the_owner_signs_in_at_once() -> None:
    async with front_door() as door:
        cookie, attackers, begun_s = door.browsers.issue(ANNA.id), Attackers(door), door.now_s
        for turn in count():
            if turn % SIGN_IN_EVERY == 0:  # from an address of the attackers
                assert await door.attempt("anna", RIGHT, "10.0.0.1", cookie) == Accepted(ANNA)
            door.now_s += await attackers.guess()
            if door.now_s >= begun_s + DAY_S:
                break
        guesses = sum(password == "guess" for _, password in door.checked)
        assert 0.95 * GUESSES_A_DAY < guesses <= GUESSES_A_DAY


async def test_an_attack_that_rests_each_hour_to_be_forgotten_has_fewer_guesses() -> None:
    async with front_door() as door:
        attackers, begun_s = Attackers(door), door.now_s
        while door.now_s < begun_s + DAY_S:
            while await attackers.guess() == 0:
                pass
            door.now_s += 3600
        assert len(door.checked) <= 24 * 20


async def test_after_the_attack_any_browser_signs_in_again_within_a_quarter_of_a_minute() -> None:
    async with front_door() as door:
        attackers = Attackers(door)
        for _ in range(500):
            door.now_s += await attackers.guess()
        answer = await door.attempt("anna", RIGHT)
        assert isinstance(answer, Refused)
        assert 0 < answer.wait_s <= 15
        door.now_s += answer.wait_s
        assert await door.attempt("anna", RIGHT) == Accepted(ANNA)


async def test_of_many_that_guess_in_the_same_instant_one_is_checked() -> None:
    async with front_door() as door:
        for failures in (0, 30):
            for _ in range(failures):
                door.now_s += await Attackers(door).guess()
            door.now_s += 15
            door.checked.clear()
            await asyncio.gather(*(door.attempt("anna", "guess", f"10.1.{failures}.{host}") for host in range(200)))
            assert len(door.checked) == 1
