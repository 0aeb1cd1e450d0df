"""What the doctor says of one thing. Plain values."""

from typing import Literal

import msgspec

Verdict = Literal["ok", "warning", "problem"]


class Check(msgspec.Struct, frozen=True):
    """One thing looked at: how it is or what is wrong with it, and what helps, "" where nothing needs to."""

    name: str
    verdict: Verdict
    cause: str
    cure: str = ""


def ok(name: str, cause: str) -> Check:
    """Say that a thing is well."""
    return Check(name, "ok", cause)


def warning(name: str, cause: str, cure: str) -> Check:
    """Say that a thing may be wrong, or could not be looked at."""
    return Check(name, "warning", cause, cure)


def problem(name: str, cause: str, cure: str) -> Check:
    """Say that a thing is wrong."""
    return Check(name, "problem", cause, cure)
