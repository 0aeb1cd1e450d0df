"""What happens at home and what goes wrong around it, drawn by chance before anything begins."""

import random
from dataclasses import dataclass
from enum import StrEnum

from tests.simulator.fortnight.home import BUTTONS, DOORS, WALL_LIGHTS, WORDS

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
DAYS = 14
CALM_FROM_S, CALM_TO_S = 11.5 * HOUR_S, 12.5 * HOUR_S
"""Each day has an hour in which nothing happens. Applets come and go in it: nobody can argue about what is theirs."""

A_DAY = 14
FLAPS = 60
"""Presses of one storm, within 20 s: more than IFTTT lists, so only with real time on is none missed."""


class Deed(StrEnum):
    """What somebody does at home."""

    DOOR = "door"
    DOOR_AGAIN = "door again"
    PRESS = "press"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Scene:
    """Somebody does something."""

    at_s: float
    deed: Deed
    device: str
    word: str = ""


class Trouble(StrEnum):
    """What goes wrong. The last is no trouble, but looks like it."""

    RESTART = "the bridge is restarted"
    CRASH = "the bridge crashes while a button is pressed"
    LONG_CRASH = "the bridge crashes and stays away"
    CUT = "the broker is away"
    REALTIME_DOWN = "the Realtime API is down"
    REALTIME_LIMITED = "the Realtime API answers 429"
    REALTIME_BROKEN = "the Realtime API answers 503"
    REALTIME_SLOW = "the Realtime API is slow"
    PAUSED = "IFTTT asks nothing"
    LOST = "answers are lost"
    POLL_STORM = "everything is polled at once, many times"
    EXPIRED = "access tokens are dead"
    REFRESH_LOST = "access tokens are dead, and the answer to the refresh is lost"
    REVOKED = "a user is revoked, and connects again"
    PRESS_STORM = "a button is pressed in a storm"


LONGEST_S = {
    Trouble.RESTART: HOUR_S,
    Trouble.CRASH: 100.0,
    Trouble.LONG_CRASH: HOUR_S,
    Trouble.CUT: HOUR_S,
    Trouble.REALTIME_DOWN: 3 * HOUR_S,
    Trouble.PAUSED: 3 * HOUR_S,
    Trouble.LOST: 3 * HOUR_S,
    Trouble.REVOKED: 2 * HOUR_S,
}
SHORT_S = 60.0


@dataclass(frozen=True, slots=True)
class Mishap:
    """A trouble that lasts so long."""

    at_s: float
    trouble: Trouble
    lasts_s: float


def scenes(chance: random.Random) -> list[Scene]:
    """Draw what is done at home: now and then one thing close upon the other."""
    found: list[Scene] = []
    for day in range(DAYS):
        for _ in range(A_DAY):
            at_s = day * DAY_S + chance.uniform(HOUR_S / 4, DAY_S)
            for _ in range(chance.choice((1, 1, 1, 2, 4))):
                found.append(_scene(chance, at_s))
                at_s += chance.choice((0.0, 0.05, 2.0, 30.0))
    return sorted((one for one in found if not _is_calm(one.at_s)), key=lambda scene: scene.at_s)


def mishaps(chance: random.Random) -> list[Mishap]:
    """Draw what goes wrong, one after the other: each trouble at least once, none within or shortly before the calm."""
    bag: list[Trouble] = []
    found: list[Mishap] = []
    at_s = HOUR_S
    while at_s < DAYS * DAY_S - 2 * HOUR_S:
        if not bag:
            bag = chance.sample(list(Trouble), len(Trouble))
        longest_s = LONGEST_S.get(bag[-1], SHORT_S)
        lasts_s = chance.choice((chance.uniform(1.0, min(100.0, longest_s)), chance.uniform(0.05, 1.0) * longest_s))
        calm_s = (at_s // DAY_S) * DAY_S + CALM_FROM_S
        if at_s < calm_s + HOUR_S and at_s + lasts_s > calm_s - HOUR_S:
            at_s = calm_s + HOUR_S + chance.uniform(60.0, HOUR_S)
            continue
        if not 110.0 <= lasts_s <= 130.0:  # whether a press is late must not hang on a moment
            found.append(Mishap(at_s, bag.pop(), lasts_s))
        at_s += lasts_s + chance.uniform(2.0, 9.0) * HOUR_S
    return found


def _scene(chance: random.Random, at_s: float) -> Scene:
    deed = chance.choices(list(Deed), (4, 1, 3, 3))[0]
    match deed:
        case Deed.PRESS:
            return Scene(at_s, deed, chance.choice(BUTTONS), chance.choice(WORDS))
        case Deed.LIGHT:
            return Scene(at_s, deed, chance.choice(WALL_LIGHTS))
        case _:
            return Scene(at_s, deed, chance.choice(DOORS))


def _is_calm(at_s: float) -> bool:
    return CALM_FROM_S <= at_s % DAY_S < CALM_TO_S
