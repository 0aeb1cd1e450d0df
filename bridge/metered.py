"""Every metric of the daemon: its name, what it says and what to do about it, and where it is read.

The parts count; here that gets names. No label holds anything that devices, people or strangers say: each has few
values, all of them our own words. Reading happens when Prometheus asks, and costs nothing in between.
"""

import platform
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.commands import Outcome
from bridge.dashboard.exposition import Family, counter, gauge, histogram, labelled
from bridge.dashboard.health import Health
from bridge.dashboard.measures import Lags, RequestCounts
from bridge.dashboard.process import database_families, process_families
from bridge.devices.entity import EntityKind
from bridge.events import NotOffered
from bridge.ifttt.identities import Identities
from bridge.mqtt.connection import Connection
from bridge.mqtt.inbound import Inbound
from bridge.mqtt.outbound import Outbound
from bridge.oauth.connection import LIMIT, State
from bridge.oauth.watch import ConnectionWatch
from bridge.realtime.notifiers import Notifiers
from bridge.web.crowd import Crowd, Gone
from bridge.web.turns import Away, Turns

OUTCOMES = (Outcome.CONFIRMED, Outcome.UNCONFIRMED, Outcome.PUBLISHED, Outcome.NOT_SENT, Outcome.UNKNOWN)
REPLIES = ("2xx", "4xx", "5xx", "none")
_NO_EVENTS: Mapping[tuple[str, ...], float] = {
    (kind.value, reason): 0 for kind in EntityKind for reason in ("", *NotOffered)
}
"""What has not happened yet is shown as 0: a rate needs a point to start from."""


@dataclass(frozen=True, slots=True)
class Meters:
    """What the parts report to while things happen."""

    lags: Lags
    requests: RequestCounts


@dataclass(frozen=True, slots=True)
class Metered:
    """The parts that are read when somebody asks."""

    connection: Connection
    inbound: Inbound
    outbound: Outbound
    notifiers: Notifiers
    identities: Identities
    meters: Meters
    watch: ConnectionWatch
    crowd: Crowd
    turns: Turns


@dataclass(frozen=True, slots=True)
class Process:
    """What is known of the process as a whole. `started_s`: epoch; `uptime_s` counts by the monotonic clock."""

    version: str
    started_s: float
    uptime_s: Callable[[], float]
    database: Path


def families_of(metered: Metered, health: Health, process: Process) -> Sequence[Family]:
    """Return every metric, in the order in which they are shown."""
    return (
        *_bridge(health, process),
        *_broker(metered.connection, metered.inbound),
        *_taken_in(metered.inbound, metered.meters.lags),
        *_told(metered.notifiers, metered.identities, metered.meters.lags),
        *_asked(metered.outbound, metered.meters.requests),
        *_crowded(metered.crowd, metered.turns),
        *_connected(metered.watch),
        *database_families(process.database),
        *process_families(started_s=process.started_s),
    )


def _bridge(health: Health, process: Process) -> Iterator[Family]:
    version: Mapping[tuple[str, ...], float] = {(process.version, platform.python_version()): 1}
    yield labelled(
        "ifttt_bridge_build_info",
        "gauge",
        "Which version runs, on which Python.",
        ("version", "python"),
        lambda: version,
    )
    yield gauge("ifttt_bridge_uptime_seconds", "Since the start, by a clock that nobody sets.", process.uptime_s)
    yield gauge(
        "ifttt_bridge_ready",
        "1: all works, as /readyz says. 0: ask /readyz, it names the cause.",
        lambda: bool(health.summary()["ready"]),
    )
    yield labelled(
        "ifttt_bridge_part_working",
        "gauge",
        "1: this part works. 0: it does not; /readyz says why.",
        ("part",),
        lambda: {(name,): not trouble for name, trouble in health.report().items()},
    )


