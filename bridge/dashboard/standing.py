"""How everything stands, as the page of health says it: each part, its trouble, what helps; and what is taken in all.

Plain computation over what is handed in. Knows no request.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.dashboard.health import Health
from bridge.dashboard.measured import long_time, size
from bridge.dashboard.notices import sentence
from bridge.dashboard.readings import Readings

_TITLES: Final = {
    "broker": "Broker",
    "storage": "Storage",
    "realtime": "Realtime API",
    "configuration": "Configuration",
    "copies": "Copies",
}
MOST_MISUNDERSTOOD: Final = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A part. `trouble` "": it works; else what helps is the `cure`."""

    name: str
    title: str
    trouble: str
    cure: str


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A topic whose last message said nothing that its device would say."""

    topic: str
    why: str
    ago: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One fact: what it is of, the fact, and more of it. `bad`: somebody should look."""

    label: str
    value: str
    more: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """Where all that is read. `cure_of` parts a trouble of a part from what helps.

    `connected_s`: for how long the broker is there. `limits`: what it grants less of than the bridge needs.
    `misunderstood`: when, which topic, and why. `refused_sign_ins`: how many, by the reason.
    """

    health: Health
    readings: Readings
    cure_of: Callable[[str, str], tuple[str, str]]
    broker: str
    connected_s: Callable[[], float | None]
    limits: Callable[[], Sequence[str]]
    public_url: Callable[[], str]
    misunderstood: Callable[[], Sequence[tuple[int, str, str]]]
    refused_sign_ins: Callable[[], Mapping[str, int]]
    version: str
    python: str

    def parts(self) -> list[Part]:
        """Return each part."""
        return [self._part(name, trouble) for name, trouble in self.health.report().items()]

    def _part(self, name: str, trouble: str) -> Part:
        cause, cure = self.cure_of(name, trouble) if trouble else ("", "")
        return Part(name, _TITLES.get(name, name.capitalize()), sentence(cause), sentence(cure))

    def notes(self) -> list[str]:
        """Return what works and should be known all the same."""
        return [sentence(text) for text in dict.fromkeys((*self.health.notes(), *self.limits()))]

    def misunderstood_now(self, now_ms: int) -> list[Misunderstood]:
        """Return the topics that were not understood, the newest first, so many at most."""
        return [
            Misunderstood(topic, why, long_time((now_ms - at_ms) / 1000))
            for at_ms, topic, why in self.misunderstood()[:MOST_MISUNDERSTOOD]
        ]

    def tiles(self, parts: Sequence[Part]) -> list[Tile]:
        """Return the facts in short."""
        troubled, url = {part.name for part in parts if part.trouble}, self.public_url()
        return [
            self._broker(bad="broker" in troubled),
            self._storage(bad="storage" in troubled),
            self._copies(bad="copies" in troubled),
            self._realtime(bad="realtime" in troubled),
            Tile("Public address", "Set" if url else "Not set", url or "[public] url in the configuration"),
            Tile("Memory", self._size("process_resident_memory_bytes"), "used by the bridge"),
            Tile("Version", self.version, f"on Python {self.python}"),
            Tile("Running for", long_time(self._value("ifttt_bridge_uptime_seconds")), "without a break"),
        ]

    def _broker(self, *, bad: bool) -> Tile:
        since_s = self.connected_s()
        if since_s is None:
            return Tile(_TITLES["broker"], "Away", self.broker, bad=True)
        return Tile(_TITLES["broker"], "Connected", f"{self.broker}, for {long_time(since_s)}", bad=bad)

    def _storage(self, *, bad: bool) -> Tile:
        name = "ifttt_bridge_database_bytes"
        kept = sum(self.readings.value(name, file=file) or 0 for file in ("database", "wal"))
        free = self._size("ifttt_bridge_database_free_bytes")
        return Tile(_TITLES["storage"], size(kept), f"{free} free on the disk", bad)

    def _copies(self, *, bad: bool) -> Tile:
        age_s = self.readings.value("ifttt_bridge_copy_age_seconds")
        if age_s is None:
            return Tile(_TITLES["copies"], "None yet", "the first one is made soon after a start", bad)
        return Tile(_TITLES["copies"], f"{long_time(age_s)} old", self._size("ifttt_bridge_copy_bytes"), bad)

    def _realtime(self, *, bad: bool) -> Tile:
        owed = int(self._value("ifttt_bridge_identities_owed"))
        if not (bad or owed or self._value("ifttt_bridge_identities_told_total")):
            return Tile(_TITLES["realtime"], "Not used yet", "nothing was to be told since the start")
        more = f"{owed} still to be told" if owed else "IFTTT knows of everything"
        return Tile(_TITLES["realtime"], "Does not work" if bad else "Works", more, bad)

    def _size(self, name: str) -> str:
        value = self.readings.value(name)
        return "Unknown" if value is None else size(value)

    def _value(self, name: str) -> float:
        return self.readings.value(name) or 0.0
