"""Faults of status, test/setup and user/info."""

from typing import Final

from tests.conformance.double import Ask, Reply, error
from tests.conformance.planting import (
    BAD,
    Change,
    Where,
    both,
    counter,
    fault,
    instead,
    is_info,
    is_poll,
    is_setup,
    is_status,
    lets_in,
    not_json,
    nothing_presented,
    presents,
    replied,
    token_is,
    with_reply,
)


def changing(where: Where, key: str) -> Change:
    """Let something be another one each time."""
    return replied(
        where,
        lambda _ask, reply: (
            reply.but(data=reply.data | {key: f"u_{next(counter)}"}) if isinstance(reply.data, dict) else reply
        ),
    )


def shorn(samples: str, *path: str) -> Change:
    """Leave something out of the samples."""

    def then(_ask: Ask, reply: Reply) -> Reply:
        if reply.status != 200:
            return reply
        data = {**reply.data, "samples": {**reply.data["samples"]}}
        inner = data["samples"]
        for piece in (samples, *path[:-1]):
            inner[piece] = dict(inner[piece])
            inner = inner[piece]
        inner.pop(path[-1])
        return reply.but(data=data)

    return replied(is_setup, then)


def sampled(**samples: object) -> Change:
    """Put something else into the samples."""
    return replied(
        is_setup,
        lambda _ask, reply: (
            reply.but(data=reply.data | {"samples": reply.data["samples"] | samples}) if reply.status == 200 else reply
        ),
    )


SERVICE: Final = [
    fault(
        "status is down",
        with_reply(both(is_status, presents("IFTTT-Service-Key", "double-service-key")), status=404),
        "status.key",
        "http.doubled_slash",
        "http.last_slash",
    ),
    fault(
        "the older name of the key is unknown",
        instead(
            both(is_status, presents("IFTTT-Service-Key", None), lambda ask: "IFTTT-Channel-Key" in ask.headers),
            status=401,
        ),
        "status.old_name",
    ),
    fault(
        "a wrong key opens status",
        lets_in(both(is_status, presents("IFTTT-Service-Key", "INVALID"))),
        "status.wrong_key",
    ),
    fault("no key opens status", lets_in(both(is_status, nothing_presented)), "status.no_key"),
    fault(
        "setup wants a body",
        replied(
            both(
                is_setup,
                lambda a: (
                    a.body == b""
                    and "json" in a.headers.get("Content-Type", "")
                    and "IFTTT-Service-Key" in a.headers
                    and a.headers.get("IFTTT-Service-Key") != "INVALID"
                ),
            ),
            lambda _a, _r: error(400),
        ),
        "setup.empty_json",
        "setup.twice",
        "setup.answer",
    ),
    fault(
        "setup refuses forms",
        replied(both(is_setup, lambda a: "form" in a.headers.get("Content-Type", "")), lambda _a, _r: error(415)),
        "setup.empty_form",
        "http.statuses",
    ),
    fault("setup parses the body", replied(both(is_setup, not_json), lambda _a, _r: error(400)), "setup.any_body"),
    fault(
        "setup wants a type",
        replied(
            both(is_setup, presents("Content-Type", None), presents("IFTTT-Service-Key", "double-service-key")),
            lambda _a, _r: error(400),
        ),
        "setup.no_type",
    ),
    fault(
        "setup knows the new name alone",
        replied(both(is_setup, presents("IFTTT-Service-Key", None)), lambda _a, _r: error(401)),
        "setup.old_name",
    ),
    fault(
        "setup adds a sample each time",
        replied(
            is_setup,
            lambda _a, r: (
                r.but(
                    data=r.data
                    | {
                        "samples": r.data["samples"]
                        | {"queries": r.data["samples"]["queries"] | {f"q{next(counter)}": {}}}
                    }
                )
                if r.status == 200
                else r
            ),
        ),
        "setup.twice",
        "setup.strange",
    ),
    fault(
        "a wrong key opens setup", lets_in(both(is_setup, presents("IFTTT-Service-Key", "INVALID"))), "setup.wrong_key"
    ),
    fault("no key opens setup", lets_in(both(is_setup, nothing_presented)), "setup.no_key"),
    fault("a field has no sample", shorn("triggers", "door_opened", "note"), "setup.complete"),
    fault(
        "a validated field has no invalid sample",
        shorn("triggerFieldValidations", "door_opened", "minutes", "invalid"),
        "setup.complete",
        "validation.invalid",
    ),
    fault(
        "a sample for nothing on the sheet",
        sampled(queries={"history": {"device": "front"}, "old": {}}),
        "setup.strange",
    ),
    fault(
        "a skipping sample without another",
        sampled(actionRecordSkipping={"turn_on": {"light": "gone"}, "x": {}}),
        "setup.skipping",
    ),
    fault("the user has no name", with_reply(both(is_info, lambda a: not BAD(a)), data={"id": "u_1"}), "user.info"),
    fault(
        "the id is a number",
        replied(is_info, lambda _a, r: r.but(data={"id": 7, "name": "A"}) if r.data else r),
        "user.info",
    ),
    fault(
        "the id is long",
        replied(is_info, lambda _a, r: r.but(data={"id": "u" * 201, "name": "A"}) if r.data else r),
        "user.id_length",
    ),
    fault("the id changes", changing(is_info, "id"), "user.id_same"),
    fault(
        "the id is an address",
        replied(is_info, lambda _a, r: r.but(data={"id": "a@example.org", "name": "A"}) if r.data else r),
        "user.id_email",
    ),
    fault("a bad token opens info", lets_in(both(is_info, BAD)), "user.bearer_invalid"),
    fault("an empty Bearer opens info", lets_in(both(is_info, token_is("Bearer"))), "user.empty_bearer"),
    fault("nothing opens info", lets_in(both(is_info, nothing_presented)), "user.no_credential"),
    fault(
        "the key alone opens info",
        lets_in(both(is_info, token_is(None), lambda a: "IFTTT-Service-Key" in a.headers)),
        "user.service_key_alone",
    ),
    fault(
        "a key beside a token is refused",
        replied(
            both(is_poll, lambda a: "Authorization" in a.headers, presents("IFTTT-Service-Key", "double-service-key")),
            lambda _a, _r: error(401),
        ),
        "credentials.key_beside",
    ),
    fault(
        "a wrong key beside a token is refused",
        replied(
            both(is_poll, lambda a: "Authorization" in a.headers, presents("IFTTT-Service-Key", "INVALID")),
            lambda _a, _r: error(401),
        ),
        "credentials.wrong_key_beside",
    ),
]
