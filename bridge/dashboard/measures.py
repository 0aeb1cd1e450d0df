"""What is measured while it happens: the three lags of an event, commits, and requests. Fed by the parts through plain
calls; never waits, never fails, holds nothing of what devices or strangers say.
"""  # noqa: D205 -- one sentence

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from bridge.dashboard.exposition import Histogram
from bridge.ifttt.identities import IdentityKey
from bridge.ifttt.service import TRIGGERS
from bridge.timeline.entry import Entry

LAG_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
COMMIT_S: Final = LAG_S[:13]
MAX_POLLED: Final = 20_000
"""Identities whose last poll is remembered; of more than these, a few lags are measured too long."""

BATCH: Final = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 256.0)
OTHER: Final = "other"
REFUSED_CODES: Final = ("400", "401", "404", "429")
ENDPOINTS: Final = (
    *("poll", "action", "query", "options", "validate", "identity", "status", "test_setup", "user_info"),
    *("authorize", "token", "account", OTHER),
)
_REFUSED: Final = range(400, 500)
_OK: Final = 200
_POLL: Final = ("poll", "2xx")
_POLLED: Final = 2

Tally = Counter[tuple[str, ...]]
"""How often, by the values of the labels."""


class Lags:
    """From the socket to the disk, from there to IFTTT, from there to IFTTT's question. `now_s` is monotonic."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._told_at: dict[IdentityKey, float] = {}
        self._polled_at: dict[IdentityKey, float] = {}
        self.wire_to_disk = Histogram(LAG_S)
        self.disk_to_told = Histogram(LAG_S)
        self.told_to_polled = Histogram(LAG_S)
        self.commit = Histogram(COMMIT_S)
        self.batch = Histogram(BATCH)
        self.events: Tally = Counter()

    def awaiting_poll(self, is_live: Callable[[IdentityKey], object]) -> int:
        """Return how many live identities IFTTT has been told of, and has not asked for since."""
        for identity in [each for each in self._told_at if not is_live(each)]:
            del self._told_at[identity]
        return len(self._told_at)

    def committed(self, entries: Sequence[Entry], received_s: Sequence[float], *, messages: int, took_s: float) -> None:
        """Take note of a batch on disk, and of when the message of each entry was received."""
        now_s, observe, events = self._now_s(), self.wire_to_disk.observe, self.events
        for entry, since_s in zip(entries, received_s, strict=True):
            observe(now_s - since_s)
            event = entry.event  # what follows the dot may be a device's own word: not for a label
            events[event.kind.partition(".")[0], event.reason or ""] += 1
        self.commit.observe(took_s)
        self.batch.observe(messages)

    def told(self, owed: Iterable[tuple[IdentityKey, float]], began_s: float) -> None:
        """Take note of who has been told, and for how long it was owed. `began_s`: when the request was begun."""
        now_s = self._now_s()
        for identity, owed_s in owed:
            self.disk_to_told.observe(owed_s)
            if self._polled_at.get(identity, began_s) > began_s:  # IFTTT asked before its answer was here
                self.told_to_polled.observe(0.0)
            else:
                self._told_at.setdefault(identity, now_s)

    def polled(self, identity: IdentityKey) -> None:
        """Take note that IFTTT asked."""
        self._polled_at[identity] = now_s = self._now_s()
        if len(self._polled_at) > MAX_POLLED:
            del self._polled_at[next(iter(self._polled_at))]
        told_at_s = self._told_at.pop(identity, None)
        if told_at_s is not None:
            self.told_to_polled.observe(now_s - told_at_s)

    def forget(self, identity: IdentityKey) -> None:
        """Nobody asks there any more."""
        self._told_at.pop(identity, None)
        self._polled_at.pop(identity, None)


class RequestCounts:
    """Requests on the public listener. Their paths are a stranger's words: only what we know ourselves is a label."""

    def __init__(self) -> None:
        self.by_endpoint: Tally = Counter({(endpoint, "2xx"): 0 for endpoint in ENDPOINTS})
        self.polls: Tally = Counter({(slug, "2xx"): 0 for slug in TRIGGERS})
        self.refused: Tally = Counter({(code,): 0 for code in (*REFUSED_CODES, OTHER)})

    def served(self, method: str, segments: tuple[str, ...], status: int) -> None:
        """Take note of an answer. `segments`: the path behind the prefix, () if it is not below that."""
        if status == _OK and method == "POST" and len(segments) == _POLLED and segments[0] == "triggers":
            self.by_endpoint[_POLL] += 1  # nearly all of them are such, and of a trigger that there is
            self.polls[segments[1], "2xx"] += 1
            return
        endpoint, answer = _endpoint(method, segments), f"{status // 100}xx"
        self.by_endpoint[endpoint, answer] += 1
        if endpoint == "poll":
            self.polls[segments[1] if segments[1] in TRIGGERS else OTHER, answer] += 1
        if status in _REFUSED:
            code = str(status)
            self.refused[code if code in REFUSED_CODES else OTHER,] += 1


def _endpoint(method: str, segments: tuple[str, ...]) -> str:  # noqa: C901, PLR0911, PLR0912 -- a table of names
    match (method, *segments):
        case ("POST", "triggers", _):
            return "poll"
        case ("POST", "actions", _):
            return "action"
        case ("POST", "queries", _):
            return "query"
        case ("POST", "triggers" | "actions" | "queries", _, "fields", _, "options"):
            return "options"
        case ("POST", "triggers", _, "validate" | "fields", *_) if segments[-1] == "validate":
            return "validate"
        case ("DELETE", "triggers", _, "trigger_identity", _):
            return "identity"
        case ("GET", "status"):
            return "status"
        case ("POST", "test", "setup"):
            return "test_setup"
        case ("GET", "user", "info"):
            return "user_info"
        case ("GET" | "POST", "oauth", "authorize"):
            return "authorize"
        case ("POST", "oauth", "token"):
            return "token"
        case ("GET" | "POST", "oauth", "account"):
            return "account"
        case _:
            return OTHER
