"""Does the broker answer, and what does it withhold? Judges what the daemon says, else what a try of our own gave."""

from collections.abc import Callable, Iterable
from typing import Final

from bridge.desk.requests import Condition
from bridge.doctor.check import Check, ok, problem, warning

_CREDENTIALS: Final = (
    "correct username and password in [mqtt], or set them at the broker: mosquitto_passwd /etc/mosquitto/passwords USER"
)
_STANDS: Final = (
    "look whether the broker and its machine run or stand still, and whether a firewall lies between; restarting the "
    "broker helps if it hangs"
)
_CURES: Final = (
    (("not authori", "bad user name", "password", "identifier"), _CREDENTIALS),
    (("certificate", "ssl", "tls"), "check which authority signed the broker's certificate, and for which name"),
    (("refused",), "start the broker (systemctl status mosquitto), or correct url in [mqtt]"),
    (("name or service", "name resolution", "nodename", "no address"), "correct the name in url of [mqtt]"),
    (("timed out", "not answer", "trying", "keep alive", "unreachable", "no route"), _STANDS),
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


def cure_of(trouble: str) -> str:
    """Return what helps against a trouble, by the words that brokers, libraries and systems use."""
    words = trouble.casefold()
    return next((cure for signs, cure in _CURES if any(sign in words for sign in signs)), _OTHERWISE)


def _judged(trouble: str, address: str, well: str) -> Check:
    if not trouble:
        return ok("broker", well)
    cause = trouble if address in trouble else f"no connection to {address}: {trouble}"
    return problem("broker", cause, cure_of(trouble))
