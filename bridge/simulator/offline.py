"""How a user stands with IFTTT: online, offline and mailed about it, or with every Applet disabled.

Plain decisions; time is an argument (seconds). Knows neither tokens nor HTTP.
"""

from dataclasses import dataclass, replace
from typing import Final

from bridge.simulator.schedule import DAY_S

WINDOW_S: Final = 14 * DAY_S
MOST_FAILED: Final = 15
"""So many failed checks within the window, and the user's Applets are disabled."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`mails`: how often the user was told to connect again. `failed_s`: when the checks within the window failed."""

    offline: bool = False
    mails: int = 0
    failed_s: tuple[float, ...] = ()
    disabled: bool = False


def without_token(standing: Standing) -> Standing:
    """The access token is dead and no other is to be had: the user goes offline, and is mailed about it once."""
    if standing.offline:
        return standing
    return replace(standing, offline=True, mails=standing.mails + 1)


def with_token(standing: Standing) -> Standing:
    """A token works: whoever was offline is back. What failed before still counts until it is old."""
    return replace(standing, offline=False)


def reconnected(standing: Standing) -> Standing:
    """The user has connected anew: a clean slate, though disabled Applets stay so until somebody enables them."""
    return Standing(mails=standing.mails)


def check_failed(standing: Standing, now_s: float) -> Standing:
    """A check of the user failed, for whatever reason."""
    failed = (*(at_s for at_s in standing.failed_s if now_s - at_s < WINDOW_S), now_s)
    return replace(standing, failed_s=failed, disabled=standing.disabled or len(failed) >= MOST_FAILED)


def in_trouble(standing: Standing, now_s: float) -> bool:
    """Tell whether the user is to be checked more often than usual: the last check failed, or there is no token."""
    return standing.offline or any(now_s - at_s < DAY_S for at_s in standing.failed_s)
