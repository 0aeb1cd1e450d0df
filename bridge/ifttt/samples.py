"""What IFTTT's endpoint tests get: a made-up home for the test user alone, complete for every field.

None of this is stored, and none of it ever reaches a real user. Knows no HTTP.
"""

import hashlib
from typing import Any, Final

from bridge.devices.dialects.words import STANDARD_PRESSES
from bridge.devices.entity import EntityKind
from bridge.devices.topics import is_topic
from bridge.events import Event
from bridge.homes.user import User
from bridge.ifttt.declaring import Action, Query, Trigger
from bridge.ifttt.fields import ANY
from bridge.ifttt.household import Choice
from bridge.ifttt.ingredients import iso_time
from bridge.ifttt.queries import Row
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from bridge.timeline.entry import Entry

TEST_USER: Final = User("u_test", "test", "Test user", 0)
SAMPLE_EVENTS: Final = 5
SAMPLE_ROWS: Final = 3
_SPACING_MS: Final = 60_000

_THINGS: Final = {
    EntityKind.CONTACT: Choice("Sample door", "sample-door"),
    EntityKind.BUTTON: Choice("Sample button", "sample-button"),
    EntityKind.LIGHT: Choice("Sample light", "sample-light"),
    EntityKind.SWITCH: Choice("Sample switch", "sample-switch"),
    EntityKind.MOTION: Choice("Sample motion sensor", "sample-motion"),
    EntityKind.LEAK: Choice("Sample leak sensor", "sample-leak"),
    EntityKind.LOCK: Choice("Sample lock", "sample-lock"),
    EntityKind.COVER: Choice("Sample blind", "sample-cover"),
    EntityKind.SENSOR: Choice("Sample thermometer", "sample-sensor"),
    EntityKind.CUSTOM: Choice("Sample event", "custom.sample"),
}
_VALUES: Final = {
    "door": "sample-door",
    "minutes": "10",
    "button": "sample-button",
    "press": "single",
    "light": "sample-light",
    "brightness": "80",
    "color": "#ff8800",
    "switch": "sample-switch",
    "threshold": "25",
    "device": "sample-door",
    "cover": "sample-cover",
    "position": "50",
    "lock": "sample-lock",
    "event": "custom.sample",
    "topic": "sample/announce",
    "message": "Hello",
    "kind": ANY,
}
_OWN_VALUES: Final = {
    "motion_detected": {"sensor": "sample-motion"},
    "alarm_raised": {"sensor": "sample-leak"},
    "alarm_cleared": {"sensor": "sample-leak"},
    "value_rose_above": {"sensor": "sample-sensor"},
    "value_dropped_below": {"sensor": "sample-sensor"},
}
"""Where fields of one slug want different things."""

_INVALID: Final = {"minutes": "0", "threshold": "warm"}
_SKIPPING: Final = {
    "turn_on_light": {"light": "sample-light", "brightness": "101", "color": ""},
    "set_cover": {"cover": "sample-cover", "position": "sideways"},
    "publish_message": {"topic": "sample/+", "message": "Hello"},
}


class SampleHousehold:
    """One thing of each kind that a field asks for."""

    def things(self, kinds: tuple[EntityKind, ...]) -> list[Choice]:
        """Return the one thing of each kind."""
        return [_THINGS[kind] for kind in kinds if kind in _THINGS]

    def devices(self, *, having: EntityKind | None = None) -> list[Choice]:  # noqa: ARG002 -- all of them have all
        """Return the devices."""
        return [choice for kind, choice in _THINGS.items() if kind is not EntityKind.CUSTOM]

    def unlockable(self) -> list[Choice]:
        """Return the one lock."""
        return [_THINGS[EntityKind.LOCK]]

    def may_publish_to(self, topic: str) -> bool:
        """Tell whether it is a topic of the samples."""
        return is_topic(topic) and topic.startswith("sample/")

    def once_had(self, thing: str) -> bool:
        """Tell whether it is one of the samples."""
        return any(choice.value == thing for choice in _THINGS.values())

    def presses(self) -> tuple[str, ...]:
        """Return the standard words."""
        return STANDARD_PRESSES


def setup_samples() -> dict[str, dict[str, Any]]:
    """Return the `samples` of test/setup: a value for each field, and what is refused or makes an action skip."""
    return {
        "triggers": {slug: _sample_fields(trigger) for slug, trigger in TRIGGERS.items()},
        "triggerFieldValidations": {
            slug: {
                field.slug: {"valid": _VALUES[field.slug], "invalid": _INVALID[field.slug]}
                for field in trigger.fields
                if field.validated
            }
            for slug, trigger in TRIGGERS.items()
            if any(field.validated for field in trigger.fields)
        },
        "actions": {slug: _sample_fields(action) for slug, action in ACTIONS.items()},
        "actionRecordSkipping": dict(_SKIPPING),
        "queries": {slug: _sample_fields(query) for slug, query in QUERIES.items()},
    }


def sample_entries(trigger: Trigger, fields: dict[str, str], *, set_up_at_ms: int) -> list[Entry]:
    """Return the sample timeline, newest first: the same as long as the test user's token is the same."""
    return [
        _sample_entry(trigger, fields, at_ms=set_up_at_ms - number * _SPACING_MS, seq=SAMPLE_EVENTS - number)
        for number in range(SAMPLE_EVENTS)
    ]


def sample_rows(query: Query, fields: dict[str, str], *, set_up_at_ms: int) -> list[tuple[str, Row]]:
    """Return the sample rows of a query by their positions, newest first; none for what the sample home lacks."""
    if not all(field.is_choice(fields[field.slug], SampleHousehold()) for field in query.fields):
        return []
    chosen = {f"{slug}_id": value for slug, value in fields.items()} | fields
    rows = []
    for number in range(SAMPLE_ROWS):
        row = {ingredient.slug: ingredient.example for ingredient in query.ingredients}
        row |= {slug: chosen[slug] for slug in row.keys() & chosen.keys() if chosen[slug] != ANY}
        at = iso_time(set_up_at_ms - number * _SPACING_MS)
        row |= {slug: at for slug in ("created_at", "since") if slug in row}
        rows.append((f"{number:02}", row))
    return rows


def _sample_fields(declared: Trigger | Action | Query) -> dict[str, str]:
    values = _VALUES | _OWN_VALUES.get(declared.slug, {})
    return {field.slug: values[field.slug] for field in declared.fields}


def _sample_entry(trigger: Trigger, fields: dict[str, str], *, at_ms: int, seq: int) -> Entry:
    source = f"{trigger.slug} {sorted(fields.items())} {at_ms}"
    ingredients = {ingredient.slug: ingredient.example for ingredient in trigger.ingredients}
    ingredients |= {slug: fields[slug] for slug in ingredients.keys() & fields.keys() if fields[slug] != ANY}
    event = Event(TEST_USER.home, "sample", fields[trigger.entity_field], trigger.kind_of(fields), ingredients)
    return Entry(seq, hashlib.sha256(source.encode()).hexdigest()[:32], at_ms, event)
