"""Remotes and buttons: each message with an `action` is a press, on one of the keys that the device's values name.

Only the topic of the device is read. `<name>/action` says the same press a second time (rule R7), so with
`output: attribute`, where nothing else says it, there are no presses.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bridge.commands import Command, Publication
from bridge.devices.described import DescribedEntity
from bridge.devices.dialects.descriptions import entity_id
from bridge.devices.dialects.json_values import is_unknown, parse_object
from bridge.devices.dialects.zigbee2mqtt.actions import own_word, parse_action, word_of
from bridge.devices.dialects.zigbee2mqtt.exposes import Expose
from bridge.devices.entity import EntityKind
from bridge.devices.reading import PressReading
from bridge.errors import UnreadableMessage

ACTION: Final = "action"
_LAST_SEEN: Final = "last_seen"
_CLOCK_SET_MS: Final = 978_307_200_000  # 2001: what is older comes from a clock that nobody set
_END_MS: Final = 253_402_300_800_000  # the year 10000
_LONGEST_TIME: Final = 40
_LET_GO: Final = frozenset({"release", "long_release"})


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a remote, or all of it.

    `action`: where it stands in the messages. `words`: the press that each stands for. `keys`: all that are told apart.
    `rest`: this one takes the actions that belong to none of them.
    """

    topic: str
    action: str
    key: str
    words: Mapping[str, str] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    rest: bool = True

    @property
    def state_topics(self) -> tuple[str, ...]:
        """The topic of the device."""
        return (self.topic,)

    def read(self, topic: str, payload: bytes) -> PressReading | None:
        """Return the press; None for a reset (an empty or null action, rule P7), and for one of another key."""
        if topic != self.topic or not payload:
            return None
        said = parse_object(payload)
        action = said.get(self.action)
        if action is None:
            return None
        if not isinstance(action, str):
            raise UnreadableMessage("an action that is no text")
        if is_unknown(action.strip()):
            return None
        word = self.words.get(action) or self._unforeseen(action)
        return PressReading(word, device_time_ms(said.get(_LAST_SEEN))) if word else None

    def write(self, command: Command) -> tuple[Publication, ...]:  # noqa: ARG002 -- a button takes no commands
        """Return nothing: nobody commands a button."""
        return ()

    def _unforeseen(self, action: str) -> str:
        """Return the word of an action that the description does not list, "" if it belongs to another key."""
        key, verb = parse_action(action)
        if key in self.keys:
            return word_of(verb, ()) if key == self.key else ""
        if not self.rest:
            return ""
        word = own_word(action) if key or not verb else word_of(verb, ())
        if not word:
            raise UnreadableMessage("not a press")
        return word


def buttons_of(topic: str, expose: Expose) -> Iterator[DescribedEntity]:
    """Describe the keys that the values of an `action` name: one entity for each, or a single one for all."""
    verbs: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for action in expose.values:
        key, verb = parse_action(action)
        verbs[key][action] = verb
    keys = [key for key in verbs if key]
    if len(keys) < 2:  # noqa: PLR2004 -- one key is the whole device
        words = {action: word for key in verbs for action, word in _words(verbs[key]).items()}
        yield _entity(Key(topic, expose.key, "", words), "")
        return
    rest = "" if "" in verbs else keys[0]
    for key in verbs:
        dialect = Key(topic, expose.key, key, _words(verbs[key]), frozenset(keys), rest=key == rest)
        yield _entity(dialect, key)


def _words(actions: Mapping[str, str]) -> dict[str, str]:
    """Return the presses that the actions of one key stand for."""
    found = {action: word_of(verb, actions.values()) if verb else own_word(action) for action, verb in actions.items()}
    return {action: word for action, word in found.items() if word}


def _entity(dialect: Key, key: str) -> DescribedEntity:
    held = "long" in dialect.words.values() and not _LET_GO.isdisjoint(dialect.words.values())
    parts = [part for part in ("" if dialect.action == ACTION else dialect.action, key) if part]
    return DescribedEntity(
        id=entity_id("button") if not parts else "_".join(("button", *map(entity_id, parts))),
        kind=EntityKind.BUTTON,
        dialect=dialect,
        name=f"Button {key}" if key[:1].isdigit() else key.replace("_", " ").capitalize(),
        hold_repeats=held,
    )


def device_time_ms(last_seen: object) -> int | None:
    """Return when a device was heard (epoch), None where it does not say: ISO 8601 with a zone, or milliseconds."""
    moment: float
    if isinstance(last_seen, int | float) and not isinstance(last_seen, bool):
        moment = last_seen
    elif isinstance(last_seen, str) and len(last_seen) <= _LONGEST_TIME:
        try:
            time = datetime.fromisoformat(last_seen)
        except ValueError:
            return None
        if time.tzinfo is None:
            return None  # whose midnight? nobody can tell
        moment = time.timestamp() * 1000
    else:
        return None
    return round(moment) if _CLOCK_SET_MS <= moment < _END_MS else None
