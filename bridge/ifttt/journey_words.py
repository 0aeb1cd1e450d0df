"""What became of an event, in words for the person who wonders why nothing happened. Decides nothing (journeys.py)."""

from collections.abc import Callable, Mapping
from typing import Final

from bridge.events import NotOffered
from bridge.ifttt.ingredients import iso_time
from bridge.ifttt.journeys import Verdict, Why, differing
from bridge.timeline.arrived import Arrived, read_line
from bridge.timeline.entry import Entry

NameOf = Callable[[str], str]
"""From the id of a thing or a device to what people call it."""

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 24 * _HOUR_S

_REASONS: Final[Mapping[NotOffered, str]] = {
    NotOffered.CHANGED_WHILE_AWAY: (
        "it had changed while nobody listened, and nobody knows when; [mqtt].changed_while_away decides about that"
    ),
    NotOffered.HIDDEN: "{name} was hidden from IFTTT just then",
    NotOffered.TOO_SHORT: "it did not last: {name} has a debounce",
    NotOffered.TOO_SOON: "it came too soon after the one before: {name} has a min_interval",
    NotOffered.WITHIN_HYSTERESIS: "the value had not gone far enough back since the last time: {name} has a hysteresis",
    NotOffered.REPLAYED: "what was pressed before was only said again",
}
_OUTCOMES: Final[Mapping[str, str]] = {
    "timeout": "IFTTT did not answer in time",
    "no connection": "IFTTT could not be reached",
    "no answer": "IFTTT gave no answer",
    "401": "IFTTT refused the service key (401)",
    "403": "IFTTT refused the service key (403)",
    "429": "IFTTT wanted fewer notifications (429)",
}


def outcome_words(outcome: str) -> str:
    """Return what came of an attempt to tell IFTTT."""
    if outcome.startswith("2"):
        return f"IFTTT took note ({outcome})"
    known = _OUTCOMES.get(outcome)
    if known is not None:
        return known
    return (
        f"IFTTT did not know the Applet ({outcome})" if outcome.startswith("4") else f"IFTTT took nothing ({outcome})"
    )


def span(seconds: float) -> str:
    """Return how long something took, in the largest unit that says enough."""
    for unit_s, name in ((_DAY_S, "day"), (_HOUR_S, "hour"), (_MINUTE_S, "minute")):
        if seconds >= 2 * unit_s:
            return f"{int(seconds // unit_s)} {name}s"
    return "1 second" if round(seconds) == 1 else f"{round(seconds)} seconds"


def reason_words(entry: Entry, name_of: NameOf) -> str:
    """Return why an event was offered to no trigger, "" where it was."""
    reason = entry.event.reason
    if reason is None:
        return ""
    if reason is NotOffered.LATE:
        return _late(entry)
    return _REASONS[reason].format(name=name_of(entry.event.entity))


def verdict_words(verdict: Verdict, entry: Entry, name_of: NameOf) -> str:
    """Return what became of an event with one Applet."""
    if verdict.why is None:
        return f"{_told(verdict, entry)}; {_asked(verdict, entry)}"
    return _why(verdict, verdict.why, entry, name_of)


def _why(verdict: Verdict, why: Why, entry: Entry, name_of: NameOf) -> str:  # noqa: C901, PLR0911 -- a table of reasons
    applet = verdict.applet
    match why:
        case Why.OTHER_TRIGGER:
            return f"it waits for something else: {applet.sentence(name_of)}"
        case Why.OTHER_FIELD:
            return "; ".join(_difference(*each, name_of) for each in differing(entry.event, applet))
        case Why.NO_TRIGGER:
            return f"its trigger ({applet.trigger}) is no longer offered"
        case Why.NOT_OFFERED:
            return reason_words(entry, name_of)
        case Why.ENDED:
            return f"it had ended already, {iso_time(applet.removed_ms or 0)}"
        case Why.NOT_SHARED:
            return f"{name_of(entry.event.entity)} was not shared with {applet.user_name} just then"
        case Why.NEWER_USER:
            return f"the account of {applet.user_name} is newer than that"
        case Why.NEWER:
            return f"it is newer than that: IFTTT first asked for it {iso_time(applet.first_seen_ms)}"
        case Why.NOT_CONNECTED:
            return f"{applet.user_name} is not connected to IFTTT any more"
        case Why.RESTS:
            return "it rests: IFTTT had not asked for it in 30 days, so nobody was told"


def _difference(wanted: str, was: str, is_thing: bool, name_of: NameOf) -> str:  # noqa: FBT001 -- one of differing()
    if is_thing:
        return f"it waits for {name_of(wanted)}, and this was {name_of(was)}"
    return f'it waits for "{wanted.replace("_", " ")}", and this was "{was.replace("_", " ")}"'


def _late(entry: Entry) -> str:
    arrived = None if entry.arrived is None else read_line(entry.arrived)
    pressed_ms = entry.event.device_time_ms
    how = ""
    if pressed_ms is not None and entry.recorded_at_ms > pressed_ms:
        how = f", {span((entry.recorded_at_ms - pressed_ms) / 1000)} after it had happened"
    elif arrived is not None and arrived.away_s is not None:
        how = f": it waited at the broker while the bridge was away for {span(arrived.away_s)}"
    return f"it came too late{how}; [mqtt].late_press_limit decides about that"


def _told(verdict: Verdict, entry: Entry) -> str:
    told, applet = verdict.told, verdict.applet
    if told is not None and told.succeeded:
        when = f"{'by ' if verdict.told_by else ''}{iso_time(told.at_ms)}"
        return f"IFTTT was told {when} ({told.status})"
    if told is not None:
        since_ms = max(told.first_ms, entry.recorded_at_ms)
        until = f" until {iso_time(told.at_ms)}" if told.at_ms > since_ms else ""
        return f"IFTTT has not been told: {outcome_words(told.status)}, {iso_time(since_ms)}{until}"
    if applet.first_seen_ms > entry.recorded_at_ms:
        return "nobody had to be told: it happened shortly before IFTTT first asked"
    if applet.told_seq >= entry.seq:
        return "IFTTT was told; when that was is not kept"
    return "IFTTT has not been told"


def _asked(verdict: Verdict, entry: Entry) -> str:
    asked, applet = verdict.asked, verdict.applet
    if asked is not None:
        return f"it asked {'by ' if verdict.asked_by else ''}{iso_time(asked.at_ms)}"
    if applet.last_polled_ms > entry.recorded_at_ms:
        return f"it asked last {iso_time(applet.last_polled_ms)}"
    return f"it has not asked since (last {iso_time(applet.last_polled_ms)})"


def arrived_words(arrived: Arrived) -> list[str]:
    """Return how a message came, in a few notes."""
    notes = [f"QoS {arrived.qos}"]
    if arrived.retained:
        notes.append("retained")
    if arrived.duplicate:
        notes.append("sent again")
    if arrived.backlog:
        away = "" if arrived.away_s is None else f" while the bridge was away for {span(arrived.away_s)}"
        notes.append(f"waited at the broker{away}")
    notes.append(f"understood after {arrived.delay_ms} ms")
    return notes
