"""Does the daemon run, and which of its parts do not work? Judges what it says of itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.desk.rows import Condition
from bridge.doctor.check import Check, ok, problem, warning

KNOWN_ELSEWHERE = frozenset({"broker", "storage"})
"""Parts that have a check of their own."""

CONFIGURATION = "configuration"

_CURES = {
    CONFIGURATION: "put the file back as it was, or correct the configuration; until then do not restart the daemon",
    "copies": "make room, or give it another folder: [storage] copies_folder; the log says more",
    "storage": "make room on the disk, or repair it; the bridge tries again by itself, and nothing is lost meanwhile",
    "realtime": "see the check of the service key; what is owed is told as soon as IFTTT takes it",
}


@dataclass(frozen=True, slots=True)
class Daemon:
    """What was found at the control socket: a condition, or why there is none. `held`: somebody holds the database.

    `out_of_reach`: why nobody could look.
    """

    condition: Condition | None
    trouble: str = ""
    held: bool = False
    out_of_reach: str = ""


def check_daemon(daemon: Daemon, *, version: str) -> Check:
    """Say whether a daemon runs."""
    condition = daemon.condition
    if daemon.out_of_reach:
        return warning("daemon", f"nobody could look: {daemon.out_of_reach}", "run this as that user, or as root")
    if condition is None and daemon.trouble:
        return problem("daemon", daemon.trouble, "look into its log: journalctl -u ifttt-bridge; then restart it")
    if condition is None and daemon.held:
        return problem(
            "daemon",
            "a program holds the database, but nobody listens at the control socket",
            "if it is starting or stopping, wait; else look into its log: journalctl -u ifttt-bridge",
        )
    if condition is None:
        return warning("daemon", "it is not running", "start it: systemctl start ifttt-bridge")
    facts = f"version {condition.version}, running since {condition.since} as process {condition.pid}"
    if condition.version != version:
        return warning("daemon", f"{facts}; installed is {version}", "restart it: systemctl restart ifttt-bridge")
    return ok("daemon", facts)


def check_parts(condition: Condition | None, *, refused: bool = False) -> Iterable[Check]:
    """Say which other parts of a running daemon do not work. `refused`: the files were told of already."""
    for name, trouble in ({} if condition is None else condition.parts).items():
        if name in KNOWN_ELSEWHERE or (name == CONFIGURATION and (refused or not trouble)):
            continue
        if trouble:
            yield problem(name, trouble, cure_of_part(name))
        else:
            yield ok(name, "works")


def cure_of_part(name: str) -> str:
    """Return what helps a part that does not work."""
    return _CURES.get(name, "look into the log: journalctl -u ifttt-bridge")
