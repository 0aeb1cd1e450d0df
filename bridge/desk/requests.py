"""What can be asked at the desk, and what is answered. Plain values: they travel as JSON through the control socket."""

from typing import Final

import msgspec

from bridge.errors import BridgeError
from bridge.storage.restored import Restored

PAGE: Final = 1000
"""So many events at most are in one answer; who wants more asks for those behind the last."""


class Request(msgspec.Struct, frozen=True, tag_field="ask", forbid_unknown_fields=True):
    """Anything that can be asked."""

    @property
    def changes(self) -> bool:
        """Whether asking twice may be something else than asking once."""
        return True


class Question(Request, frozen=True):
    """A request that changes nothing."""

    @property
    def changes(self) -> bool:
        """Nothing: it may be asked again."""
        return False


class AddUser(Request, frozen=True, tag="user add"):
    """Make an account. `home` None: the first one."""

    name: str
    home: str | None
    password_hash: str | None


class ListUsers(Question, frozen=True, tag="user list"):
    """Who has an account?"""


class RemoveUser(Request, frozen=True, tag="user remove"):
    """End an account, with all that belongs to it."""

    name: str


class SetPassword(Request, frozen=True, tag="user passwd"):
    """Give an account another password."""

    name: str
    password_hash: str


class AddToken(Request, frozen=True, tag="token mint"):
    """Keep the digest of a token that is being given out."""

    user: str
    digest: str


class ListTokens(Question, frozen=True, tag="token list"):
    """Which tokens are alive? `user` None: of everybody."""

    user: str | None


class RevokeToken(Request, frozen=True, tag="token revoke"):
    """End a token. `id` is the beginning of its digest."""

    id: str


class ListGrants(Question, frozen=True, tag="grant list"):
    """Who is connected to IFTTT, and how is it? `user` None: everybody."""

    user: str | None


class RevokeGrant(Request, frozen=True, tag="grant revoke"):
    """End a grant, with all its tokens. `id` may be the beginning of it."""

    id: str


class ReadEvents(Question, frozen=True, tag="events"):
    """What has happened behind a sequence number? With `wait`, a running daemon answers when there is something."""

    after: int
    home: str | None
    wait: bool


class ListDevices(Question, frozen=True, tag="device list"):
    """Which devices are there?"""

    home: str | None


class ShowDevice(Question, frozen=True, tag="device show"):
    """What is known of one device?"""

    id: str


class ExposeDevice(Request, frozen=True, tag="device expose"):
    """Show a device to IFTTT, or hide it."""

    id: str
    exposed: bool


class ShareDevice(Request, frozen=True, tag="device share"):
    """Let a user of the home see a device, or no longer."""

    id: str
    user: str
    shared: bool


class RenameDevice(Request, frozen=True, tag="device rename"):
    """Call a device otherwise; `name` and `room` None: as the configuration says."""

    id: str
    name: str | None
    room: str | None


class ListAnnounced(Question, frozen=True, tag="device announced"):
    """Which devices have announced themselves? `waiting`: those alone that nobody has accepted."""

    waiting: bool


class AcceptDevices(Request, frozen=True, tag="device accept"):
    """Accept devices, by id or name, into a home: None for the first one. A name and a room are for one device."""

    ids: tuple[str, ...]
    home: str | None
    name: str | None
    room: str | None


class PermitDevices(Request, frozen=True, tag="device permit"):
    """Accept whatever announces itself within the next seconds. `home` None: into the first one."""

    home: str | None
    seconds: float


class ReadPermit(Question, frozen=True, tag="device permitted"):
    """What has been accepted in a window, behind so many? Answered when there is something, or it is over."""

    number: int
    after: int


class EndPermit(Request, frozen=True, tag="device permit end"):
    """Accept nothing more by itself."""

    number: int


class CorrectKind(Request, frozen=True, tag="device kind"):
    """Say what a thing is that a device does, None: as it is described. `device` by id or name."""

    device: str
    entity: str
    kind: str | None


class RemoveDevice(Request, frozen=True, tag="device remove"):
    """Forget a device that announced itself, with all that belongs to it."""

    id: str


class Examine(Question, frozen=True, tag="doctor"):
    """How are you? Only a running daemon can say."""


class RestoreCopy(Request, frozen=True, tag="restore"):
    """Put a copy in the place of the database. `path` is absolute. Only a running daemon is asked."""

    path: str


class ReadRestore(Question, frozen=True, tag="restore read"):
    """How far is that?"""

    number: int


PeopleRequest = AddUser | ListUsers | RemoveUser | SetPassword
TokenRequest = AddToken | ListTokens | RevokeToken
GrantRequest = ListGrants | RevokeGrant
DeviceDecision = ExposeDevice | ShareDevice | RenameDevice
PairingRequest = ListAnnounced | AcceptDevices | PermitDevices | ReadPermit | EndPermit | CorrectKind | RemoveDevice
AnyRequest = (
    PeopleRequest
    | TokenRequest
    | GrantRequest
    | ReadEvents
    | ListDevices
    | ShowDevice
    | DeviceDecision
    | PairingRequest
    | Examine
    | RestoreCopy
    | ReadRestore
)