def _broker(connection: Connection, inbound: Inbound) -> Iterator[Family]:
    counts = inbound.counts
    yield gauge(
        "ifttt_bridge_broker_connected",
        "1: connected to the broker. 0: nothing comes in and no command goes out; is the broker up?",
        lambda: connection.connected,
    )
    yield gauge(
        "ifttt_bridge_broker_live",
        "1: what waited at the broker has all come in. 0 for long: more comes in than the disk takes.",
        lambda: connection.live,
    )
    yield counter(
        "ifttt_bridge_broker_connections_total",
        "Connections to the broker. The first is the start, each further one a reconnect; if they are many, look for "
        "another client with the same client_id.",
        lambda: counts.connections,
    )
    yield gauge(
        "ifttt_bridge_intake_messages",
        "Messages read and not yet on disk. Hundreds for long: the disk is slow or full.",
        lambda: inbound.waiting,
    )
    yield gauge(
        "ifttt_bridge_intake_held_up",
        "1: so many wait that the broker is not listened to until they are on disk.",
        lambda: inbound.held_up,
    )


def _taken_in(inbound: Inbound, lags: Lags) -> Iterator[Family]:
    counts = inbound.counts
    yield labelled(
        "ifttt_bridge_messages_total",
        "counter",
        "Messages by what became of them: taken; repeated by the broker; ignored (no device, or not understood: the "
        "log names the topic once); broken (a fault of the bridge: the log says where). The last two count for each "
        "device that shares the topic.",
        ("outcome",),
        lambda: {
            ("taken",): counts.taken,
            ("repeated",): counts.repeats,
            ("ignored",): counts.ignored,
            ("broken",): counts.broken,
        },
    )
    yield counter(
        "ifttt_bridge_descriptions_refused_total",
        "Messages in which devices describe themselves that were refused: unreadable, too many, too often. The log "
        "says why, once; many of them: something on the broker misbehaves.",
        lambda: inbound.registry.refusals,
    )
    yield labelled(
        "ifttt_bridge_events_total",
        "counter",
        "Events on disk, by family of kinds. With a reason (late, changed while away) no Applet sees them; many late "
        "ones: see late_press_limit in config/README.md.",
        ("kind", "reason"),
        lambda: {**_NO_EVENTS, **lags.events},
    )
    yield counter(
        "ifttt_bridge_commits_failed_total",
        "Attempts to write a batch that failed and were made again. Any: is the disk full or going?",
        lambda: counts.failed_commits,
    )
    yield histogram(
        "ifttt_bridge_commit_seconds", "How long a batch took to be on disk: the disk's own speed.", lags.commit
    )
    yield histogram(
        "ifttt_bridge_commit_messages", "Messages in a batch. Large ones: messages come in bursts.", lags.batch
    )
    yield histogram(
        "ifttt_bridge_wire_to_disk_seconds",
        "For each event: from reading its message off the socket until it was on disk.",
        lags.wire_to_disk,
    )


def _told(notifiers: Notifiers, identities: Identities, lags: Lags) -> Iterator[Family]:
    yield histogram(
        "ifttt_bridge_disk_to_told_seconds",
        "For each identity told of: from its oldest event on disk, restarts included, until IFTTT said that it took "
        "note.",
        lags.disk_to_told,
    )
    yield histogram(
        "ifttt_bridge_told_to_polled_seconds",
        "For each identity told of: until IFTTT asked for its events. Slow: IFTTT is, not the bridge.",
        lags.told_to_polled,
    )
    yield gauge(
        "ifttt_bridge_identities", "Trigger identities that IFTTT uses, about one an Applet.", lambda: len(identities)
    )
    yield gauge(
        "ifttt_bridge_identities_owed",
        "Identities that IFTTT is still to be told of. Not 0 for long: /readyz says why.",
        lambda: notifiers.owing,
    )
    yield gauge(
        "ifttt_bridge_identities_awaiting_poll",
        "Identities that IFTTT was told of and has not asked for since. Grows: IFTTT listens but does not come; does "
        "it reach the public address?",
        lambda: lags.awaiting_poll(identities.find),
    )
    yield counter("ifttt_bridge_identities_told_total", "Identities that IFTTT took note of.", lambda: notifiers.told)
    yield counter(
        "ifttt_bridge_identities_refused_total",
        "Identities that IFTTT would not hear of; they are tried again later. Many: is it the right service key?",
        lambda: notifiers.refused,
    )
    yield counter(
        "ifttt_bridge_identities_held_back_total",
        "How often an identity had to wait because it had fired so often: more than 20 at once, then one a second.",
        lambda: notifiers.held_back,
    )
    yield labelled(
        "ifttt_bridge_realtime_replies_total",
        "counter",
        "Requests to IFTTT's Realtime API by class of answer; none: there was no answer.",
        ("status",),
        lambda: _replies(notifiers.replies),
    )


