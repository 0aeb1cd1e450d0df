"""How a command asks: the running daemon through its control socket, or, without one, the database itself.

The answer is the same, and travels as the same JSON. Nothing of another owner ever appears among the daemon's files.
"""

import asyncio
import http.client
import os
import pwd
import socket
import stat
import time
from contextlib import closing
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from bridge.desk.place import control_path
from bridge.desk.requests import Request, request_to_bytes
from bridge.errors import AlreadyRunning, BridgeError, NotTheOwner
from bridge.settings import Settings, load
from bridge.storage.lock import hold_lock, spoken_to_at

PATIENCE_S: Final = 15.0
"""How long a daemon may hold the lock without being spoken to: it is starting, or stopping."""

ANSWER_TIMEOUT_S: Final = 30.0
_LOCK_WAIT_S: Final = 0.2
_SILENT: Final = "the daemon takes the question and does not answer: it stands still; its log may say why"

T = TypeVar("T")


class Desk:
    """Where one command asks, as often as it likes."""

    def __init__(self, settings: Settings, *, patience_s: float = PATIENCE_S) -> None:
        self._settings = settings
        self._patience_s = patience_s

    @classmethod
    def of(cls, config: Path | None) -> "Desk":
        """Return the desk of a configuration. Raises ConfigurationError."""
        return cls(load(config, os.environ))

    def ask(self, request: Request, answer: type[T]) -> T:
        """Return the answer. Raises BridgeError with what stood in the way."""
        content = self._ask(request_to_bytes(request), repeatable=not request.changes)
        try:
            return msgspec.json.decode(content, type=answer)
        except msgspec.DecodeError:
            problem = "the running daemon answers in another way: it is of another version; restart it"
        raise BridgeError(problem)

    def _ask(self, request: bytes, *, repeatable: bool) -> bytes:
        database = self._settings.storage.path
        give_up_at = time.monotonic() + self._patience_s
        while True:
            path = socket_of(database)
            try:
                content = through_socket(path, request, timeout_s=ANSWER_TIMEOUT_S, repeatable=repeatable)
                if content is not None:
                    return content
                check_owner(database)
                return asyncio.run(_alone(self._settings, request))
            except AlreadyRunning:
                if time.monotonic() > give_up_at:  # else a daemon that was starting may listen by now
                    raise BridgeError(
                        f"an ifttt-bridge runs on {database}, but nobody listens at {path}; its log says why"
                    ) from None


def socket_of(database: Path) -> Path:
    """Return where a daemon on this database can be spoken to: where it said, else where that usually is."""
    return spoken_to_at(database) or control_path(database, os.environ)


def through_socket(path: Path, request: bytes, *, timeout_s: float, repeatable: bool) -> bytes | None:
    """Ask a running daemon; None if none listens. Raises BridgeError for what it refuses."""
    with closing(_Connection(path, timeout_s)) as connection:
        try:
            connection.connect()
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
            return None
        except PermissionError:
            raise NotTheOwner(f"{path} is for its owner alone{_advice(_owner_of(path))}") from None
        except TimeoutError:
            raise BridgeError(_SILENT) from None
        try:
            connection.request("POST", "/", request, {"Content-Type": "application/json"})
            response = connection.getresponse()
            content = response.read()
        except TimeoutError:
            raise BridgeError(_SILENT) from None
        except (OSError, http.client.HTTPException):
            if repeatable:
                return None
            raise BridgeError("the daemon ended before it had answered; look whether it was done") from None
    if response.status != http.HTTPStatus.OK:
        raise BridgeError(_reason(content))
    return content


