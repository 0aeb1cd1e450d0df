"""`ifttt-bridge device`: what there is, and how it is."""

import argparse

import msgspec

from bridge.cli.importing import add_import
from bridge.cli.pairing import add_pairing, list_waiting, show_announced
from bridge.desk.requests import ExposeDevice, ListAnnounced, ListDevices, RenameDevice, ShareDevice, ShowDevice
from bridge.desk.rows import AnnouncedRow, DeviceRow, Shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="list the devices, each with its state")
    listing.add_argument("--home", help="of one home (default: all)")
    listing.add_argument(
        "--discovered", action="store_true", help="those that announced themselves and wait to be accepted"
    )
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run_list)
    show = commands.add_parser("show", help="show all that is known of one device, one that waits too")
    show.add_argument("id", metavar="ID|NAME")
    show.add_argument("--json", action="store_true", help="as one JSON object")
    show.set_defaults(run=run_show)
    _add_decisions(commands)
    add_pairing(commands)
    add_import(commands)


def _add_decisions(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, exposed, what in (
        ("expose", True, "show a device, or one thing that it does, to IFTTT; it counts from now on"),
        ("hide", False, "hide a device, or one thing that it does, from IFTTT, with all that it did and does"),
    ):
        decision = commands.add_parser(name, help=what)
        decision.add_argument("id", metavar="ID|NAME")
        decision.set_defaults(run=run_expose, exposed=exposed)
    share = commands.add_parser("share", help="let a person of the home see a device, or one thing that it does")
    share.add_argument("id", metavar="ID|NAME")
    share.add_argument("user", metavar="USER", help="the name of the person")
    share.add_argument("--stop", action="store_true", help="take it away from them (everybody else still sees it)")
    share.set_defaults(run=run_share)
    rename = commands.add_parser("rename", help="call a device otherwise; Applets keep working")
    rename.add_argument("id", metavar="ID|NAME")
    rename.add_argument("name", metavar="NEW", nargs="?", help="the new name (default: its own one)")
    rename.add_argument("--room", help="where it is (default: as the configuration, or the device itself, says)")
    rename.set_defaults(run=run_rename)


def run_list(arguments: argparse.Namespace) -> int:
    """List devices."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    desk = Desk.of(arguments.config)
    if arguments.discovered:
        return list_waiting(desk.ask(ListAnnounced(waiting=True), list[AnnouncedRow]), as_json=arguments.json)
    devices = [row for row in desk.ask(ListDevices(arguments.home), list[DeviceRow]) if _is_listed(row)]
    for device in devices:
        if arguments.json:
            print(msgspec.json.encode(device).decode())
        else:
            hidden = "" if device.exposed else "  (hidden from IFTTT)"
            print(f"{device.id:<24} {device.kind:<8} {_state_of(device):<12} {device.name}{hidden}")
    if not devices and not arguments.json:
        print("There are no devices yet: name them under [[devices]] in the configuration, or let them announce")
        print("themselves with [mqtt] discovery and accept them: `ifttt-bridge device list --discovered`")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Show one device."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    desk = Desk.of(arguments.config)
    shown = desk.ask(ShowDevice(arguments.id), Shown)
    if shown.announced is not None:
        return show_announced(shown.announced, shown.rows, as_json=arguments.json)
    (device,) = shown.rows
    if arguments.json:
        print(msgspec.json.encode(device).decode())
        return 0
    besides = {row.id: row.state for row in desk.ask(ListDevices(device.home), list[DeviceRow])}
    battery = besides.get(f"{device.id}.battery")
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
        "connection": besides.get(f"{device.id}.availability") or "",
        "battery": "" if battery is None else f"{battery} %",
        "listens to": ", ".join(device.topics),
        "IFTTT": "sees it" if device.exposed else "does not see it",
        "hidden from": ", ".join(device.not_shared_with),
    }
    for name, fact in facts.items():
        if fact:
            print(f"{name:<12} {fact}")
    return 0


def run_expose(arguments: argparse.Namespace) -> int:
    """Show a device to IFTTT, or hide it."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    device = Desk.of(arguments.config).ask(ExposeDevice(arguments.id, arguments.exposed), DeviceRow)
    print(f"{device.name}: IFTTT {'sees it from now on' if device.exposed else 'does not see it any more'}")
    return 0


def run_share(arguments: argparse.Namespace) -> int:
    """Let a person see a device, or no longer."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    request = ShareDevice(arguments.id, arguments.user, shared=not arguments.stop)
    device = Desk.of(arguments.config).ask(request, DeviceRow)
    sees = "does not see it any more" if arguments.user in device.not_shared_with else "sees it"
    print(f"{device.name}: {arguments.user} {sees}")
    return 0


def run_rename(arguments: argparse.Namespace) -> int:
    """Call a device otherwise."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    device = Desk.of(arguments.config).ask(RenameDevice(arguments.id, arguments.name, arguments.room), DeviceRow)
    print(f"{device.id} is called {device.name}{f' ({device.room})' if device.room else ''} now")
    return 0


def _is_listed(row: DeviceRow) -> bool:
    """Tell whether a row is a device of its own: its connection and its battery are not, and custom events are none.

    A hidden custom event is listed all the same: nothing else tells that it is.
    """
    return (row.kind not in {"availability", "battery"} or row.id.startswith("e_")) and (
        row.kind != "custom" or not row.exposed
    )


def _state_of(device: DeviceRow) -> str:
    if device.state is not None:
        return device.state
    return "pressed" if device.presses else "never heard"
