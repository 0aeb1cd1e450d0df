"""A process that stood still did not listen."""

from dataclasses import dataclass

from bridge.mqtt.awake import REMEMBERED_S, STANDSTILL_S, Awake, uptime_s


@dataclass
class Clock:
    """A clock that goes when it is told."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


def test_who_ticks_listens_until_now() -> None:
    clock = Clock()
    awake = Awake(clock)
    for _ in range(60):
        clock.now_s += 1
        awake.tick()
    assert awake.last_s() == clock.now_s


def test_a_standstill_that_nobody_has_noticed_yet_counts_from_its_beginning() -> None:
    clock = Clock()
    awake = Awake(clock)
    clock.now_s += 3600
    assert awake.last_s() == 1000.0


def test_a_standstill_counts_while_the_connection_may_be_lost_by_it() -> None:
    clock = Clock()
    awake = Awake(clock)
    clock.now_s += 3600
    awake.tick()
    for _ in range(int(REMEMBERED_S / 2)):
        clock.now_s += 1
        awake.tick()
    assert awake.last_s() == 1000.0


def test_a_standstill_that_the_connection_survived_is_forgotten() -> None:
    clock = Clock()
    awake = Awake(clock)
    clock.now_s += STANDSTILL_S + 1
    awake.tick()
    for _ in range(int(REMEMBERED_S)):
        clock.now_s += 1
        awake.tick()
    assert awake.last_s() == clock.now_s


def test_the_uptime_goes_on() -> None:
    assert 0 < uptime_s() <= uptime_s()
