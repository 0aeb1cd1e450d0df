"""IFTTT's protocol from IFTTT's side: what it sends and how it reads what comes back.

Plain computation; knows neither HTTP connections nor time.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

LISTED: Final = 50
"""How many events a check asks for."""

MOST_ENTRIES: Final = 1000
"""How many entries one call of the Realtime API may have."""

LONGEST_USER_ID: Final = 200

OK: Final = 200
BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401


class ProtocolError(ValueError):
    """Something that was received does not follow the protocol; says what, in one sentence."""


@dataclass(frozen=True, slots=True)
class Item:
    """One event in a trigger's answer."""

    id: str
    timestamp: int
    ingredients: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a realtime notification: exactly one of the two is set."""

    trigger_identity: str | None = None
    user_id: str | None = None


def trigger_identity(user: str, slug: str, fields: Mapping[str, str], *, service: str = "") -> str:
    """Return the 40 hex digits that stand for a user, a trigger and its field values, within one service."""
    signed = json.dumps([service, user, slug, sorted(fields.items())])
    return hashlib.sha256(signed.encode()).hexdigest()[:40]


def user_headers(access_token: str, request_id: str, *, body: bool, realtime: bool = False) -> dict[str, str]:
    """Return the headers of a request for a user of an OAuth service: a Bearer token and no service key."""
    headers = {
        "Authorization": f"Bearer {access_token}",
        "Accept": "application/json",
        "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip, deflate",
        "X-Request-ID": request_id,
        "User-Agent": "IFTTT-Protocol/v1",
    }
    if body:
        headers["Content-Type"] = "application/json"
    if realtime:
        headers["X-IFTTT-Realtime"] = "1"
    return headers


def check_body(identity: str, fields: Mapping[str, str], *, timezone: str, source: str) -> bytes:
    """Return the body of a trigger check."""
    said = {"trigger_identity": identity, "triggerFields": dict(fields), "limit": LISTED}
    return json.dumps(said | _who_asks(timezone, source)).encode()


def action_body(fields: Mapping[str, str], *, timezone: str, source: str) -> bytes:
    """Return the body of an action."""
    return json.dumps({"actionFields": dict(fields)} | _who_asks(timezone, source)).encode()


def query_body(fields: Mapping[str, str], *, timezone: str, source: str) -> bytes:
    """Return the body of a query."""
    said = {"queryFields": dict(fields), "limit": LISTED}
    return json.dumps(said | _who_asks(timezone, source)).encode()


def read_items(body: bytes) -> list[Item]:
    """Return the events of a trigger's answer in the order they came. ProtocolError when it is not one."""
    items = _json_object(body).get("data")
    if not isinstance(items, list):
        raise ProtocolError("The answer has no list `data`.")
    return [_item(said) for said in items]


def read_rows(body: bytes) -> list[dict[str, Any]]:
    """Return the rows of a query's answer. ProtocolError when it is not one."""
    rows = _json_object(body).get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ProtocolError("The answer's `data` is not a list of objects.")
    return rows


def read_user_id(body: bytes) -> str:
    """Return the id in an answer of user/info. ProtocolError unless there are an id and a name."""
    match _json_object(body).get("data"):
        case {"id": str(user_id), "name": str()} if 0 < len(user_id) <= LONGEST_USER_ID:
            return user_id
        case _:
            raise ProtocolError("The answer's `data` has no `id` of 1 to 200 characters, or no `name`.")


def read_action_id(body: bytes) -> str:
    """Return the id in an action's answer. ProtocolError unless `data` is a list of one object with an `id`."""
    match _json_object(body).get("data"):
        case [{"id": str(action_id)}]:
            return action_id
        case _:
            raise ProtocolError("The answer's `data` is not a list of one object with an `id`.")


def is_skip(status: int, body: bytes) -> bool:
    """Return whether an answer says that this event can never succeed."""
    if status != BAD_REQUEST:
        return False
    try:
        errors = _json_object(body).get("errors")
    except ProtocolError:
        return False
    return isinstance(errors, list) and any(
        isinstance(error, dict) and error.get("status") == "SKIP" for error in errors
    )


def read_notification(body: bytes) -> tuple[Entry, ...]:
    """Return the entries of a call of the Realtime API. ProtocolError when it is malformed or has too many."""
    said = _json_object(body).get("data")
    if not isinstance(said, list):
        raise ProtocolError("The notification has no list `data`.")
    if len(said) > MOST_ENTRIES:
        raise ProtocolError(f"The notification has more than {MOST_ENTRIES} entries.")
    return tuple(_entry(one) for one in said)


def _entry(said: object) -> Entry:
    match said:
        case {"trigger_identity": str(identity), **more} if identity and not more:
            return Entry(trigger_identity=identity)
        case {"user_id": str(user_id), **more} if user_id and not more:
            return Entry(user_id=user_id)
        case _:
            raise ProtocolError("An entry has neither a `trigger_identity` nor a `user_id`, or more than one key.")


def _item(said: object) -> Item:
    match said:
        case {"meta": {"id": str(item_id), "timestamp": int(timestamp)}, **ingredients} if item_id:
            texts = {str(slug): value for slug, value in ingredients.items() if isinstance(value, str)}
            # JSON's true is an int to Python.
            if isinstance(timestamp, bool) or len(texts) < len(ingredients):
                raise ProtocolError("An event has an ingredient that is no string, or a timestamp that is no number.")
            return Item(item_id, timestamp, texts)
        case _:
            raise ProtocolError("An event has no `meta` with a string `id` and whole seconds `timestamp`.")


def _who_asks(timezone: str, source: str) -> dict[str, Any]:
    return {
        "user": {"timezone": timezone},
        "ifttt_source": {"id": source, "url": f"https://ifttt.com/myrecipes/personal/{source}"},
    }


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise ProtocolError("The body is not JSON.") from None
    if not isinstance(said, dict):
        raise ProtocolError("The body is not a JSON object.")
    return said