class UserRow(msgspec.Struct, frozen=True):
    """A person with an account. `id` is what IFTTT knows.

    `connections`: to how many clients. `state`: of the worst of them, None without any; `failed_checks`: how many of
    IFTTT's checks of it have failed.
    """

    name: str
    home: str
    id: str
    connections: int = 0
    state: str | None = None
    failed_checks: int = 0


class TokenRow(msgspec.Struct, frozen=True):
    """An access token, without the token. `client`: who got it, "" for tests and scripts."""

    id: str
    user: str
    client: str
    created_at: str


class GrantRow(msgspec.Struct, frozen=True):
    """A grant, and how the connection is that it belongs to. `id` and `since` None: no grant is left there, and IFTTT
    still asks.

    `failed_checks`: since the last passed one, towards `of`. `reason`: why the last failed, or a refresh was refused;
    `advice`: what helps. Both are "" where nothing is wrong.
    """  # noqa: D205 -- one paragraph

    id: str | None
    user: str
    home: str
    client: str
    since: str | None
    last_used: str | None
    last_check_passed: str | None
    failed_checks: int
    of: int
    last_check_failed: str | None
    refresh_refused: str | None
    reason: str
    state: str
    advice: str


class EventRow(msgspec.Struct, frozen=True):
    """What has happened."""

    id: str
    seq: int
    home: str
    entity: str
    device: str
    kind: str
    recorded_at: str
    offered: bool
    reason: str | None
    ingredients: dict[str, str]


class EventPage(msgspec.Struct, frozen=True):
    """Some events, oldest first. `live`: more may come; nothing happens where no daemon listens."""

    events: list[EventRow]
    live: bool


class DeviceRow(msgspec.Struct, frozen=True):
    """A device of the configuration, or one thing that a device does which announced itself, and what is known of it.

    `state` and `since` None: it has never spoken. `exposed`: IFTTT sees it, and with it everybody of the home but those
    in `not_shared_with`. `device`: the id of the whole device.
    """

    id: str
    name: str
    home: str
    room: str
    kind: str
    state: str | None
    since: str | None
    brightness: int | None
    presses: tuple[str, ...]
    topics: tuple[str, ...]
    exposed: bool
    not_shared_with: tuple[str, ...] = ()
    device: str = ""
    unit: str = ""


class AbilityRow(msgspec.Struct, frozen=True):
    """One thing that a device says that it does. `id`: once it is accepted. `kind`: as corrected, where it is.

    `certain` False: the kind is a guess. `minor`: a setting or a diagnosis.
    """

    id: str | None
    name: str
    kind: str
    unit: str
    certain: bool
    minor: bool
    topics: tuple[str, ...]


class UnservedRow(msgspec.Struct, frozen=True):
    """Something that a device does, and why it is not served."""

    what: str
    why: str


class AnnouncedRow(msgspec.Struct, frozen=True):
    """A device that announced itself. `home` None: it waits to be accepted. `present` False: it is described no more.

    `source` and `source_id`: what it is known by for ever. `abilities` is empty where it is not described any more.
    """

    id: str
    name: str
    model: str
    room: str
    source: str
    source_id: str
    home: str | None
    present: bool
    discovered_at: str
    abilities: tuple[AbilityRow, ...]
    unserved: tuple[UnservedRow, ...]


class PermitPage(msgspec.Struct, frozen=True):
    """What came in through a window, oldest first. `left_s`: for how long it is still open, 0: it is over."""

    number: int
    home: str
    left_s: float
    accepted: tuple[AnnouncedRow, ...]


class Shown(msgspec.Struct, frozen=True):
    """What is known of a device: its rows, and how it described itself where it did."""

    rows: tuple[DeviceRow, ...]
    announced: AnnouncedRow | None


class RestoreState(msgspec.Struct, frozen=True):
    """How far a restoring is. `phase`: checking, copying (`done` of `whole` bytes), replacing, done or failed.

    `trouble`: why it failed; then nothing has changed.
    """

    number: int
    phase: str
    done: int = 0
    whole: int = 0
    trouble: str = ""
    outcome: Restored | None = None


class TopicHeard(msgspec.Struct, frozen=True):
    """What a daemon has heard on a topic since it started. `trouble`: why it did not understand the last message."""

    at: str
    trouble: str


class Condition(msgspec.Struct, frozen=True):
    """How a running daemon is. `parts`: each by name, with its trouble, "" if it works."""

    version: str
    pid: int
    since: str
    broker: str
    parts: dict[str, str]
    limits: tuple[str, ...]
    heard: dict[str, TopicHeard]


def request_to_bytes(request: Request) -> bytes:
    """Put a request into JSON. Raises BridgeError for bytes of a terminal that are no text."""
    try:
        return msgspec.json.encode(request)
    except UnicodeEncodeError:
        raise BridgeError("names and ids are text in UTF-8; this is none") from None


def request_from_bytes(content: bytes) -> AnyRequest:
    """Read a request. Raises BridgeError."""
    try:
        request: AnyRequest = msgspec.json.decode(content, type=AnyRequest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = "the running daemon does not know this request: it is of another version; restart it"
    else:
        return request
    raise BridgeError(problem)
