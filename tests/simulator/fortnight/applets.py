"""Whose Applets there are, and what should come of them: computed from the true record alone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from bridge.simulator.account import Account
from bridge.simulator.applets import Applet, Outcome, Run
from tests.simulator.fortnight.home import Happened

FRONT_OPENS = Applet("front opens", "door_opened", "turn_on_light", {"door": "front"}, {"light": "desk"})
FRONT_OPENS_TOO = Applet("front opens too", "door_opened", "turn_off_light", {"door": "front"}, {"light": "desk"})
FRONT_OPENS_LATER = Applet(
    "front opens, made later", "door_opened", "toggle_light", {"door": "front"}, {"light": "shelf"}
)
ANY_OPENS = Applet("any door opens", "door_opened", "toggle_light", {"door": "any"}, {"light": "shelf"})
BEDSIDE = Applet(
    "bedside double", "button_pressed", "turn_on_light", {"button": "bedside", "press": "double"}, {"light": "desk"}
)
ANY_PRESS = Applet("any press", "button_pressed", "toggle_light", {"button": "any", "press": "any"}, {"light": "shelf"})
ANY_LIGHT = Applet("any light on", "light_turned_on", "turn_off_light", {"light": "any"}, {"light": "spare"})
ANNA = (FRONT_OPENS, FRONT_OPENS_TOO, ANY_OPENS, BEDSIDE, ANY_PRESS, ANY_LIGHT)

ANY_CLOSES = Applet("any door closes", "door_closed", "turn_off_light", {"door": "any"}, {"light": "spare"})
BACK_CLOSES = Applet("back closes", "door_closed", "turn_off_light", {"door": "back"}, {"light": "spare"})
BELL = Applet("bell", "button_pressed", "turn_on_light", {"button": "bell", "press": "single"}, {"light": "desk"})
FRONT_FOR_BEN = Applet("front opens for Ben", "door_opened", "turn_on_light", {"door": "front"}, {"light": "desk"})
HALL_OFF = Applet("hall off", "light_turned_off", "turn_off_light", {"light": "hall"}, {"light": "spare"})
BEN = (ANY_CLOSES, BELL, FRONT_FOR_BEN, HALL_OFF)

BACK_IN_STAGING = Applet("back opens", "door_opened", "turn_on_light", {"door": "back"}, {"light": "desk"})
PORCH_IN_STAGING = Applet("porch on", "light_turned_on", "turn_off_light", {"light": "porch"}, {"light": "spare"})
FRONT_IN_STAGING = Applet("front opens", "door_opened", "turn_on_light", {"door": "front"}, {"light": "desk"})
STAGING = (BACK_IN_STAGING, PORCH_IN_STAGING, FRONT_IN_STAGING)


@dataclass(slots=True)
class Period:
    """A time in which an Applet was enabled."""

    applet: Applet
    from_s: float
    to_s: float = float("inf")
    runs: list[Run] = field(default_factory=list)


class Ledger:
    """Which Applets were enabled when, and what they have run."""

    def __init__(self) -> None:
        self._periods: defaultdict[tuple[int, str], list[Period]] = defaultdict(list)
        self._accounts: list[Account] = []

    def began(self, account: Account, applet: Applet, now_s: float) -> None:
        """An Applet is enabled, and has been checked for the first time."""
        if account not in self._accounts:
            self._accounts.append(account)
        self._periods[self._key(account, applet)].append(Period(applet, now_s))

    def ended(self, account: Account, applet: Applet, now_s: float) -> None:
        """An Applet is about to be disabled, with nothing left to do."""
        period = self._periods[self._key(account, applet)][-1]
        period.to_s, period.runs = now_s, account.runs(applet)

    def close(self) -> None:
        """Collect what the Applets that are still enabled have run."""
        for account in self._accounts:
            for applet in account.applets:
                self._periods[self._key(account, applet)][-1].runs = account.runs(applet)

    @property
    def periods(self) -> list[Period]:
        """All of them."""
        return [period for periods in self._periods.values() for period in periods]

    def differences(self, record: Sequence[Happened]) -> list[str]:
        """Return each difference between what was run and what should have been: one run for one event, in order."""
        found: list[str] = []
        for (number, name), periods in self._periods.items():
            for period in periods:
                expected = [(one.device, one.word) for one in record if concerns(one, period)]
                ran = [
                    (run.item.ingredients["device_id"], run.item.ingredients.get("press", "")) for run in period.runs
                ]
                found += _compare(f"account {number}, {name!r} since {period.from_s:.0f} s", expected, ran)
                found += [f"{name!r}: {run}" for run in period.runs if run.outcome is not Outcome.DONE]
                ids = [run.item.id for run in period.runs]
                if len(set(ids)) < len(ids):
                    found.append(f"{name!r}: an id was run twice")
        return found

    def delays_s(self, account: Account, record: Sequence[Happened]) -> list[float]:
        """Return for each run of one user's Applets how long after its event it ended; fit where nothing differs."""
        number = self._accounts.index(account)
        return [
            run.ended_s - happened.at_s
            for (whose, _), periods in self._periods.items()
            for period in periods
            if whose == number
            for run, happened in zip(period.runs, (one for one in record if concerns(one, period)), strict=False)
        ]

    def runs_for(self, light: str) -> int:
        """Return how many runs were to order a light."""
        periods = [period for period in self.periods if period.applet.action_fields["light"] == light]
        return sum(len(period.runs) for period in periods)

    def _key(self, account: Account, applet: Applet) -> tuple[int, str]:
        return self._accounts.index(account), applet.name


def concerns(happened: Happened, period: Period) -> bool:
    """Tell whether an Applet that was enabled for this period waits for this."""
    fields = dict(period.applet.trigger_fields)
    press = fields.pop("press", "any")
    (device,) = fields.values()
    return (
        happened.trigger == period.applet.trigger
        and device in {"any", happened.device}
        and press in {"any", happened.word or "any"}
        and period.from_s <= happened.at_s < period.to_s
    )


def _compare(whose: str, expected: Iterable[object], ran: Iterable[object]) -> list[str]:
    expected, ran = list(expected), list(ran)
    if expected == ran:
        return []
    where = next(place for place, (a, b) in enumerate(zip_longest(expected, ran)) if a != b)
    parted = f"ran {ran[where : where + 3]}, expected {expected[where : where + 3]}"
    return [f"{whose}: {len(ran)} runs for {len(expected)} events; they part at number {where + 1}: {parted}"]
