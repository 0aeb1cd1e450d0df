"""`ifttt-bridge device import`: what has announced itself at the broker now, and what it would become.

Connects by itself, and changes nothing: neither at the broker nor in the database.
"""

import argparse
import os
import time
from typing import Final

import msgspec

SECONDS: Final = 5.0


class Ability(msgspec.Struct, frozen=True):
    """One thing that a device does."""

    name: str
    kind: str
    unit: str
    certain: bool
    minor: bool


class Unserved(msgspec.Struct, frozen=True):
    """Something that is not served, and why."""

    what: str
    why: str


class Found(msgspec.Struct, frozen=True):
    """A device as it would be discovered."""

    source: str
    id: str
    name: str
    model: str
    room: str
    entities: list[Ability]
    unserved: list[Unserved]


def add_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "import",
        help="read what has announced itself at the broker now, and print what it would become; changes nothing",
    )
    parser.add_argument("--for", dest="seconds", type=float, default=SECONDS, metavar="SECONDS", help="default: 5")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run_import)


def run_import(arguments: argparse.Namespace) -> int:
    """Read and print."""
    found, refused = _read(arguments)
    for device in found:
        if arguments.json:
            print(msgspec.json.encode(device).decode())
        else:
            _print(device)
    for line in refused:
        if not arguments.json:
            print(f"refused: {line}")
    if not found and not arguments.json:
        print("Nothing has announced itself at the broker")
    return 0


def _read(arguments: argparse.Namespace) -> tuple[list[Found], list[str]]:
    from bridge.configured import broker_of  # noqa: PLC0415 -- nothing of this is needed to show the help
    from bridge.conventions import CONVENTIONS, conventions_named, places_of  # noqa: PLC0415 -- the same
    from bridge.devices.registry import Registry  # noqa: PLC0415 -- the same
    from bridge.errors import BridgeError  # noqa: PLC0415 -- the same
    from bridge.mqtt.overhearing import overhear  # noqa: PLC0415 -- the same
    from bridge.settings import load  # noqa: PLC0415 -- the same

    settings = load(arguments.config, os.environ)
    if settings.mqtt.url.embedded:
        raise BridgeError("the embedded broker runs inside the daemon; ask it: `ifttt-bridge device list --discovered`")
    names: tuple[str, ...] = settings.mqtt.discovery or tuple(CONVENTIONS)
    registry = Registry(conventions_named(names, places_of(settings)), own_topics=("ifttt-bridge/",))
    refused: dict[str, None] = {}

    def take(topic: str, payload: bytes) -> tuple[str, ...]:
        change = registry.take(topic, payload, now_ms=round(time.monotonic() * 1000))
        if change is not None:
            refused.update((f"{topic}: {each.reason}", None) for each in change.refused if not each.again)
            refused.update((f"{topic}: a fault of the bridge", None) for _ in change.faults)
        return registry.filters

    overhear(broker_of(settings), registry.filters, take, seconds=arguments.seconds)
    return [
        Found(
            source,
            device.id,
            device.name,
            device.model,
            device.room,
            [Ability(each.name, each.kind, each.unit, each.certain, each.minor) for each in device.entities],
            [Unserved(each.what, each.why) for each in device.unserved],
        )
        for (source, _), device in registry.devices.items()
    ], list(refused)


def _print(device: Found) -> None:
    print(f"{device.name}{f' ({device.model})' if device.model else ''}, {device.source} {device.id}")
    for each in device.entities:
        remarks = [*(["a guess"] if not each.certain else []), *(["set aside"] if each.minor else [])]
        unit = f" in {each.unit}" if each.unit else ""
        remark = f"  ({', '.join(remarks)})" if remarks else ""
        print(f"    {each.kind}{unit}  {each.name or device.name}{remark}")
    for lacking in device.unserved:
        print(f"    not served: {lacking.what}: {lacking.why}")
