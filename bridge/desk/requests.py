"""What can be asked at the desk. Plain values: they travel as JSON through the control socket."""

from typing import Final

import msgspec

from bridge.errors import BridgeError

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
    owner: bool = False


class SetOwner(Request, frozen=True, tag="user owner"):
    """Let somebody use the private pages, or no longer."""

    name: str
    owner: bool


class ListSignIns(Question, frozen=True, tag="sign-in list"):
    """Which browsers are signed in at the private pages?"""


class EndSignIn(Request, frozen=True, tag="sign-in end"):
    """Sign a browser out. `id` is the beginning of its digest."""

    id: str


class ReadSetupCode(Question, frozen=True, tag="setup code"):
    """What makes somebody the first owner? Only a running daemon can say."""


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


class ReadTimeline(Question, frozen=True, tag="timeline"):
    """What has happened in a home, also what was hidden or held back, from the newest backward?

    `before`: where the page before ended. `device` by id; `kind`: how the kinds begin; times are epoch milliseconds.
    `reached`: tell also how far each has come.
    """

    home: str
    before: int | None = None
    device: str | None = None
    kind: str = ""
    from_ms: int | None = None
    until_ms: int | None = None
    limit: int = 50
    reached: bool = False


class Trace(Question, frozen=True, tag="trace"):
    """What became of an event with each Applet that could be meant, or what became of an Applet's events?

    `id`: of an event or of an Applet, or its beginning; "" for the newest event. `everything`: also with the Applets
    that wait for something else of the same device.
    """

    id: str
    everything: bool = False


class ListApplets(Question, frozen=True, tag="applet list"):
    """Which Applets are there, and how are they? `home` None: of all homes. `after`: where the page before ended."""

    home: str | None
    after: int = 0


class ListDevices(Question, frozen=True, tag="device list"):
    """Which devices are there?"""

    home: str | None


class ShowDevice(Question, frozen=True, tag="device show"):
    """What is known of one device?"""

    id: str


class ReadHouse(Question, frozen=True, tag="house"):
    """How are the devices of all homes just now, and which wait to be accepted? Only a running daemon can say.

    `search`: a part of a name or of a room. `start` and `waiting`: how many of the devices, and of those that wait,
    come before what is asked for.
    """

    search: str = ""
    start: int = 0
    waiting: int = 0


class ReadDevice(Question, frozen=True, tag="house device"):
    """All about one device, and how its last day was. Only a running daemon can say."""

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


JourneyRequest = ReadTimeline | Trace | ListApplets
PeopleRequest = AddUser | ListUsers | RemoveUser | SetPassword | SetOwner | ListSignIns | EndSignIn
TokenRequest = AddToken | ListTokens | RevokeToken
GrantRequest = ListGrants | RevokeGrant
HouseQuestion = ReadHouse | ReadDevice
DeviceDecision = ExposeDevice | ShareDevice | RenameDevice
PairingRequest = ListAnnounced | AcceptDevices | PermitDevices | ReadPermit | EndPermit | CorrectKind | RemoveDevice
AnyRequest = (
    PeopleRequest
    | TokenRequest
    | GrantRequest
    | ReadEvents
    | JourneyRequest
    | ListDevices
    | ShowDevice
    | HouseQuestion
    | DeviceDecision
    | PairingRequest
    | Examine
    | RestoreCopy
    | ReadRestore
    | ReadSetupCode
)


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
