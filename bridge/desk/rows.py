"""What is answered at the desk: rows and pages. Plain values: they travel as JSON through the control socket."""

import msgspec

from bridge.storage.restored import Restored


class UserRow(msgspec.Struct, frozen=True):
    """A person with an account. `id` is what IFTTT knows.

    `connections`: to how many clients. `state`: of the worst of them, None without any; `failed_checks`: how many of
    IFTTT's checks of it have failed. `owner`: may use the private pages.
    """

    name: str
    home: str
    id: str
    connections: int = 0
    state: str | None = None
    failed_checks: int = 0
    owner: bool = False


class SignInRow(msgspec.Struct, frozen=True):
    """A browser that is signed in at the private pages. `browser`: what it calls itself."""

    id: str
    user: str
    browser: str
    since: str
    seen: str


class SetupCodeRow(msgspec.Struct, frozen=True):
    """What makes somebody the first owner, and where it is typed in. `code` "": there is an owner."""

    code: str
    address: str


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