def _replies(counted: Counter[str]) -> dict[tuple[str, ...], float]:
    return {(reply,): counted[reply] for reply in {*REPLIES, *counted}}


def _asked(outbound: Outbound, requests: RequestCounts) -> Iterator[Family]:
    yield labelled(
        "ifttt_bridge_requests_total",
        "counter",
        "Requests on the public listener by endpoint and class of answer.",
        ("endpoint", "status"),
        lambda: {**requests.by_endpoint},
    )
    yield labelled(
        "ifttt_bridge_requests_refused_total",
        "counter",
        "Requests refused: 401 a dead token or a wrong key, 404 no such path (strangers), 400 not understood, 429 too "
        "many.",
        ("code",),
        lambda: {**requests.refused},
    )
    yield labelled(
        "ifttt_bridge_polls_total",
        "counter",
        "IFTTT's questions by trigger and class of answer. None for an hour: IFTTT does not reach the public address.",
        ("trigger", "status"),
        lambda: {**requests.polls},
    )
    yield labelled(
        "ifttt_bridge_commands_total",
        "counter",
        "Commands to devices by outcome. unconfirmed: the device did not report the wished state; not_sent: the broker "
        "was away; unknown: the broker did not acknowledge.",
        ("outcome",),
        lambda: {(outcome.value,): outbound.counts.get(outcome, 0) for outcome in OUTCOMES},
    )


def _crowded(crowd: Crowd, turns: Turns) -> Iterator[Family]:
    yield gauge(
        "ifttt_bridge_public_connections",
        "Connections to the public listener. Near max_connections for long: somebody holds them open.",
        lambda: len(crowd),
    )
    yield labelled(
        "ifttt_bridge_public_connections_closed_total",
        "counter",
        "Connections that were turned away or had to go: full, address (too many from one), made_room (rested while "
        "another wanted in), slow or large (the head of a request), stuck (did not read the answer). Many: somebody "
        "tries to wear the bridge out.",
        ("reason",),
        lambda: {(why.name.casefold(),): crowd.gone[why] for why in Gone},
    )
    yield labelled(
        "ifttt_bridge_requests_turned_away_total",
        "counter",
        "Requests answered with 429 (address: too many of one wait for their turn) or 503 (all: too many wait).",
        ("reason",),
        lambda: {(why.name.casefold(),): turns.away[why] for why in Away},
    )


def _connected(watch: ConnectionWatch) -> Iterator[Family]:
    yield labelled(
        "ifttt_bridge_connections",
        "gauge",
        "Users with each client of theirs at IFTTT, by how the connection is. failing: checks fail; silent: IFTTT has "
        "not looked for three weeks; revoked: it still asks. `ifttt-bridge grant list` says who it is and what helps.",
        ("state",),
        lambda: _by_state(watch),
    )
    yield gauge(
        "ifttt_bridge_connection_failed_checks_max",
        f"Failed checks of that connection which has most of them, since one passed; at {LIMIT} within two weeks IFTTT "
        "disables the Applets of its user.",
        lambda: max((connection.failed for connection in watch.connections), default=0),
    )
    yield labelled(
        "ifttt_bridge_connection_checks_total",
        "counter",
        "IFTTT's checks of connections by result; unknown: with a token of nobody we know.",
        ("result",),
        lambda: {(result,): count for result, count in watch.outcomes.items()},
    )
    yield counter(
        "ifttt_bridge_refreshes_refused_total",
        "Refreshes answered with invalid_grant: somebody has to connect the service again.",
        lambda: watch.refused_refreshes,
    )


def _by_state(watch: ConnectionWatch) -> dict[tuple[str, ...], float]:
    counted = Counter(connection.state for connection in watch.connections)
    return {(state.value,): counted[state] for state in State}
