"""Is the clock right? IFTTT shows the times of events, and a clock that steps makes presses late."""

import ctypes
from typing import Final

from bridge.doctor.check import Check, ok, problem, warning

EARLIEST_MS: Final = 1_767_225_600_000
"""2026: a machine without a battery wakes up before it."""

STEP_MS: Final = 60_000
_UNSYNCHRONISED: Final = 0x0040
_CURE: Final = "let the machine keep time: timedatectl set-ntp true, or install systemd-timesyncd or chrony"


class _Timex(ctypes.Structure):
    """The beginning of `struct timex` of adjtimex(2), with room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 64),
    )


def synchronised() -> bool | None:
    """Ask the kernel whether somebody keeps its clock right; None if it does not say."""
    timex = _Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else not timex.status & _UNSYNCHRONISED


def check_clock(now_ms: int, *, kept: bool | None, newest_ms: int | None) -> Check:
    """Say whether the time can be right. `newest_ms`: when the newest event was recorded, by this same clock."""
    if now_ms < EARLIEST_MS:
        return problem("clock", "the clock is years behind", _CURE)
    if newest_ms is not None and newest_ms > now_ms + STEP_MS:
        ahead_s = (newest_ms - now_ms) // 1000
        cause = f"the clock has gone back: the newest event was recorded {ahead_s} s from now"
        return problem("clock", cause, _CURE)
    if kept is None:
        return warning("clock", "the kernel does not say whether the clock is kept right", "look with timedatectl")
    if not kept:
        return warning("clock", "nobody keeps the clock right: it is not synchronised", _CURE)
    return ok("clock", "synchronised")
