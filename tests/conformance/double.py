"""A small service that does everything right, until a fault is planted in it.

What it answers is a function from a request to a reply; a fault changes requests or replies on their way.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

KEY: Final = "double-service-key"
START: Final = 1_770_000_000
TYPE: Final = "application/json; charset=utf-8"

SHEET: Final[dict[str, Any]] = {
    "triggers": [
        {
            "slug": "door_opened",
            "fields": [
                {
                    "slug": "door",
                    "label": "Door",
                    "type": "dropdown",
                    "required": True,
                    "options": True,
                    "validated": False,
                },
                {
                    "slug": "minutes",
                    "label": "Minutes",
                    "type": "text",
                    "required": True,
                    "options": False,
                    "validated": True,
                },
                {
                    "slug": "note",
                    "label": "Note",
                    "type": "text",
                    "required": False,
                    "options": False,
                    "validated": False,
                },
            ],
            "ingredients": [
                {"slug": "created_at", "name": "Created at", "type": "Date with time", "example": ""},
                {"slug": "room", "name": "Room", "type": "String", "example": "Hall"},
            ],
        }
    ],
    "actions": [
        {
            "slug": "turn_on",
            "fields": [
                {
                    "slug": "light",
                    "label": "Light",
                    "type": "dropdown",
                    "required": True,
                    "options": True,
                    "validated": False,
                },
            ],
            "ingredients": [],
        }
    ],
    "queries": [
        {
            "slug": "history",
            "fields": [
                {
                    "slug": "device",
                    "label": "Device",
                    "type": "dropdown",
                    "required": True,
                    "options": True,
                    "validated": False,
                },
            ],
            "ingredients": [{"slug": "kind", "name": "Kind", "type": "String", "example": "opened"}],
        }
    ],
}
SAMPLES: Final[dict[str, Any]] = {
    "triggers": {"door_opened": {"door": "front", "minutes": "5", "note": "x"}},
    "triggerFieldValidations": {"door_opened": {"minutes": {"valid": "5", "invalid": "-5"}}},
    "actions": {"turn_on": {"light": "hall"}},
    "actionRecordSkipping": {"turn_on": {"light": "gone"}},
    "queries": {"history": {"device": "front"}},
}
OPTIONS: Final = {"door": "front", "light": "hall", "device": "front"}
REQUIRED: Final = {"door_opened": ("door", "minutes"), "turn_on": ("light",), "history": ("device",)}
ROOMS: Final = ["Hall", "Cellar, where the long shelf is", "Attic"]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request. `path` has what follows /ifttt/v1, in pieces; `raw_path` is as it came."""

    method: str
    path: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes
    raw_path: str = ""

    @property
    def json(self) -> Any:  # noqa: ANN401 -- whatever was sent
        """The body as JSON; None for what is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def is_for(self, *pieces: str) -> bool:
        """Tell whether the path begins so; `*` is any piece."""
        return len(self.path) >= len(pieces) and all(p in ("*", q) for p, q in zip(pieces, self.path, strict=False))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `data` and `more` make the body unless `raw` is one; `wire` is how the connection misbehaves."""

    status: int = 200
    data: Any = None
    more: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": TYPE})
    wire: str = ""

    @property
    def body(self) -> bytes:
        """The bytes to send."""
        return json.dumps({"data": self.data} | dict(self.more)).encode() if self.raw is None else self.raw

    def but(self, **changes: Any) -> "Reply":  # noqa: ANN401 -- of several types
        """Return a changed one."""
        return replace(self, **changes)


def error(code: int, message: str = "Not so.", **more: str) -> Reply:
    """Return an error as the protocol has it."""
    return Reply(code, raw=json.dumps({"errors": [{"message": message} | more]}).encode())


Answering = Callable[[Ask], Reply]


