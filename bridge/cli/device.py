"""`ifttt-bridge device`: what there is, and how it is."""

import argparse

import msgspec

from bridge.desk.requests import DeviceRow, ListDevices, ShowDevice


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="list the devices, each with its state")
    listing.add_argument("--home", help="of one home (default: all)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run_list)
    show = commands.add_parser("show", help="show all that is known of one device")
    show.add_argument("id", metavar="ID")
    show.add_argument("--json", action="store_true", help="as one JSON object")
    show.set_defaults(run=run_show)


def run_list(arguments: argparse.Namespace) -> int:
    """List devices."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    devices = Desk.of(arguments.config).ask(ListDevices(arguments.home), list[DeviceRow])
    for device in devices:
        if arguments.json:
            print(msgspec.json.encode(device).decode())
        else:
            print(f"{device.id:<24} {device.kind:<8} {_state_of(device):<12} {device.name}")
    if not devices and not arguments.json:
        print("There are no devices yet: name them under [[devices]] in the configuration")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Show one device."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    device = Desk.of(arguments.config).ask(ShowDevice(arguments.id), DeviceRow)
    if arguments.json:
        print(msgspec.json.encode(device).decode())
        return 0
    facts = {
        "id": device.id,
        "name": device.name,
        "kind": device.kind,
        "home": device.home,
        "room": device.room,
        "state": _state_of(device),
        "since": device.since or "",
        "brightness": "" if device.brightness is None else str(device.brightness),
        "presses": ", ".join(device.presses),
        "listens to": ", ".join(device.topics),
    }
    for name, fact in facts.items():
        if fact:
            print(f"{name:<12} {fact}")
    return 0


def _state_of(device: DeviceRow) -> str:
    if device.state is not None:
        return device.state
    return "pressed" if device.presses else "never heard"
