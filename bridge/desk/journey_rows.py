"""What is answered about Applets and about what became of events. Plain values: they travel as JSON."""

import msgspec

from bridge.desk.rows import EventRow


class TimelinePage(msgspec.Struct, frozen=True):
    """Some events, newest first. `before`: where to go on, None at the end; there may be few and more to come.

    `reached`, of each event where that was asked for: waiting, told or asked; "" where no Applet that is looked at was
    meant.
    """

    events: list[EventRow]
    before: int | None
    reached: tuple[str, ...] = ()


class ArrivedRow(msgspec.Struct, frozen=True):
    """How the message of an event came. `delay_ms`: until it was understood, to be committed at once.

    `backlog`: it waited at the broker while the bridge was away for `away_s`, None where nobody knows. `notes`: all of
    it but the topic in words.
    """

    topic: str
    qos: int
    retained: bool
    duplicate: bool
    backlog: bool
    away_s: int | None
    delay_ms: int
    notes: tuple[str, ...]


class AppletRow(msgspec.Struct, frozen=True):
    """An Applet: whose it is, what it waits for in words, and how it is.

    `state`: waits, rests, not connected, not offered or ended. `since`: its first poll; `ended` None: it has not.
    `events`: so many since then that it was to be shown, or more where `more_events`. `errors`: attempts to tell IFTTT
    in vain since the last good one, `trouble` what came of the last of them, "" where all is well.
    """

    identity: str
    user: str
    home: str
    client: str
    trigger: str
    fields: dict[str, str]
    words: str
    state: str
    since: str
    ended: str | None
    last_poll: str
    last_poll_age_s: int
    last_told: str | None
    events: int
    more_events: bool
    errors: int
    trouble: str


class AppletPage(msgspec.Struct, frozen=True):
    """Some Applets, in the order in which they came. `after`: where to go on, None at the end."""

    applets: list[AppletRow]
    after: int | None


class VerdictRow(msgspec.Struct, frozen=True):
    """What became of an event with one Applet. `waits_for` and `words` are for people; `why` None: it concerned it.

    `told`: when IFTTT took note, or was tried last in vain: then `outcome` does not begin with 2. `told_by`,
    `asked_by`: by then or before; what was before is not kept. `told_after_ms`, `asked_after_ms`: since the commit.
    """

    identity: str
    user: str
    client: str
    waits_for: str
    state: str
    why: str | None
    words: str
    told: str | None
    told_after_ms: int | None
    told_by: bool
    outcome: str | None
    asked: str | None
    asked_after_ms: int | None
    asked_by: bool
    last_poll: str
    last_poll_age_s: int


class JourneyRow(msgspec.Struct, frozen=True):
    """The life of an event. `arrived` None: time alone made it, or an older version did not write that down.

    `reason`: in words why no trigger was offered it, "" where they were. `left_out`: so many more Applets wait for
    something else.
    """

    event: EventRow
    arrived: ArrivedRow | None
    name: str
    before: str | None
    after: str | None
    device_time: str | None
    reason: str
    applets: tuple[VerdictRow, ...]
    left_out: int


class AppletJourney(msgspec.Struct, frozen=True):
    """An Applet, and what became of the newest events that it could have meant, newest first."""

    applet: AppletRow
    events: tuple[tuple[EventRow, VerdictRow], ...]


class Traced(msgspec.Struct, frozen=True):
    """The life of one event, or of the Applets that have one identity: one for each user and client."""

    event: JourneyRow | None = None
    applets: tuple[AppletJourney, ...] = ()
