"""One table of [[devices]], by kind: which keys each kind takes and what they default to.

Knows nothing of what messages mean, and of no other device: what concerns several keys stands in rules.py.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from bridge.settings.tables import Name, Seconds, Table, Topic, written
from bridge.settings.words import ID, parse_device_id, parse_path, parse_payload, parse_room

LATER_KINDS: Final = ("motion", "leak", "smoke", "lock", "cover", "sensor")

DeviceId = Annotated[str, written(parse_device_id, pattern=f"(?!any$|sample-){ID.pattern}")]
Room = Annotated[str, written(parse_room, max_length=100)]
DottedPath = Annotated[tuple[str, ...], written(parse_path, pattern=r"[^.]+(\.[^.]+)*")]
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


class StateTable(DeviceTable):
    """What has one of two states, as a word or inside a JSON object."""

    # "schema" itself is the name of a pydantic method
    payload_schema: Literal["plain", "json"] = Field(
        "plain", alias="schema", description="Whether a message is the word itself, or a JSON object that holds it"
    )
    state_path: DottedPath | None = Field(
        None, description="Where the word stands in the JSON object, names joined by dots (default: state)"
    )
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


KindTable = ContactTable | ButtonTable | LightTable | SwitchTable

KINDS: Final[dict[str, type[DeviceTable]]] = {
    "contact": ContactTable,
    "button": ButtonTable,
    "light": LightTable,
    "switch": SwitchTable,
}
