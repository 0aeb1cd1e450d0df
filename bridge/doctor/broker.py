"""Does the broker answer, and what does it withhold? Judges what the daemon says, else what a try of our own gave."""

from collections.abc import Callable, Iterable
from typing import Final

from bridge.desk.rows import Condition
from bridge.doctor.check import Check, ok, problem, warning

_CREDENTIALS: Final = (
    "correct username and password in [mqtt], or set them at the broker: mosquitto_passwd /etc/mosquitto/passwords USER"
)
_STANDS: Final = (
    "look whether the broker and its machine run or stand still, and whether a firewall lies between; restarting the "
    "broker helps if it hangs"
)
_CURES: Final = (
    (("let the user", "lets nobody in"), _CREDENTIALS),
    (("nothing listens",), "start the broker (systemctl status mosquitto), or correct url in [mqtt]"),
    (("does not answer", "fallen silent", ": trying"), _STANDS),
    (("still coming in",), "wait: a long absence takes a while"),
)
_OTHERWISE: Final = "look into the log of the broker: journalctl -u mosquitto"


def check_broker(address: str, condition: Condition | None, attempt: Callable[[], str] | None) -> Iterable[Check]:
    """Say how the broker is. `attempt` tries to connect and returns the trouble; None where that makes no sense."""
    trouble = None if condition is None else condition.parts.get("broker", "")
    if condition is not None and trouble == "":
        yield ok("broker", f"the daemon is connected to {condition.broker}")
    elif attempt is None:
        yield _judged(trouble or "", address, "it runs inside the daemon, and only with it")
    else:
        found = attempt()
        yield _judged(found or trouble or "", address, f"{address} answers, and takes the credentials")
    for limit in () if condition is None else condition.limits:
        yield warning("broker", limit, "see config/README.md, The broker")


def cause_and_cure(trouble: str) -> tuple[str, str]:
    """Part a trouble, as bridge/mqtt/reasons.py tells it, from its advice; for the commonest there is more to say."""
    cause, _, advice = trouble.partition("; ")
    known = next((cure for signs, cure in _CURES if any(sign in cause for sign in signs)), "")
    return cause, known or advice or _OTHERWISE


def _judged(trouble: str, address: str, well: str) -> Check:
    if not trouble:
        return ok("broker", well)
    cause, cure = cause_and_cure(trouble)
    return problem("broker", cause if address in cause else f"no connection to {address}: {cause}", cure)
