"""What is different between the settings in force and those in the files, and what of it has to wait for a restart.

Values only; knows nothing of the parts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

from bridge.settings import Settings

LIVE_SECTIONS: Final = frozenset({"ifttt", "oauth", "log", "pairing"})
LIVE_KEYS: Final = frozenset(
    {
        *("public.url", "public.trusted_proxies", "public.max_connections", "private.trusted"),
        *("mqtt.late_press_limit", "mqtt.changed_while_away"),
        *("storage.keep_events", "storage.max_size"),
    }
)
"""What takes effect without a restart, besides the lists below. Whatever is not named here waits: a socket is open,
a session is begun, a file is held."""

_KEYS: Final = {
    "mqtt.late_press_limit_s": "mqtt.late_press_limit",
    "storage.path": "storage.url",
    "storage.copy_every_s": "storage.copy_every",
    "storage.keep_events_s": "storage.keep_events",
    "oauth.code_life_s": "oauth.code_life",
}
"""Fields that have another name in the file."""

_LISTS: Final = {"homes": "id", "devices": "id", "custom_events": "slug"}
"""The lists of tables, and the key by which an element is known."""

_NO_SECTIONS: Final = frozenset({*_LISTS, "notes", "sources"})
MOST_NAMED: Final = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Differences:
    """`settings`: those of the files, but for what waits. `live`, `waiting`: keys. `things`: ids, by their fate."""

    settings: Settings
    live: tuple[str, ...]
    waiting: tuple[str, ...]
    things: Mapping[str, tuple[str, ...]]

    def facts(self) -> dict[str, str]:
        """Return what has taken effect, for a log line."""
        found = {"keys": self.live, **self.things}
        return {name: _listed(items) for name, items in found.items() if items}


def differences(running: Settings, read: Settings) -> Differences:
    """Compare what is in force with what was read."""
    live: list[str] = []
    waiting: list[str] = []
    for section in fields(Settings):
        if section.name not in _NO_SECTIONS:
            for key in _changed_keys(section.name, getattr(running, section.name), getattr(read, section.name)):
                (live if section.name in LIVE_SECTIONS or key in LIVE_KEYS else waiting).append(key)
    things = {
        f"{name}_{what}": ids
        for name, identity in _LISTS.items()
        for what, ids in _changed_things(getattr(running, name), getattr(read, name), identity).items()
    }
    return Differences(_without(running, read, waiting), tuple(live), tuple(waiting), things)


def waits_for_restart(key: str) -> bool:
    """Tell whether a change of a key, such as `mqtt.url`, takes effect only with the next start."""
    section = key.partition(".")[0]
    return section not in LIVE_SECTIONS and section not in _LISTS and key not in LIVE_KEYS


def _changed_keys(section: str, running: Any, read: Any) -> Iterable[str]:  # noqa: ANN401 -- any section
    for field in fields(running):
        if getattr(running, field.name) != getattr(read, field.name):
            yield _key(section, field.name)


def _key(section: str, field: str) -> str:
    return _KEYS.get(f"{section}.{field}", f"{section}.{field}")


def _changed_things(running: Iterable[Any], read: Iterable[Any], identity: str) -> dict[str, tuple[str, ...]]:
    old, new = ({getattr(thing, identity): thing for thing in things} for things in (running, read))
    return {
        "added": tuple(id_ for id_ in new if id_ not in old),
        "removed": tuple(id_ for id_ in old if id_ not in new),
        "changed": tuple(id_ for id_ in new if id_ in old and new[id_] != old[id_]),
    }


def _without(running: Settings, read: Settings, waiting: Iterable[str]) -> Settings:
    """Return what was read, with the values in force for what waits."""
    waits = frozenset(waiting)
    sections = {
        section.name: _section_without(section.name, getattr(running, section.name), getattr(read, section.name), waits)
        for section in fields(Settings)
        if section.name not in _NO_SECTIONS
    }
    return replace(read, **sections)


def _section_without(section: str, running: T, read: T, waits: frozenset[str]) -> T:
    kept = {
        field.name: getattr(running, field.name)
        for field in fields(running)  # type: ignore[arg-type] # each section is a dataclass
        if _key(section, field.name) in waits
    }
    return replace(read, **kept)  # type: ignore[type-var] # the same


def _listed(items: tuple[str, ...]) -> str:
    more = len(items) - MOST_NAMED
    return ", ".join(items[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
