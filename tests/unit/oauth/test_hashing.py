"""One password at a time, off the event loop, and the same work whatever there is to check."""

import asyncio
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable

import pytest
from argon2 import PasswordHasher

from bridge.errors import TemporarilyUnavailable
from bridge.oauth.hashing import MAX_KNOWN, MAX_STRANGERS, Hasher, Verified
from bridge.oauth.passwords import MAX_CHARACTERS, dummy_hash, hash_password, needs_rehash, verify_password
from tests.parts.waiting import until

KEPT = dummy_hash()
"""A hash that the fake below takes for that of "right"."""


class Work:
    """Stands in for Argon2: notes what it was asked, and takes as long as the test wants."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.go = threading.Event()
        self.go.set()

    def verify(self, password_hash: str, password: str) -> bool:
        """Check on the thread."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.asked.append((password_hash, password))
        assert self.go.wait(10)
        self.at_once -= 1
        return password == "right"


async def check(hasher: Hasher, password: str, kept: str | None = KEPT, *, known: bool = False) -> Verified:
    with hasher.place(known=known) as place:
        return await place.verify(kept, password)


async def outcome(waiting: Awaitable[Verified]) -> str:
    try:
        return "right" if (await waiting).right else "wrong"
    except TemporarilyUnavailable:
        return "unavailable"


async def test_the_right_password_is_right_and_another_is_not() -> None:
    async with Hasher() as hasher:
        kept = hash_password("correct horse")
        assert await check(hasher, "correct horse", kept) == Verified(right=True)
        assert await check(hasher, "correct house", kept) == Verified(right=False)


async def test_no_account_no_password_and_one_too_long_are_the_same_work_as_a_wrong_one() -> None:
    work = Work()
    async with Hasher(work.verify) as hasher:
        long = "right" + "x" * MAX_CHARACTERS
        assert not (await check(hasher, "right", None)).right
        assert not (await check(hasher, long)).right
        assert not (await check(hasher, "wrong")).right
    assert [password for _, password in work.asked] == ["right", long[:MAX_CHARACTERS], "wrong"]
    dummies = {kept for kept, _ in work.asked[:2]}
    assert len(dummies) == 1
    assert KEPT not in dummies
    assert not any(needs_rehash(dummy) for dummy in dummies)


async def test_a_password_too_long_is_never_right_not_even_where_its_beginning_is() -> None:
    async with Hasher(lambda _hash, _password: True) as hasher:
        assert (await check(hasher, "x" * MAX_CHARACTERS)).right
        assert not (await check(hasher, "x" * (MAX_CHARACTERS + 1))).right


async def test_a_hash_of_other_parameters_is_made_anew_when_its_password_is_given() -> None:
    old = PasswordHasher(1, 8, 1).hash("correct horse")
    async with Hasher() as hasher:
        assert await check(hasher, "correct house", old) == Verified(right=False)
        renewed = (await check(hasher, "correct horse", old)).renewed
    assert renewed is not None
    assert not needs_rehash(renewed)
    assert verify_password(renewed, "correct horse")


async def test_the_event_loop_goes_on_meanwhile() -> None:
    work = Work()
    work.go.clear()
    async with Hasher(work.verify) as hasher, asyncio.TaskGroup() as group:
        checking = group.create_task(check(hasher, "right"))
        await until(lambda: work.at_once == 1)
        assert not checking.done()
        work.go.set()
    assert checking.result().right


async def test_passwords_are_checked_one_at_a_time() -> None:
    work = Work()

    def slowly(password_hash: str, password: str) -> bool:
        right = work.verify(password_hash, password)
        time.sleep(0.001)  # another thread would come in here
        return right

    async with Hasher(slowly) as hasher:
        await asyncio.gather(*(check(hasher, "right", known=number % 2 == 0) for number in range(MAX_STRANGERS)))
    assert work.most_at_once == 1
    assert len(work.asked) == MAX_STRANGERS


async def test_more_strangers_than_there_are_places_are_told_to_come_later_and_known_browsers_still_have_theirs() -> (
    None
):
    work = Work()
    work.go.clear()
    async with Hasher(work.verify) as hasher, asyncio.TaskGroup() as group:
        strangers = [group.create_task(outcome(check(hasher, "wrong"))) for _ in range(MAX_STRANGERS + 3)]
        await until(lambda: sum(task.done() for task in strangers) == 3)
        known = [group.create_task(outcome(check(hasher, "right", known=True))) for _ in range(MAX_KNOWN + 2)]
        await until(lambda: sum(task.done() for task in known) == 2)
        work.go.set()
    assert sorted(task.result() for task in strangers) == ["unavailable"] * 3 + ["wrong"] * MAX_STRANGERS
    assert sorted(task.result() for task in known) == ["right"] * MAX_KNOWN + ["unavailable"] * 2
    assert len(work.asked) == MAX_STRANGERS + MAX_KNOWN


