"""One table of [[devices]], by kind: which keys each kind takes and what they default to.

Knows nothing of what messages mean, and of no other device: what concerns several keys stands in rules.py.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from bridge.settings.words import parse_device_id, parse_name, parse_path, parse_payload, parse_room, parse_topic

DEFAULT_STATE_PATH: Final = ("state",)
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


class AnyDevice(Table):
    """What every kind has. Stands alone only to check a table whose kind is wrong."""

    id: DeviceId = Field(examples=["front-door"])
    name: Name = Field(examples=["Front door"])
    home: str
    room: Room = ""
    state_topic: Topic = Field(examples=["home/front-door/state"])


class WithState(AnyDevice):
    """What has one of two states, as a word or inside a JSON object."""

    # "schema" itself is the name of a pydantic method
    payload_schema: Literal["plain", "json"] = Field("plain", alias="schema")
    state_path: DottedPath | None = None
    payload_on: Payload = "ON"
    payload_off: Payload = "OFF"

    @property
    def path(self) -> tuple[str, ...] | None:
        """Where the state stands in the JSON object; None: the payload is the word."""
        return None if self.payload_schema == "plain" else self.state_path or DEFAULT_STATE_PATH


class Contact(WithState):
    """A door or window contact; "on" is open."""

    kind: Literal["contact"]
    payload_on: Payload = "open"
    payload_off: Payload = "closed"


class Button(AnyDevice):
    """A button: each live message is a press."""

    kind: Literal["button"]
    press_path: DottedPath | None = None

    @property
    def path(self) -> tuple[str, ...] | None:
        """Where the word stands in the JSON object; None: the payload is the word."""
        return self.press_path


class Switch(WithState):
    """A switch or a plug."""

    kind: Literal["switch"]
    command_topic: Topic = Field(examples=["home/kettle/set"])


class Light(WithState):
    """A lamp. Brightness and colour only with JSON."""

    kind: Literal["light"]
    command_topic: Topic = Field(examples=["home/hall-light/set"])
    brightness_scale: int = Field(255, ge=1, le=65535)
    supports_brightness: bool = True
    supports_color: bool = False

    @property
    def full_brightness(self) -> int | None:
        """The number that stands for full brightness; None: it cannot be dimmed."""
        return self.brightness_scale if self.payload_schema == "json" and self.supports_brightness else None

    @property
    def takes_color(self) -> bool:
        """Whether commands may carry a colour."""
        return self.payload_schema == "json" and self.supports_color


Device = Contact | Button | Light | Switch

KINDS: Final[dict[str, type[AnyDevice]]] = {"contact": Contact, "button": Button, "light": Light, "switch": Switch}
