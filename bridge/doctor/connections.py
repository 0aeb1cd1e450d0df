"""Do IFTTT's checks of each connection pass? Judges what the desk says."""

from collections.abc import Iterable, Sequence

from bridge.desk.rows import GrantRow
from bridge.doctor.check import Check, ok, problem, warning
from bridge.oauth.connection import URGENT_AT, State

NAME = "connections"


def check_connections(grants: Sequence[GrantRow]) -> Iterable[Check]:
    """Say which connections need somebody, and how many do not."""
    connections = {(grant.user, grant.client): grant for grant in grants}.values()
    well = [connection for connection in connections if connection.state == State.CONNECTED]
    for connection in connections:
        if connection.state != State.CONNECTED:
            yield _trouble(connection)
    if well:
        yield ok(NAME, f"{len(well)} well: {', '.join(_who(connection) for connection in well)}")
    if not connections:
        yield ok(NAME, "nobody has connected the service at IFTTT yet")


def _trouble(connection: GrantRow) -> Check:
    who = _who(connection)
    if connection.state == State.SILENT:
        passed = connection.last_check_passed
        since = "since it was connected" if passed is None else f"since {passed}"
        return warning(NAME, f"{who} is silent: IFTTT has not checked it {since}", connection.advice)
    say = problem if connection.failed_checks >= URGENT_AT else warning
    failed = f"{connection.failed_checks} of {connection.of} checks failed"
    refused = "" if connection.refresh_refused is None else ", and it may not renew its token"
    return say(NAME, f"{who} is {connection.state}: {failed}{refused}: {connection.reason}", connection.advice)


def _who(connection: GrantRow) -> str:
    return f"{connection.user} to {connection.client}"
