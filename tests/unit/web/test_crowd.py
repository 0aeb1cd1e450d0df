"""Who may connect, who makes room, and who has to go."""

from dataclasses import dataclass, field

import structlog

from bridge.web.crowd import (
    BUSY_S,
    CALM_AFTER_S,
    HEAD_S,
    MAX_HEAD_BYTES,
    MAX_PER_ADDRESS,
    MAX_PIECE_BYTES,
    Crowd,
    Gone,
    Guest,
)

PROXY = "127.0.0.1"


@dataclass
class Door:
    """A crowd of ten places, a clock, and who was hung up on."""

    now_s: float = 1000.0
    places: int = 10
    hung_up: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.crowd = Crowd(lambda: self.places, lambda: self.now_s, lambda address: address == PROXY)

    def let_in(self, address: str, name: str = "") -> Guest:
        """Somebody comes and is let in."""
        guest = self.crowd.arrive(address, lambda: self.hung_up.append(name or address))
        assert isinstance(guest, Guest)
        return guest

    def served(self, address: str, *, well: bool, name: str = "") -> Guest:
        """Somebody comes, asks and is answered."""
        guest = self.let_in(address, name)
        self.crowd.send(guest, 200)
        self.crowd.ask(guest)
        self.crowd.rest(guest, well=well)
        return guest


def test_of_one_address_only_so_many_are_let_in() -> None:
    door = Door(places=1000)
    last = [door.let_in("192.0.2.1") for _ in range(MAX_PER_ADDRESS)][-1]
    assert door.crowd.arrive("192.0.2.1", lambda: None) is Gone.ADDRESS
    door.let_in("192.0.2.2")
    door.crowd.leave(last)
    door.let_in("192.0.2.1")


def test_one_house_is_one_address() -> None:
    door = Door(places=1000)
    for number in range(MAX_PER_ADDRESS):
        door.let_in(f"2001:db8::{number:x}")
    assert door.crowd.arrive("2001:db8::ffff", lambda: None) is Gone.ADDRESS
    door.let_in("2001:db8:0:1::1")


def test_a_proxy_of_ours_may_have_all_places() -> None:
    door = Door(places=3 * MAX_PER_ADDRESS)
    for _ in range(3 * MAX_PER_ADDRESS):
        door.let_in(PROXY)
    assert door.hung_up == []


def test_who_never_had_a_good_answer_makes_room_before_those_who_had() -> None:
    door = Door(places=3)
    door.served("192.0.2.1", well=True)
    door.served("192.0.2.2", well=False)
    door.let_in("192.0.2.3")
    for newcomer in ("192.0.2.4", "192.0.2.5"):
        door.crowd.ask(door.let_in(newcomer))
    assert door.hung_up == ["192.0.2.2", "192.0.2.3"]
    door.let_in("192.0.2.6")
    assert door.hung_up[2:] == ["192.0.2.1"]
    assert len(door.crowd) == 3


def test_nobody_who_is_being_answered_goes_for_a_newcomer() -> None:
    door = Door(places=2)
    busy = [door.let_in(f"192.0.2.{number}") for number in range(2)]
    for guest in busy:
        door.crowd.ask(guest)
    assert door.crowd.arrive("192.0.2.9", lambda: None) is Gone.FULL
    door.crowd.rest(busy[0], well=True)
    door.let_in("192.0.2.9")


def test_a_head_that_drips_ends_the_connection_however_often_a_byte_comes() -> None:
    door = Door()
    guest = door.let_in(PROXY)
    for _ in range(12):
        door.crowd.send(guest, 1)
        door.crowd.look()
        door.now_s += HEAD_S / 10
    assert door.hung_up == [PROXY]
    assert door.crowd.gone == {Gone.SLOW: 1}


def test_the_head_of_a_later_request_has_its_own_time() -> None:
    door = Door()
    guest = door.served("192.0.2.1", well=True)
    door.now_s += 100
    door.crowd.look()
    door.crowd.send(guest, 1)
    door.now_s += HEAD_S - 1
    door.crowd.look()
    assert door.hung_up == []
    door.now_s += 2
    door.crowd.look()
    assert door.hung_up == ["192.0.2.1"]


def test_who_never_sends_anything_goes_but_a_proxy_may_keep_a_connection_at_hand() -> None:
    door = Door()
    door.let_in("192.0.2.1")
    door.let_in(PROXY)
    door.now_s += HEAD_S + 1
    door.crowd.look()
    assert door.hung_up == ["192.0.2.1"]


def test_a_head_without_end_is_cut_off_but_not_a_body_that_comes_with_its_head() -> None:
    door = Door()
    decent, endless = door.let_in("192.0.2.1"), door.let_in("192.0.2.2")
    door.crowd.send(decent, 2 * MAX_HEAD_BYTES)
    door.crowd.ask(decent)
    door.crowd.send(decent, 2 * MAX_HEAD_BYTES)
    looked_at = [door.crowd.send(endless, MAX_HEAD_BYTES // 20) for _ in range(22)]
    assert looked_at == [True] * 21 + [False]
    assert not door.crowd.send(door.let_in("192.0.2.3"), MAX_PIECE_BYTES + 1)
    assert door.hung_up == ["192.0.2.2", "192.0.2.3"]


def test_who_does_not_read_their_answer_goes_in_the_end() -> None:
    door = Door()
    door.crowd.ask(door.let_in("192.0.2.1"))
    door.now_s += BUSY_S - 1
    door.crowd.look()
    assert door.hung_up == []
    door.now_s += 2
    door.crowd.look()
    assert door.hung_up == ["192.0.2.1"]


def test_a_crowd_is_told_of_once_and_that_it_is_over_with_how_many_it_were() -> None:
    door = Door(places=1)
    with structlog.testing.capture_logs() as lines:
        for _ in range(100):
            door.let_in("192.0.2.1")
        for _ in range(3):
            door.now_s += CALM_AFTER_S + 1
            door.crowd.look()
    assert [line["event"] for line in lines] == ["web.crowd", "web.calm"]
    assert (lines[1]["made_room"], lines[1]["slow"]) == (98, 1)


def test_whoever_has_gone_leaves_nothing_behind() -> None:
    door = Door()
    guests = [door.served("192.0.2.1", well=well) for well in (True, False)]
    for guest in guests:
        door.crowd.leave(guest)
        door.crowd.leave(guest)
        door.crowd.rest(guest, well=True)
    assert len(door.crowd) == 0
    assert not any((door.crowd._from, door.crowd._strange, door.crowd._resting))
