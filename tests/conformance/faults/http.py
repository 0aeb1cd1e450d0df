"""Faults in how HTTP is spoken."""

import json
from typing import Final

from tests.conformance.double import TYPE, Reply, error
from tests.conformance.planting import (
    BAD,
    Change,
    both,
    fault,
    instead,
    is_action,
    is_delete,
    is_info,
    is_poll,
    is_status,
    on,
    presents,
    replied,
    typed,
)

LOUD = json.dumps({"errors": [{"message": "Traceback (most recent call last): x"}]}).encode()
HOSTED = json.dumps({"errors": [{"message": "cannot reach 192.168.1.7"}]}).encode()


def on_errors(**changes: object) -> Change:
    """Change the errors of polls."""
    return replied(is_poll, lambda _a, r: r.but(**changes) if r.status == 400 else r)


HTTP: Final = [
    fault("no charset on errors", on_errors(headers=typed("application/json")), "http.content_type"),
    fault("errors are texts", on_errors(raw=b'{"errors": ["no"]}'), "http.errors"),
    fault("one error without a list", on_errors(raw=b'{"errors": {"message": "no"}}'), "http.errors"),
    fault("errors talk of the code", on_errors(raw=LOUD), "http.error_texts"),
    fault("errors talk of hosts", on_errors(raw=HOSTED), "http.error_texts"),
    fault(
        "an error in HTML",
        on_errors(raw=b"<!DOCTYPE html><p>No", headers=typed("text/html")),
        "http.html",
        "http.errors",
        "http.content_type",
    ),
    fault(
        "201 for an action",
        replied(is_action, lambda _a, r: r.but(status=201) if r.status == 200 else r),
        "http.statuses",
        "action.runs",
        "action.unknown_key",
        "action.other_zone",
        "action.unknown_zone",
        "action.no_source",
    ),
    fault(
        "403 for a bad token",
        replied(both(is_delete, BAD), lambda _a, _r: error(403)),
        "http.statuses",
        "identity.bad_token",
    ),
    fault(
        "a redirect",
        replied(is_info, lambda _a, r: Reply(302, raw=b"", headers={"Location": "/login"}) if r.status == 401 else r),
        "http.redirects",
        "user.bearer_invalid",
        "user.empty_bearer",
        "user.no_credential",
        "user.service_key_alone",
    ),
    fault(
        "the token is repeated",
        replied(
            is_info, lambda a, r: r.but(data=r.data | {"token": a.headers["Authorization"]}) if r.status == 200 else r
        ),
        "http.secrets",
    ),
    fault(
        "cookies",
        replied(is_status, lambda _a, r: r.but(headers={"Content-Type": TYPE, "Set-Cookie": "a=b"})),
        "http.cookies",
    ),
    fault("unknown paths are fine", instead(on("GET", "no_such_thing")), "http.unknown_path"),
    fault(
        "doubled slashes are unknown",
        replied(lambda a: a.raw_path.startswith("//"), lambda _a, _r: error(404)),
        "http.doubled_slash",
    ),
    fault(
        "a last slash is unknown",
        replied(lambda a: a.raw_path.endswith("/"), lambda _a, _r: error(404)),
        "http.last_slash",
    ),
]

WIRE: Final = [
    fault(
        "gzip for everybody",
        replied(both(is_poll, presents("Accept-Encoding", "identity")), lambda _a, r: r.but(wire="gzip")),
        "http.no_gzip",
    ),
    fault(
        "deflate for who asks for gzip",
        replied(both(is_poll, presents("Accept-Encoding", "gzip")), lambda _a, r: r.but(wire="deflate")),
        "http.gzip",
        "http.gzip_used",
    ),
    fault("no gzip at all", replied(is_poll, lambda _a, r: r.but(wire="plain")), "http.gzip_used"),
    fault(
        "slow",
        replied(both(is_status, presents("IFTTT-Service-Key", "INVALID")), lambda _a, r: r.but(wire="slow")),
        "http.quick",
    ),
    fault(
        "two answers",
        replied(both(is_status, presents("User-Agent", None)), lambda _a, r: r.but(wire="twice")),
        "http.one_answer",
    ),
]
"""Faults that show on a real connection alone."""
