"""Where Tasmota puts what it says: the topics of answers and reports, and the objects inside them."""

from dataclasses import dataclass

from bridge.devices.dialects.json_values import parse_object
from bridge.devices.dialects.tasmota.config import TasmotaConfig


@dataclass(frozen=True, slots=True)
class Reports:
    """The topics on which a device says how it is. `power` says it bare, the others in JSON objects."""

    state: tuple[str, ...]
    sensor: tuple[str, ...]
    result: tuple[str, ...]


def reports_of(config: TasmotaConfig, *commands: str) -> Reports:
    """Return the topics of a device. `commands`: those whose answers may come on a topic of their own."""
    stat, tele = config.topics.stat, config.topics.tele
    apart = tuple(f"{stat}{command.upper()}" for command in commands) if config.answers_apart else ()
    return Reports(
        state=(f"{tele}STATE", f"{stat}STATE", f"{stat}STATUS11"),
        sensor=(f"{tele}SENSOR", f"{stat}STATUS8", f"{stat}STATUS10"),
        result=(f"{stat}RESULT", *apart),
    )


def body_of(payload: bytes) -> dict[str, object]:
    """Return the object that a message is about: an answer to STATUS has it one level down."""
    parsed = parse_object(payload)
    inner = parsed.get("StatusSTS") or parsed.get("StatusSNS")
    return inner if isinstance(inner, dict) else parsed
