"""`ifttt-bridge device accept` and its neighbours: what becomes of devices that announce themselves."""

import argparse
from collections.abc import Sequence

import msgspec

from bridge.desk.requests import AcceptDevices, CorrectKind, EndPermit, PermitDevices, ReadPermit, RemoveDevice
from bridge.desk.rows import AnnouncedRow, DeviceRow, PermitPage

PERMIT_S = 120.0


def add_pairing(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the commands."""
    accept = commands.add_parser("accept", help="accept devices that announced themselves into a home")
    accept.add_argument("ids", metavar="ID|NAME", nargs="+")
    accept.add_argument("--home", help="the home (default: the first one)")
    accept.add_argument("--name", help="what it is called (default: its own name); for one device")
    accept.add_argument("--room", help="where it is (default: where it says); for one device")
    accept.set_defaults(run=run_accept)
    permit = commands.add_parser("permit", help="accept whatever announces itself anew, for some time")
    permit.add_argument(
        "--for", dest="seconds", type=_seconds, default=PERMIT_S, metavar="SECONDS", help="default: 120"
    )
    permit.add_argument("--home", help="the home (default: the first one)")
    permit.set_defaults(run=run_permit)
    kind = commands.add_parser("kind", help="say what a thing is, where its device cannot: an input that is a door")
    kind.add_argument("id", metavar="ID|NAME", help="the device")
    kind.add_argument("entity", metavar="ENTITY", help="the id or the name of the thing, as `device show` tells")
    kind.add_argument("kind", metavar="KIND", nargs="?", help="contact, light, switch ... (default: as described)")
    kind.set_defaults(run=run_kind)
    remove = commands.add_parser(
        "remove", help="forget a device that announced itself, and erase all that it did; it waits to be accepted again"
    )
    remove.add_argument("id", metavar="ID|NAME")
    remove.set_defaults(run=run_remove)


def run_accept(arguments: argparse.Namespace) -> int:
    """Accept devices."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    request = AcceptDevices(tuple(arguments.ids), arguments.home, arguments.name, arguments.room)
    for device in Desk.of(arguments.config).ask(request, list[AnnouncedRow]):
        print(_accepted(device))
    return 0


def run_permit(arguments: argparse.Namespace) -> int:
    """Accept whatever announces itself, and tell of it until the time is over."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    desk = Desk.of(arguments.config)
    page = desk.ask(PermitDevices(arguments.home, arguments.seconds), PermitPage)
    number, count = page.number, 0
    print(f"For {arguments.seconds:g} s whatever announces itself anew is accepted into {page.home}", flush=True)
    try:
        while page.left_s or page.accepted:
            page = desk.ask(ReadPermit(number, count), PermitPage)
            for device in page.accepted:
                print(_accepted(device), flush=True)
            count += len(page.accepted)
    except KeyboardInterrupt:
        desk.ask(EndPermit(number), PermitPage)
    print(f"The time is over: {count} device{'' if count == 1 else 's'} accepted")
    return 0


def run_kind(arguments: argparse.Namespace) -> int:
    """Correct what a thing is."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    request = CorrectKind(arguments.id, arguments.entity, arguments.kind)
    device = Desk.of(arguments.config).ask(request, AnnouncedRow)
    show_announced(device, (), as_json=False)
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Forget a device."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help

    device = Desk.of(arguments.config).ask(RemoveDevice(arguments.id), AnnouncedRow)
    print(
        f"{device.name} is removed, and all that it did is erased; if it is still there it waits to be accepted again"
    )
    return 0


def list_waiting(devices: Sequence[AnnouncedRow], *, as_json: bool) -> int:
    """Print the devices that wait to be accepted."""
    for device in devices:
        if as_json:
            print(msgspec.json.encode(device).decode())
            continue
        print(f"{device.id:<20} {device.name}{f' ({device.model})' if device.model else ''}, {device.source}")
        for line in (*_abilities(device), *_unserved(device)):
            print(f"    {line}")
    if not devices and not as_json:
        print("Nothing waits to be accepted")
    return 0


def show_announced(device: AnnouncedRow, rows: Sequence[DeviceRow], *, as_json: bool) -> int:
    """Print all that is known of a device that announced itself."""
    if as_json:
        print(msgspec.json.encode({"device": device, "entities": rows}).decode())
        return 0
    facts = {
        "id": device.id,
        "name": device.name,
        "model": device.model,
        "source": f"{device.source} {device.source_id}",
        "home": device.home or f"none: `ifttt-bridge device accept {device.id}` accepts it",
        "room": device.room,
        "since": device.discovered_at,
        "here now": "" if device.present else "no: it is not announced any more",
    }
    for name, fact in facts.items():
        if fact:
            print(f"{name:<12} {fact}")
    known = {row.id: row for row in rows}
    for ability, line in zip(device.abilities, _abilities(device), strict=False):
        row = known.get(ability.id or "")
        state = "" if row is None else f"  {_state(row)}{'' if row.exposed else '  (hidden from IFTTT)'}"
        print(f"  {ability.id or '':<20} {line}{state}")
    for each in _unserved(device):
        print(f"  {each}")
    return 0


def _accepted(device: AnnouncedRow) -> str:
    kinds = ", ".join(dict.fromkeys(each.kind for each in device.abilities)) or "nothing that is served"
    return f"{device.id:<20} {device.name} is accepted into {device.home}: {kinds}"


def _abilities(device: AnnouncedRow) -> list[str]:
    lines = []
    for each in device.abilities:
        remarks = [*(["a guess"] if not each.certain else []), *(["set aside"] if each.minor else [])]
        remark = f"  ({', '.join(remarks)})" if remarks else ""
        unit = f" in {each.unit}" if each.unit else ""
        lines.append(f"{each.kind}{unit}  {each.name or device.name}{remark}")
    return lines


def _unserved(device: AnnouncedRow) -> list[str]:
    return [f"not served: {each.what}: {each.why}" for each in device.unserved]


def _state(row: DeviceRow) -> str:
    if row.state is not None:
        return f"{row.state}{f' {row.unit}' if row.unit else ''}"
    return "pressed" if row.presses else "never heard"


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:  # noqa: PLR2004 -- an hour
        raise argparse.ArgumentTypeError("give seconds, at most 3600")
    return seconds
