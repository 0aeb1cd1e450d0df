"""What was refused or held back since the bridge started, and why, in words for people. Plain computation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bridge.dashboard.readings import Readings


@dataclass(frozen=True, slots=True)
class Row:
    """So many of something, and what it means."""

    what: str
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class _Counted:
    """A figure, the label that tells its reasons apart, and the words for those that are no success."""

    what: str
    metric: str
    label: str
    words: Mapping[str, str]


_EVENTS: Final = {
    "late": "They came too late to start anything",
    "changed while away": "They happened while the bridge was away",
    "hidden": "The device is hidden from IFTTT",
    "too short": "The state did not last long enough (debounce)",
    "too soon": "They came too soon after the one before",
    "within hysteresis": "The number moved too little",
    "replayed": "The broker sent them again after a copy was put back",
}
_COUNTED: Final = (
    _Counted(
        "Messages",
        "ifttt_bridge_messages_total",
        "outcome",
        {
            "repeated": "The broker sent them twice; they counted once",
            "ignored": "Nobody knew what to do with them, or they were not understood",
            "broken": "A fault of the bridge; its log says where",
        },
    ),
    _Counted(
        "Descriptions of devices",
        "ifttt_bridge_descriptions_refused_total",
        "",
        {"": "Unreadable, too many, or too often; the log says which"},
    ),
    _Counted(
        "Writing to the disk",
        "ifttt_bridge_commits_failed_total",
        "",
        {"": "Failed, and was done again: is the disk full?"},
    ),
    _Counted(
        "Telling IFTTT",
        "ifttt_bridge_identities_held_back_total",
        "",
        {"": "Waited a moment, for an Applet fired very often"},
    ),
    _Counted(
        "Telling IFTTT",
        "ifttt_bridge_identities_refused_total",
        "",
        {"": "IFTTT would not hear of it; it is tried again. Is it the right service key?"},
    ),
    _Counted(
        "Telling IFTTT",
        "ifttt_bridge_realtime_replies_total",
        "status",
        {
            "4xx": "IFTTT refused the request",
            "5xx": "IFTTT had trouble of its own",
            "none": "IFTTT did not answer",
        },
    ),
    _Counted(
        "Commands to devices",
        "ifttt_bridge_commands_total",
        "outcome",
        {
            "unconfirmed": "The device did not report that it obeyed",
            "not_sent": "The broker was away",
            "unknown": "The broker did not say whether it took them",
        },
    ),
    _Counted(
        "Requests from outside",
        "ifttt_bridge_requests_refused_total",
        "code",
        {
            "400": "Not understood",
            "401": "A dead token or a wrong key",
            "404": "There is no such path: strangers look around",
            "429": "Too many at once",
            "other": "Refused for other reasons",
        },
    ),
    _Counted(
        "Requests from outside",
        "ifttt_bridge_requests_turned_away_total",
        "reason",
        {"address": "Too many from one address waited", "all": "Too many waited at all"},
    ),
    _Counted(
        "Connections from outside",
        "ifttt_bridge_public_connections_closed_total",
        "reason",
        {
            "full": "All places were taken",
            "address": "Too many from one address",
            "made_room": "They rested while another wanted in",
            "slow": "They took too long to say what they wanted",
            "large": "They said too much",
            "stuck": "They did not read the answer",
        },
    ),
    _Counted(
        "IFTTT's checks",
        "ifttt_bridge_connection_checks_total",
        "result",
        {"failed": "Failed; the page People says whose", "unknown": "With a token of nobody who is known here"},
    ),
    _Counted(
        "New tokens",
        "ifttt_bridge_refreshes_refused_total",
        "",
        {"": "Refused: somebody has to connect the service again"},
    ),
)
_SIGN_INS: Final = {
    "too early": "Others had just failed; nothing was checked",
    "wrong name or password": "Wrong name or password",
    "too many at once": "Too many tried at once",
}


def held_back(readings: Readings, sign_ins: Mapping[str, int]) -> list[Row]:
    """Return all that was, in the order of an event's way. `sign_ins`: who was not let in, by the reason."""
    rows = [*_events(readings), *(row for counted in _COUNTED for row in _rows(readings, counted))]
    rows += [Row("Signing in", _SIGN_INS.get(reason, reason), count) for reason, count in sign_ins.items()]
    return [row for row in rows if row.count]


def _events(readings: Readings) -> Iterator[Row]:
    for reason, count in readings.by("ifttt_bridge_events_total", "reason"):
        if reason:
            yield Row("Events that no Applet saw", _EVENTS.get(reason, reason), int(count))


def _rows(readings: Readings, counted: _Counted) -> Iterator[Row]:
    found = dict(readings.by(counted.metric, counted.label))
    for reason, words in counted.words.items():
        yield Row(counted.what, words, int(found.get(reason, 0)))
