"""How far the set-up is: which steps are done, from what is known, and which comes next. Plain computation."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

SCREENS: Final = ("api", "authentication", "triggers", "actions", "queries", "applets")
"""The screens of IFTTT's platform, in the order in which they are filled in."""

NEEDED: Final = frozenset(SCREENS) - {"applets"}
"""A private service is ready without a published Applet."""

REACHED: Final = "reached"
"""A tick that we set: with the address that was reached."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found when something was looked at. `verdict`: ok, warning or problem."""

    name: str
    verdict: str
    cause: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Configured:
    """What the configuration in force says. `broker`, `url`: addresses; `clients`: the services at IFTTT, by id."""

    broker: str
    own_broker: bool
    discovery: tuple[str, ...]
    devices: int
    key_stands_in: bool
    url: str
    clients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Applets:
    """What IFTTT has asked for: so many Applets, and whether it was ever told of an event of one."""

    count: int = 0
    told: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """So many devices that announced themselves in one convention, and how many of them were accepted."""

    source: str
    devices: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known. `broker_trouble` "": connected. `ticks`: what somebody says is done; `looked`: what was found
    when the public address was tried last.
    """  # noqa: D205 -- one paragraph

    configured: Configured
    broker_trouble: str
    found: tuple[Found, ...]
    people: tuple[str, ...]
    connected: tuple[str, ...]
    applets: Applets
    ticks: frozenset[str]
    looked: tuple[Looked, ...] = ()

    @property
    def accepted(self) -> int:
        """How many devices IFTTT may see."""
        return self.configured.devices + sum(found.accepted for found in self.found)

    @property
    def reached(self) -> bool:
        """Whether the public address led here: when it was tried, or as somebody connected by it."""
        return f"{REACHED}:{self.configured.url}" in self.ticks or bool(self.connected)


@dataclass(frozen=True, slots=True)
class Step:
    """One. `now`: the first that is not done."""

    name: str
    title: str
    done: bool
    summary: str
    now: bool = False


def steps_of(facts: Facts) -> tuple[Step, ...]:
    """Return the steps, in the order in which they are gone."""
    steps = tuple(_steps(facts))
    first = next((step.name for step in steps if not step.done), "")
    return tuple(Step(step.name, step.title, step.done, step.summary, step.name == first) for step in steps)


def _steps(facts: Facts) -> Iterable[Step]:
    configured = facts.configured
    yield Step("broker", "The broker", not facts.broker_trouble, _broker(facts))
    yield Step("devices", "Your devices", facts.accepted > 0, _devices(facts))
    yield Step("people", "An account for everybody", bool(facts.people), ", ".join(facts.people))
    filled = facts.ticks >= NEEDED and not configured.key_stands_in and bool(configured.clients)
    yield Step("platform", "Your service at IFTTT", filled, _platform(facts))
    yield Step("address", "The public address", bool(configured.url) and facts.reached, configured.url or "not set yet")
    yield Step("connect", "Connect", bool(facts.connected), _listed(facts.connected) or "nobody is connected yet")
    applets = facts.applets
    yield Step("applet", "The first Applet", applets.count > 0 and applets.told, _applets(applets))


def found_by_source(announced: Iterable[tuple[str, bool]]) -> tuple[Found, ...]:
    """Return how many devices announced themselves in each convention. Of each: its source, and if it was accepted."""
    counted = Counter((_convention(source), accepted) for source, accepted in announced)
    accepted = Counter({source: count for (source, is_accepted), count in counted.items() if is_accepted})
    devices = accepted + Counter({source: count for (source, is_accepted), count in counted.items() if not is_accepted})
    return tuple(Found(source, count, accepted[source]) for source, count in sorted(devices.items()))


def _convention(source: str) -> str:
    """Return the convention of a source, which may be one of several of its kind."""
    return source.partition(":")[0]


def _broker(facts: Facts) -> str:
    if facts.broker_trouble:
        return "not connected"
    return "the one inside the bridge" if facts.configured.own_broker else f"connected to {facts.configured.broker}"


def _devices(facts: Facts) -> str:
    waiting = sum(found.devices - found.accepted for found in facts.found)
    told = f"{facts.accepted} accepted"
    return f"{told}, {waiting} waiting" if waiting else told


def _platform(facts: Facts) -> str:
    filled = len(facts.ticks & NEEDED)
    return f"{filled} of {len(NEEDED)} screens filled in"


def _applets(applets: Applets) -> str:
    if not applets.count:
        return "none yet"
    return f"{applets.count} {'Applet' if applets.count == 1 else 'Applets'}" + (
        "" if applets.told else ", not told yet"
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
