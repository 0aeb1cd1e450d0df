"""One table of [[devices]], by kind: which keys each kind takes and what they default to.

Knows nothing of what messages mean, and of no other device: what concerns several keys stands in rules.py.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from bridge.settings.words import parse_device_id, parse_name, parse_path, parse_payload, parse_room, parse_topic

LATER_KINDS: Final = ("motion", "leak", "smoke", "lock", "cover", "sensor")

DeviceId = Annotated[str, PlainValidator(parse_device_id, json_schema_input_type=str)]
Name = Annotated[str, PlainValidator(parse_name, json_schema_input_type=str)]
Room = Annotated[str, PlainValidator(parse_room, json_schema_input_type=str)]
Topic = Annotated[str, PlainValidator(parse_topic, json_schema_input_type=str)]
DottedPath = Annotated[tuple[str, ...], PlainValidator(parse_path, json_schema_input_type=str)]
Payload = Annotated[str, PlainValidator(parse_payload, json_schema_input_type=str | bool | int | float)]


class Table(BaseModel):
    """Any table of the configuration: immutable, and no key that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class DeviceTable(Table):
    """What every kind has. Stands alone only to check a table whose kind is wrong."""

    id: DeviceId = Field(examples=["front-door"])
    name: Name = Field(examples=["Front door"])
    home: str
    room: Room = ""
    state_topic: Topic = Field(examples=["home/front-door/state"])


class StateTable(DeviceTable):
    """What has one of two states, as a word or inside a JSON object."""

    # "schema" itself is the name of a pydantic method
    payload_schema: Literal["plain", "json"] = Field("plain", alias="schema")
    state_path: DottedPath | None = None
    payload_on: Payload = "ON"
    payload_off: Payload = "OFF"


class ContactTable(StateTable):
    """A door or window contact; "on" is open."""

    kind: Literal["contact"]
    payload_on: Payload = "open"
    payload_off: Payload = "closed"


class ButtonTable(DeviceTable):
    """A button: each live message is a press."""

    kind: Literal["button"]
    press_path: DottedPath | None = None


class SwitchTable(StateTable):
    """A switch or a plug."""

    kind: Literal["switch"]
    command_topic: Topic = Field(examples=["home/kettle/set"])


class LightTable(StateTable):
    """A lamp. Brightness and colour only with JSON."""

    kind: Literal["light"]
    command_topic: Topic = Field(examples=["home/hall-light/set"])
    brightness_scale: int = Field(255, ge=1, le=65535)
    supports_brightness: bool = True
    supports_color: bool = False


KindTable = ContactTable | ButtonTable | LightTable | SwitchTable

KINDS: Final[dict[str, type[DeviceTable]]] = {
    "contact": ContactTable,
    "button": ButtonTable,
    "light": LightTable,
    "switch": SwitchTable,
}
