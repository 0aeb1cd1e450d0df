"""What IFTTT's endpoint tests get: a made-up home for the test user alone, complete for every field.

None of this is stored, and none of it ever reaches a real user. Knows no HTTP.
"""

import hashlib
from typing import Final

from bridge.devices.dialects.words import STANDARD_PRESSES
from bridge.devices.entity import EntityKind
from bridge.events import Event
from bridge.homes.user import User
from bridge.ifttt.household import Choice
from bridge.ifttt.service import ACTIONS, TRIGGERS, Action, Trigger
from bridge.timeline.entry import Entry

TEST_USER: Final = User("u_test", "test", "Test user", 0)
SAMPLE_EVENTS: Final = 5
_SPACING_MS: Final = 60_000

_THINGS: Final = {
    EntityKind.CONTACT: Choice("Sample door", "sample-door"),
    EntityKind.BUTTON: Choice("Sample button", "sample-button"),
    EntityKind.LIGHT: Choice("Sample light", "sample-light"),
    EntityKind.SWITCH: Choice("Sample switch", "sample-switch"),
}
_VALUES: Final = {
    "door": "sample-door",
    "button": "sample-button",
    "light": "sample-light",
    "press": "single",
    "brightness": "80",
    "color": "#ff8800",
}
_SKIPPING: Final = {"turn_on_light": {"light": "sample-light", "brightness": "101", "color": ""}}


class SampleHousehold:
    """One thing of each kind."""

    def things(self, kind: EntityKind) -> list[Choice]:
        """Return the one thing of a kind."""
        return [_THINGS[kind]]

    def once_had(self, entity: str) -> bool:
        """Tell whether it is one of the samples."""
        return any(choice.value == entity for choice in _THINGS.values())

    def presses(self) -> tuple[str, ...]:
        """Return the standard words."""
        return STANDARD_PRESSES


def setup_samples() -> dict[str, dict[str, dict[str, str]]]:
    """Return the `samples` of test/setup: a value for each field, and fields that make an action skip."""
    return {
        "triggers": {slug: _sample_fields(trigger) for slug, trigger in TRIGGERS.items()},
        "actions": {slug: _sample_fields(action) for slug, action in ACTIONS.items()},
        "actionRecordSkipping": dict(_SKIPPING),
        "queries": {},
    }


def sample_entries(trigger: Trigger, fields: dict[str, str], *, set_up_at_ms: int) -> list[Entry]:
    """Return the sample timeline, newest first: the same as long as the test user's token is the same."""
    return [
        _sample_entry(trigger, fields, at_ms=set_up_at_ms - number * _SPACING_MS, seq=SAMPLE_EVENTS - number)
        for number in range(SAMPLE_EVENTS)
    ]


def _sample_fields(declared: Trigger | Action) -> dict[str, str]:
    return {field.slug: _VALUES[field.slug] for field in declared.fields}


def _sample_entry(trigger: Trigger, fields: dict[str, str], *, at_ms: int, seq: int) -> Entry:
    source = f"{trigger.slug} {sorted(fields.items())} {at_ms}"
    ingredients = {ingredient.slug: ingredient.example for ingredient in trigger.ingredients}
    if "press" in fields and fields["press"] != "any":
        ingredients["press"] = fields["press"]
    event = Event(TEST_USER.home, "sample", fields[trigger.entity_field], trigger.kind_of(fields), ingredients)
    return Entry(seq, hashlib.sha256(source.encode()).hexdigest()[:32], at_ms, event)