class _Connection(http.client.HTTPConnection):
    """HTTP through a Unix socket."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        """Connect."""
        from bridge.dashboard.reach import reachable  # noqa: PLC0415 -- only with a place to reach

        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        with reachable(self._path) as name:
            self.sock.connect(name)


def check_owner(database: Path) -> None:
    """Refuse to open a database as anybody but its owner: files of another owner would lock the daemon out."""
    owner = owner_of_files(database)
    if owner is None or owner == os.geteuid():
        return
    raise NotTheOwner(f"{database} belongs to {name_of(owner)}{_advice(owner)}")


def owner_of_files(database: Path) -> int | None:
    """Return whose the database is, or would be, None if it may be anybody's."""
    for path in (database, *database.parents):
        try:
            found = path.stat()
        except FileNotFoundError:
            continue
        except OSError:
            return None
        shared = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX  # such as /tmp
        stranger_to_root = os.geteuid() != 0 and found.st_uid == 0 and path != database
        return None if shared or stranger_to_root else found.st_uid
    return None


def name_of(user: int) -> str:
    """Return the name of a user, or the number of one without."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"


def _owner_of(path: Path) -> int | None:
    for place in (path, path.parent):
        try:
            return place.stat().st_uid
        except OSError:
            continue
    return None


def _advice(owner: int | None) -> str:
    return "" if owner is None else f"; run this as that user: sudo -u '{name_of(owner)}' ifttt-bridge ..."


def _reason(content: bytes) -> str:
    try:
        return str(msgspec.json.decode(content, type=dict[str, str])["error"])
    except (msgspec.DecodeError, KeyError):
        return "the daemon could not answer; its log says why"


async def _alone(settings: Settings, request: bytes) -> bytes:
    """Open the database, as the daemon would, and answer as it would."""
    from bridge.cli.asking_alone import Unattended  # noqa: PLC0415 -- the same
    from bridge.configured import homes_of  # noqa: PLC0415 -- the weight of the database
    from bridge.desk.desk import Desk as OpenDesk  # noqa: PLC0415 -- the same
    from bridge.desk.grants import Grants  # noqa: PLC0415 -- the same
    from bridge.oauth.grants import Moment  # noqa: PLC0415 -- the same
    from bridge.oauth.revocation import Revocation  # noqa: PLC0415 -- the same
    from bridge.storage.accounts import Accounts  # noqa: PLC0415 -- the same
    from bridge.storage.checks import Checks  # noqa: PLC0415 -- the same
    from bridge.storage.database import open_database  # noqa: PLC0415 -- the same
    from bridge.storage.entities import Entities  # noqa: PLC0415 -- the same
    from bridge.storage.events import Events  # noqa: PLC0415 -- the same
    from bridge.storage.exposure import Exposure  # noqa: PLC0415 -- the same
    from bridge.storage.grants import Grants as KeptGrants  # noqa: PLC0415 -- the same
    from bridge.storage.mending import check_whole, copy_before_migrating  # noqa: PLC0415 -- the same
    from bridge.storage.migrate import migrate  # noqa: PLC0415 -- the same
    from bridge.storage.sign_ins import SignIns  # noqa: PLC0415 -- the same

    storage = settings.storage
    with hold_lock(storage.path, wait_s=_LOCK_WAIT_S):
        check_whole(storage.path, storage.folder_of_copies)
        copy_before_migrating(storage.path, storage.folder_of_copies, keep=storage.copies, now_ms=_now_ms())
        async with open_database(settings.storage.path) as database:
            await migrate(database)
            alone = Unattended(settings, database, _now_ms)
            accounts, kept = Accounts(database), KeptGrants(database)
            desk = OpenDesk(
                accounts,
                SignIns(database),
                Events(database),
                Entities(database),
                Exposure(database),
                Grants(accounts, kept, Checks(database), Revocation(kept), _now_ms),
                alone.paired,
                alone.journeys,
                homes=lambda: tuple(homes_of(settings)),
                catalogue=lambda: alone.catalogue,
                now=lambda: Moment(_now_ms(), 0),
                prepare=alone.bring,
                decided=alone.bring,
            )
            return await desk.answer(request)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251 -- commands read the clock
