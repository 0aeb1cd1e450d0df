"""`ifttt-bridge doctor`: what is wrong, why, and what helps. Works with and without a daemon."""

import argparse
import os
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from bridge import __version__
from bridge.cli.extent import extent
from bridge.errors import BridgeError, ConfigurationError, NotTheOwner
from bridge.settings import Settings, load, locate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.doctor.check import Check
    from bridge.doctor.daemon import Daemon

ANSWER_TIMEOUT_S: Final = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--public", action="store_true", help="also call [public] url, as IFTTT would")
    parser.add_argument("--me-url", help=argparse.SUPPRESS)  # for tests: a stand-in for IFTTT
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look at everything, and tell it as it is found. 0 if there is no problem."""
    status = 0
    for check in _checks(arguments):
        if arguments.json:
            print(msgspec.json.encode(check).decode(), flush=True)
        else:
            print(f"{check.verdict:<8} {check.name}: {check.cause}", flush=True)
            if check.cure:
                print(f"{'':<8} -> {check.cure}", flush=True)
        status = 1 if check.verdict == "problem" else status
    return status


def _checks(arguments: argparse.Namespace) -> "Iterator[Check]":
    from bridge.doctor.check import ok, problem, warning  # noqa: PLC0415 -- not needed to show the help
    from bridge.doctor.daemon import check_daemon, check_parts  # noqa: PLC0415 -- the same

    path = locate(arguments.config, os.environ)
    settings: Settings | None = None
    try:
        settings = load(arguments.config, os.environ)
    except ConfigurationError as error:
        for fault in error.problems:
            yield problem("configuration", fault, "correct it; until then the daemon cannot be started again")
    if settings is not None:
        yield ok("configuration", f"{path}: {extent(settings)}")
        for note in settings.notes:
            yield warning("configuration", note, "see config/README.md")
    database = _database_of(path) if settings is None else settings.storage.path
    daemon = _find_daemon(database)
    yield check_daemon(daemon, version=__version__)
    yield from check_parts(daemon.condition, refused=settings is None)
    if settings is not None:
        yield from _with_settings(arguments, settings, daemon)
    elif daemon.condition is not None:
        for name in ("broker", "storage"):
            trouble = daemon.condition.parts.get(name, "")
            yield problem(name, trouble, "look into the log") if trouble else ok(name, "works")


def _with_settings(arguments: argparse.Namespace, settings: Settings, daemon: "Daemon") -> "Iterator[Check]":
    from bridge.cli.asking import name_of, owner_of_files  # noqa: PLC0415 -- not needed to show the help
    from bridge.doctor.clock import check_clock, synchronised  # noqa: PLC0415 -- the same
    from bridge.doctor.fetching import fetch  # noqa: PLC0415 -- the same
    from bridge.doctor.public import check_public  # noqa: PLC0415 -- the same
    from bridge.doctor.service_key import ME_URL, check_service_keys  # noqa: PLC0415 -- the same
    from bridge.doctor.storage import check_disk, check_storage, look_at  # noqa: PLC0415 -- the same
    from bridge.storage.inspection import inspect  # noqa: PLC0415 -- the same

    yield from _broker(settings, daemon)
    yield from _asked(settings, daemon)
    owner = owner_of_files(settings.storage.path)
    mine = owner in {None, os.geteuid()}
    files = look_at(settings.storage.path, owner=name_of(os.geteuid() if owner is None else owner), mine=mine)
    inspection = (
        inspect(settings.storage.path, in_use=daemon.condition is not None or daemon.held)
        if mine and files.bytes is not None
        else None
    )
    yield from check_storage(files, inspection, daemon.condition)
    yield check_disk(files)
    now_ms = time.time_ns() // 1_000_000  # noqa: TID251 -- commands read the clock
    newest_ms = None if inspection is None else inspection.newest_ms
    yield check_clock(now_ms, kept=synchronised(), newest_ms=newest_ms)
    keys = [key.get_secret_value() for key in settings.ifttt.service_keys]
    yield check_public(settings.public.url, keys[0], fetch if arguments.public else None)
    yield from check_service_keys(keys, fetch, url=arguments.me_url or ME_URL)


def _broker(settings: Settings, daemon: "Daemon") -> "Iterable[Check]":
    from bridge.configured import broker_of  # noqa: PLC0415 -- not needed to show the help
    from bridge.doctor.broker import check_broker  # noqa: PLC0415 -- the same
    from bridge.mqtt.probe import try_broker  # noqa: PLC0415 -- the same

    broker = broker_of(settings)
    attempt = None if settings.mqtt.url.embedded else lambda: try_broker(broker)
    return check_broker(f"{broker.host}:{broker.port}", daemon.condition, attempt)


def _asked(settings: Settings, daemon: "Daemon") -> "Iterable[Check]":
    """Look at what only the desk knows: what was heard, and who is connected."""
    from bridge.cli.asking import Desk, check_owner  # noqa: PLC0415 -- not needed to show the help
    from bridge.desk.requests import ListDevices, ListGrants  # noqa: PLC0415 -- the same
    from bridge.desk.rows import DeviceRow, GrantRow  # noqa: PLC0415 -- the same
    from bridge.doctor.check import warning  # noqa: PLC0415 -- the same
    from bridge.doctor.connections import check_connections  # noqa: PLC0415 -- the same
    from bridge.doctor.topics import check_topics  # noqa: PLC0415 -- the same

    database = settings.storage.path
    if daemon.trouble or daemon.out_of_reach:
        return _nobody_could_look("the daemon cannot be asked", "see the check of the daemon")
    try:
        if daemon.condition is None:
            check_owner(database)
            if not database.exists():
                return [warning("topics", "nothing was heard yet: there is no database", "start the daemon")]
        desk = Desk(settings, patience_s=0.0)
        devices, grants = desk.ask(ListDevices(None), list[DeviceRow]), desk.ask(ListGrants(None), list[GrantRow])
    except BridgeError as error:
        return _nobody_could_look(str(error), "see the other checks")
    return [*check_topics(devices, daemon.condition), *check_connections(grants)]


def _nobody_could_look(reason: str, cure: str) -> "list[Check]":
    from bridge.doctor.check import warning  # noqa: PLC0415 -- not needed to show the help

    return [warning(name, f"nobody could look: {reason}", cure) for name in ("topics", "connections")]


def _find_daemon(database: Path) -> "Daemon":
    from bridge.cli.asking import socket_of, through_socket  # noqa: PLC0415 -- not needed to show the help
    from bridge.desk.requests import Examine, request_to_bytes  # noqa: PLC0415 -- the same
    from bridge.desk.rows import Condition  # noqa: PLC0415 -- the same
    from bridge.doctor.daemon import Daemon  # noqa: PLC0415 -- the same
    from bridge.storage.lock import is_held  # noqa: PLC0415 -- the same

    try:
        content = through_socket(
            socket_of(database), request_to_bytes(Examine()), timeout_s=ANSWER_TIMEOUT_S, repeatable=True
        )
        if content is not None:
            return Daemon(msgspec.json.decode(content, type=Condition))
    except NotTheOwner as error:
        return Daemon(None, out_of_reach=str(error))
    except BridgeError as error:
        return Daemon(None, str(error))
    except msgspec.DecodeError:
        return Daemon(None, "the running daemon answers in another way: it is of another version")
    return Daemon(None, held=is_held(database))


def _database_of(config: Path) -> Path:
    """Guess where the database of a configuration is that cannot be used: a daemon may still run with an older one."""
    from bridge.settings.addresses import parse_database_url  # noqa: PLC0415 -- for a wrong configuration only

    try:
        storage = tomllib.loads(config.read_text("utf-8-sig")).get("storage")
    except (OSError, ValueError, RecursionError):
        storage = None
    in_file = storage.get("url") if isinstance(storage, dict) else None
    try:
        return parse_database_url(os.environ.get("BRIDGE_STORAGE__URL") or in_file)
    except ValueError:
        return Path("/var/lib/ifttt-bridge/bridge.db")
