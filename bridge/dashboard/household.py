"""People as their page shows them: each with their connections to IFTTT, and the browsers and tokens that there are.

Plain computation over what the desk says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.dashboard.ago import ago
from bridge.dashboard.local_time import at_ms
from bridge.dashboard.notices import sentence
from bridge.desk.rows import GrantRow, SignInRow, UserRow

_LOOKS: Final = {"connected": "good", "silent": "", "failing": "bad", "revoked": "bad"}
_WORDS: Final = {
    "connected": "Connected",
    "silent": "Silent",
    "failing": "Checks fail",
    "revoked": "Ended",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection to IFTTT. `grant` None: there is nothing left to end. `look`: how its badge looks.

    `pips`: for each failed check that would disable its Applets, whether it has come.
    """

    grant: str | None
    client: str
    state: str
    look: str
    facts: str
    failed: int
    of: int
    pips: tuple[bool, ...]
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `number` names them within the page; `me`: who looks."""

    number: int
    name: str
    home: str
    owner: bool
    me: bool
    connections: tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser. `this`: the one that looks."""

    id: str
    user: str
    browser: str
    facts: str
    this: bool


def people_of(
    users: Sequence[UserRow], grants: Iterable[GrantRow], homes: Mapping[str, str], *, me: str, now_ms: int
) -> list[Person]:
    """Return the people, with what each has. `homes`: what each is called; `me`: the name of who looks."""
    by_user: dict[str, list[Connection]] = {}
    for grant in grants:
        by_user.setdefault(grant.user, []).append(_connection(grant, now_ms))
    return [
        Person(
            number,
            user.name,
            homes.get(user.home, user.home) if len(homes) > 1 or user.home not in homes else "",
            user.owner,
            user.name == me,
            tuple(by_user.get(user.name, ())),
        )
        for number, user in enumerate(users)
    ]


def browsers_of(rows: Iterable[SignInRow], digest: str, *, now_ms: int) -> list[SignedIn]:
    """Return the browsers, this one first. `digest`: of its cookie."""
    found = [
        SignedIn(
            row.id,
            row.user,
            device_of(row.browser),
            f"signed in {since(row.since, now_ms)}, here last {since(row.seen, now_ms)}",
            digest.startswith(row.id),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: not each.this)


def since(at: str | None, now_ms: int) -> str:
    """Return how long ago a time was that the desk has told."""
    if at is None:
        return "never"
    return ago(at_ms(at), now_ms)


_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_DEVICES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def device_of(said: str) -> str:
    """Return what a browser is, by what it says: "Firefox on Linux", else its own words."""
    browser = next((name for sign, name in _BROWSERS if f"{sign}" in said), "")
    device = next((name for sign, name in _DEVICES if sign in said), "")
    if browser and device:
        return f"{browser} on {device}"
    return said or "A browser that does not say what it is"


def _connection(grant: GrantRow, now_ms: int) -> Connection:
    facts = ["ended, and IFTTT still asks"] if grant.since is None else [f"connected {since(grant.since, now_ms)}"]
    if grant.last_used is not None:
        facts.append(f"used last {since(grant.last_used, now_ms)}")
    passed = grant.last_check_passed
    facts.append("no check has passed yet" if passed is None else f"checked well {since(passed, now_ms)}")
    return Connection(
        grant.id,
        grant.client,
        _WORDS.get(grant.state, grant.state),
        _LOOKS.get(grant.state, ""),
        sentence(", ".join(facts)),
        grant.failed_checks,
        grant.of,
        tuple(number < grant.failed_checks for number in range(grant.of)),
        sentence(grant.reason),
        sentence(grant.advice),
    )