class Double:
    """The service, without its connections."""

    def __init__(self) -> None:
        self.tokens = {"fixed-token-of-the-double"}
        self._cursors: dict[str, int] = {}

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        match (ask.method, *ask.path):
            case ("GET", "status") | ("POST", "test", "setup"):
                key = ask.headers.get("IFTTT-Service-Key") or ask.headers.get("IFTTT-Channel-Key")
                if key != KEY:
                    return error(401)
                return Reply(data={}) if ask.method == "GET" else self._setup()
            case (_, "user" | "triggers" | "actions" | "queries", *_):
                if ask.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
                    return error(401)
                return self._for_user(ask)
            case _:
                return error(404)

    def _setup(self) -> Reply:
        return Reply(data={"accessToken": self.mint(), "samples": SAMPLES})

    def mint(self) -> str:
        """Return a new token."""
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return token

    def _for_user(self, ask: Ask) -> Reply:  # noqa: PLR0911 -- a table of routes
        match (ask.method, *ask.path):
            case ("GET", "user", "info"):
                return Reply(data={"id": "u_1", "name": "Anna"})
            case ("POST", "triggers", "door_opened"):
                return self._fields_of(ask, "triggerFields") or self._events(ask)
            case ("DELETE", "triggers", "door_opened", "trigger_identity", _):
                return Reply(raw=b"")
            case ("POST", "triggers", "door_opened", "validate") | (
                "POST", "triggers", "door_opened", "fields", "validate",
            ):  # fmt: skip
                return self._contextual(ask)
            case ("POST", "triggers", "door_opened", "fields", "minutes", "validate"):
                return self._validate(ask)
            case ("POST", kind, slug, "fields", name, "options") if self._has_options(kind, slug, name):
                return Reply(data=[{"label": "All", "values": [{"label": "One", "value": OPTIONS[name]}]}])
            case ("POST", "actions", "turn_on"):
                return self._fields_of(ask, "actionFields") or self._turn_on(ask)
            case ("POST", "queries", "history"):
                return self._fields_of(ask, "queryFields") or self._history(ask)
            case _:
                return error(404)

    @staticmethod
    def _has_options(kind: str, slug: str, name: str) -> bool:
        things = {thing["slug"]: thing for thing in SHEET.get(kind, ())}
        return slug in things and any(one["slug"] == name and one["options"] for one in things[slug]["fields"])

    @staticmethod
    def _fields_of(ask: Ask, key: str) -> Reply | None:
        """Return what is wrong with the fields, None if nothing is."""
        said = ask.json
        fields = said.get(key) if isinstance(said, dict) else None
        if not isinstance(fields, dict):
            return error(400)
        return None if all(fields.get(name) for name in REQUIRED[ask.path[1]]) else error(400)

    def _events(self, ask: Ask) -> Reply:
        limit = ask.json.get("limit", 50)
        if not str(limit).lstrip("-").isdigit():
            return error(400)
        events = [
            {
                "created_at": "2026-02-03T08:15:00Z",
                "room": ROOMS[number % len(ROOMS)],
                "meta": {"id": f"event-{number}", "timestamp": START - number},
            }
            for number in range(20)
        ]
        return Reply(data=events[: max(0, int(limit))])

    def _validate(self, ask: Ask) -> Reply:
        if not isinstance(ask.json, dict) or "value" not in ask.json:
            return error(400)
        return Reply(data=self._verdict(ask.json["value"]))

    def _contextual(self, ask: Ask) -> Reply:
        values = ask.json["values"]
        return Reply(
            data={
                name: self._verdict(value) if name == "minutes" else {"valid": True} for name, value in values.items()
            }
        )

    @staticmethod
    def _verdict(value: str) -> dict[str, Any]:
        return {"valid": True} if value.isdigit() else {"valid": False, "message": "Whole minutes, please."}

    @staticmethod
    def _turn_on(ask: Ask) -> Reply:
        if ask.json["actionFields"]["light"] == "gone":
            return error(400, "There is no such light.", status="SKIP")
        return Reply(data=[{"id": secrets.token_hex(4)}])

    def _history(self, ask: Ask) -> Reply:
        said = ask.json
        rows = [{"kind": f"opened {n}"} for n in range(3)] if said["queryFields"]["device"] == "front" else []
        start = 0 if said.get("cursor") is None else self._cursors.get(said["cursor"])
        if start is None:
            return error(400)
        end = start + said.get("limit", 50)
        cursor = {"cursor": self._cursor(end)} if said.get("limit", 50) and end < len(rows) else {}
        return Reply(data=rows[start:end], more=cursor)

    def _cursor(self, start: int) -> str:
        cursor = secrets.token_hex(4)
        self._cursors[cursor] = start
        return cursor
