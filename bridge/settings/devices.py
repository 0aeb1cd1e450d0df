"""One table of [[devices]], by kind: which keys each kind takes and what they default to.

Knows nothing of what messages mean, and of no other device: what concerns several keys stands in rules.py.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from bridge.settings.tables import Name, Seconds, Table, Topic, written
from bridge.settings.words import ID, LONGEST_UNIT, parse_device_id, parse_path, parse_payload, parse_room, parse_unit

DeviceId = Annotated[str, written(parse_device_id, pattern=f"(?!any$|sample-){ID.pattern}")]
Room = Annotated[str, written(parse_room, max_length=100)]
DottedPath = Annotated[tuple[str, ...], written(parse_path, pattern=r"[^.]+(\.[^.]+)*")]
Unit = Annotated[str, written(parse_unit, max_length=LONGEST_UNIT)]
Payload = Annotated[str, written(parse_payload, str | bool | float)]


class DeviceTable(Table):
    """What every kind has. Stands alone only to check a table whose kind is wrong."""

    id: DeviceId = Field(
        examples=["front-door"],
        description="What IFTTT remembers in Applets: never change it. Small letters, digits, -",
    )
    name: Name = Field(examples=["Front door"], description="What people see when they choose")
    home: str = Field(description="The id of the home it belongs to (default: the first home)")
    room: Room = Field("", description="Where it is")
    state_topic: Topic = Field(
        examples=["home/front-door/state"], description="Where it says what it does: one exact topic"
    )
    debounce_s: Seconds = Field(
        0.0,
        alias="debounce",
        description="How long a new state must last before it counts; not for a button or a number",
    )
    debounce_max_s: Seconds | None = Field(
        None,
        alias="debounce_max",
        description="While it keeps changing for longer, its present state counts (default: 10 times debounce)",
    )
    min_interval_s: Seconds = Field(
        0.0, alias="min_interval", description="At most one event in this time reaches IFTTT; more are only recorded"
    )
    availability_topic: Topic | None = Field(
        None,
        examples=["zigbee2mqtt/Front door/availability"],
        description="Where it, or its gateway, says that it is there",
    )
    payload_available: Payload = Field("online", description="The word for being there, also as {state: word} in JSON")
    payload_not_available: Payload = Field("offline", description="The word for being away")
    battery_topic: Topic | None = Field(
        None, examples=["home/front-door/battery"], description="Where it says how full its battery is, in percent"
    )
    battery_path: DottedPath | None = Field(
        None,
        examples=["battery"],
        description="Where the level stands in the JSON object of battery_topic, or of state_topic without one",
    )
    battery_low: int = Field(15, ge=1, le=90, description="The percent at which a battery is low")


class WordTable(DeviceTable):
    """What says a word, plainly or inside a JSON object."""

    # "schema" itself is the name of a pydantic method
    payload_schema: Literal["plain", "json"] = Field(
        "plain", alias="schema", description="Whether a message is the word itself, or a JSON object that holds it"
    )
    state_path: DottedPath | None = Field(
        None, description="Where the word stands in the JSON object, names joined by dots (default: state)"
    )


class StateTable(WordTable):
    """What has one of two states."""

    payload_on: Payload = Field("ON", description="The word for on")
    payload_off: Payload = Field("OFF", description="The word for off")


class ContactTable(StateTable):
    """A door or window contact; "on" is open."""

    kind: Literal["contact"] = Field(description="A door or window contact")
    payload_on: Payload = Field("open", description="The word for open")
    payload_off: Payload = Field("closed", description="The word for closed")


class ButtonTable(DeviceTable):
    """A button: each live message is a press."""

    kind: Literal["button"] = Field(description="A button: each message is a press")
    press_path: DottedPath | None = Field(
        None, description="Where the word stands in a JSON object; without it the message is the word"
    )


class SwitchTable(StateTable):
    """A switch or a plug."""

    kind: Literal["switch"] = Field(description="A switch or a plug")
    command_topic: Topic = Field(examples=["home/kettle/set"], description="Where it takes orders")


class LightTable(StateTable):
    """A lamp. Brightness and colour only with JSON."""

    kind: Literal["light"] = Field(description="A lamp")
    command_topic: Topic = Field(examples=["home/hall-light/set"], description="Where it takes orders")
    brightness_scale: int = Field(
        255, ge=1, le=65535, description='The number that is full brightness for it; needs schema = "json"'
    )
    supports_brightness: bool = Field(default=True, description='Whether it can be dimmed; needs schema = "json"')
    supports_color: bool = Field(default=False, description='Whether it takes colours; needs schema = "json"')


class DetectorTable(StateTable):
    """What detects something; "on" is that it does."""

    kind: Literal["motion", "leak", "smoke", "gas", "co", "tamper", "vibration"] = Field(
        description="What it detects: motion, or something alarming"
    )
    payload_on: Payload = Field("ON", description="The word for: detected")
    payload_off: Payload = Field("OFF", description="The word for: all is well")


class LockTable(WordTable):
    """A lock of a door. Unlocking from outside only where it is allowed."""

    kind: Literal["lock"] = Field(description="A lock")
    payload_locked: Payload = Field("LOCKED", description="The word for locked")
    payload_unlocked: Payload = Field("UNLOCKED", description="The word for unlocked")
    payload_jammed: Payload | None = Field(None, description="The word for jammed, if it has one")
    command_topic: Topic = Field(examples=["home/front-door-lock/set"], description="Where it takes orders")
    payload_lock: Payload = Field("LOCK", description="The order to lock")
    payload_unlock: Payload = Field("UNLOCK", description="The order to unlock")
    allow_unlock: bool = Field(default=False, description="Whether Applets may unlock it")


class CoverTable(WordTable):
    """A blind, a shutter, a garage door, a gate."""

    kind: Literal["cover"] = Field(description="A blind, a shutter, a garage door or a gate")
    state_open: Payload = Field("open", description="The word for open")
    state_opening: Payload = Field("opening", description="The word for opening")
    state_closed: Payload = Field("closed", description="The word for closed")
    state_closing: Payload = Field("closing", description="The word for closing")
    state_stopped: Payload = Field("stopped", description="The word for having stopped, open or closed")
    command_topic: Topic = Field(examples=["home/blind/set"], description="Where it takes orders")
    payload_open: Payload = Field("OPEN", description="The order to open")
    payload_close: Payload = Field("CLOSE", description="The order to close")
    payload_stop: Payload = Field("STOP", description="The order to stop")
    position_topic: Topic | None = Field(
        None, examples=["home/blind/position"], description="Where it says its position, as a number"
    )
    position_path: DottedPath | None = Field(
        None,
        examples=["position"],
        description="Where the position stands in the JSON object of position_topic, or of state_topic without one",
    )
    set_position_topic: Topic | None = Field(
        None, examples=["home/blind/position/set"], description="Where it is told a position, as a number"
    )
    position_open: int = Field(100, ge=-65535, le=65535, description="The number that is open for it")
    position_closed: int = Field(0, ge=-65535, le=65535, description="The number that is closed for it")


class SensorTable(DeviceTable):
    """What measures: its state is a number."""

    kind: Literal["sensor"] = Field(description="What measures: temperature, humidity, power")
    value_path: DottedPath | None = Field(
        None, description="Where the number stands in a JSON object; without it the message is the number"
    )
    unit: Unit = Field("", examples=["°C"], description="What the number counts, as people write it")
    hysteresis: float = Field(
        0,  # not 0.0, which would look like a duration
        ge=0,
        allow_inf_nan=False,
        description="How far back behind a threshold it must go before passing that counts again",
    )


KindTable = ContactTable | ButtonTable | LightTable | SwitchTable | DetectorTable | LockTable | CoverTable | SensorTable

KINDS: Final[dict[str, type[DeviceTable]]] = {
    "contact": ContactTable,
    "button": ButtonTable,
    "light": LightTable,
    "switch": SwitchTable,
    "motion": DetectorTable,
    "leak": DetectorTable,
    "smoke": DetectorTable,
    "gas": DetectorTable,
    "co": DetectorTable,
    "tamper": DetectorTable,
    "vibration": DetectorTable,
    "lock": LockTable,
    "cover": CoverTable,
    "sensor": SensorTable,
}

STATE_WORDS: Final[tuple[tuple[str, ...], ...]] = (
    ("payload_available", "payload_not_available"),
    ("payload_on", "payload_off"),
    ("payload_locked", "payload_unlocked", "payload_jammed"),
    ("payload_lock", "payload_unlock"),
    ("state_open", "state_opening", "state_closed", "state_closing", "state_stopped"),
    ("payload_open", "payload_close", "payload_stop"),
)
"""The keys whose words must differ from one another."""

STATE_TOPICS: Final = ("state_topic", "availability_topic", "battery_topic", "position_topic")
COMMAND_TOPICS: Final = ("command_topic", "set_position_topic")

NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "payload_available": ("availability_topic",),
    "payload_not_available": ("availability_topic",),
    "battery_low": ("battery_topic", "battery_path"),
    "set_position_topic": ("position_topic", "position_path"),
    "position_open": ("position_topic", "position_path"),
    "position_closed": ("position_topic", "position_path"),
}
"""The keys that mean nothing without one of these beside them."""