async def test_a_known_browser_waits_behind_two_strangers_at_the_most() -> None:
    work = Work()
    work.go.clear()
    async with Hasher(work.verify) as hasher, asyncio.TaskGroup() as group:
        for _ in range(MAX_STRANGERS):
            group.create_task(check(hasher, "wrong"))
        await until(lambda: work.at_once == 1)
        group.create_task(check(hasher, "right", known=True))
        await asyncio.sleep(0)
        work.go.set()
    assert [password for _, password in work.asked].index("right") <= 2


async def test_whoever_stops_waiting_frees_the_place_and_is_not_checked() -> None:
    work = Work()
    work.go.clear()
    async with Hasher(work.verify) as hasher, asyncio.TaskGroup() as group:
        group.create_task(check(hasher, "first"))
        await until(lambda: work.at_once == 1)
        waiting = [group.create_task(check(hasher, "gone")) for _ in range(MAX_STRANGERS - 1)]
        await asyncio.sleep(0)
        assert await outcome(check(hasher, "no place")) == "unavailable"
        for task in waiting:
            task.cancel()
        await until(lambda: all(task.done() for task in waiting))
        after = [group.create_task(outcome(check(hasher, "after"))) for _ in range(MAX_STRANGERS - 1)]
        work.go.set()
    assert {task.result() for task in after} == {"wrong"}
    assert [password for _, password in work.asked] == ["first"] + ["after"] * (MAX_STRANGERS - 1)


async def test_whoever_stops_waiting_while_being_checked_lets_nobody_be_checked_beside() -> None:
    work = Work()
    work.go.clear()
    async with Hasher(work.verify) as hasher:
        for _ in range(2 * MAX_STRANGERS):
            gone = asyncio.gather(check(hasher, "gone"))
            await until(lambda: bool(work.asked))
            gone.cancel()
            with pytest.raises(asyncio.CancelledError):
                await gone
        assert work.at_once == len(work.asked) == 1
        work.go.set()
        assert (await check(hasher, "right")).right
    assert [password for _, password in work.asked] == ["gone", "right"]


async def test_a_check_that_fails_frees_its_place_and_its_turn() -> None:
    def fail(_hash: str, _password: str) -> bool:
        raise TemporarilyUnavailable("no memory")

    async with Hasher(fail) as hasher:
        for _ in range(2 * MAX_STRANGERS):
            with pytest.raises(TemporarilyUnavailable, match="no memory"):
                await check(hasher, "right")


async def test_at_the_end_what_is_being_checked_is_finished_and_who_waits_is_told_to_come_later() -> None:
    work = Work()
    work.go.clear()
    async with asyncio.TaskGroup() as group, Hasher(work.verify) as hasher:
        tasks = [group.create_task(outcome(check(hasher, "right"))) for _ in range(3)]
        await until(lambda: work.at_once == 1)
        asyncio.get_running_loop().call_soon(work.go.set)
    assert [task.result() for task in tasks] == ["right", "unavailable", "unavailable"]
    assert await outcome(check(hasher, "right")) == "unavailable"
    await until(lambda: not any(thread.name.startswith("passwords") for thread in threading.enumerate()))


async def test_at_the_end_a_check_that_nobody_waits_for_any_more_is_finished_too() -> None:
    work = Work()
    work.go.clear()
    async with Hasher(work.verify) as hasher:
        gone = asyncio.gather(check(hasher, "gone"))
        await until(lambda: work.at_once == 1)
        gone.cancel()
        asyncio.get_running_loop().call_later(0.05, work.go.set)
    assert work.at_once == 0
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_there_is_no_thread_until_somebody_signs_in() -> None:
    others = set(threading.enumerate())  # those of tests before this one may just be ending
    async with Hasher():
        assert set(threading.enumerate()) <= others


_SEVERAL_SIGN_INS = """
import asyncio
from pathlib import Path
from bridge.oauth.hashing import Hasher

async def resident_kib():
    async with Hasher() as hasher:
        for _ in range(5):
            with hasher.place(known=False) as place:
                await place.verify(None, "wrong")
            status = Path("/proc/self/status").read_text()
            print(status.partition("VmRSS:")[2].split()[0])

asyncio.run(resident_kib())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries give large blocks back by themselves")
def test_the_memory_of_a_check_is_given_back_each_time() -> None:
    program = [sys.executable, "-c", _SEVERAL_SIGN_INS]
    done = subprocess.run(program, check=True, capture_output=True, env={"PYTHONPATH": ":".join(sys.path)})
    first, *later = map(int, done.stdout.split())
    assert max(later) - first < 4 * 1024
