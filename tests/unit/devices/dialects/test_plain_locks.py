"""Locks, in plain words and in JSON, both ways."""

import pytest

from bridge.commands import Command, Publication, Wish
from bridge.devices.dialects.plain_lock import LockWords, PlainLock
from bridge.devices.reading import StateReading
from bridge.errors import UnreadableMessage

PLAIN = PlainLock("lock", "lock/set", LockWords(jammed="JAMMED"))
ZIGBEE = PlainLock("lock", "lock/set", LockWords("locked", "unlocked", "not_fully_locked"), ("lock_state",))


@pytest.mark.parametrize(
    ("lock", "payload", "value"),
    [
        (PLAIN, b"LOCKED", "locked"),
        (PLAIN, b"UNLOCKED", "unlocked"),
        (PLAIN, b"JAMMED", "jammed"),
        (ZIGBEE, b'{"lock_state":"locked","state":"LOCK","battery":80}', "locked"),
        (ZIGBEE, b'{"lock_state":"unlocked"}', "unlocked"),
        (ZIGBEE, b'{"lock_state":"not_fully_locked"}', "jammed"),
        (PlainLock("t", "c", LockWords("1", "0"), ("locked",)), b'{"locked":1}', "locked"),
        (PlainLock("t", "c", LockWords("true", "false"), ("locked",)), b'{"locked":false}', "unlocked"),
        (PlainLock("t", "c", LockWords("LOCKED", "OPEN")), b"OPEN", "unlocked"),
    ],
)
def test_its_words_are_states(lock: PlainLock, payload: bytes, value: str) -> None:
    assert lock.read("lock", payload) == StateReading(value)


@pytest.mark.parametrize("payload", [b"", b"unknown", b"LOCKING", b"Unlocking", b"OPEN", b"NONE"])
def test_a_lock_on_its_way_or_without_a_clue_says_nothing(payload: bytes) -> None:
    assert PLAIN.read("lock", payload) is None


@pytest.mark.parametrize("payload", [b"{}", b'{"lock_state":null}', b'{"state":"LOCK"}'])
def test_an_object_without_the_word_says_nothing(payload: bytes) -> None:
    assert ZIGBEE.read("lock", payload) is None


@pytest.mark.parametrize(
    ("lock", "payload"), [(PLAIN, b"locked"), (PlainLock("t", "c"), b"JAMMED"), (ZIGBEE, b"locked"), (PLAIN, b"\xff")]
)
def test_any_other_word_is_unreadable(lock: PlainLock, payload: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        lock.read("lock", payload)


@pytest.mark.parametrize(
    ("wish", "plain", "zigbee"),
    [(Wish.LOCK, b"LOCK", b'{"state":"LOCK"}'), (Wish.UNLOCK, b"UNLOCK", b'{"state":"UNLOCK"}')],
)
def test_orders_are_its_words(wish: Wish, plain: bytes, zigbee: bytes) -> None:
    command = Command("home", "lock", wish)
    assert PLAIN.write(command) == (Publication("lock/set", plain),)
    assert ZIGBEE.write(command) == (Publication("lock/set", zigbee),)


@pytest.mark.parametrize("wish", [wish for wish in Wish if wish not in (Wish.LOCK, Wish.UNLOCK)])
def test_a_lock_takes_no_other_wish(wish: Wish) -> None:
    assert PLAIN.write(Command("home", "lock", wish, position=50)) == ()
