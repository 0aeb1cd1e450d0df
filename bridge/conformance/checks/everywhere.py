"""What holds for every answer, whichever test asked for it: kept while the others run, told at the end."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bridge.conformance.answer import MOST_TOLD, Answer, Asked, printable
from bridge.conformance.finding import Result, Severity, Unmet, Verdict, verdict_of

JSON_TYPE: Final = "application/json"
KNOWN: Final = frozenset({200, 400, 401, 404})
QUICK_S: Final = 2.0
QUICK_ORDER_S: Final = 8.0
"""Actions and queries may take longer, for they may have to ask a device."""
_TRACE: Final = re.compile(
    r"Traceback \(most recent|File \"[^\"]+\", line \d|^\s*at .+:\d+|\.(?:py|js|rb|java|php|cs|go):\d+|node_modules|"
    r"stack ?trace|/usr/(?:lib|local|src)|/home/",
    re.IGNORECASE | re.MULTILINE,
)
_HOST: Final = re.compile(
    r"\blocalhost\b|\b127\.0\.0\.1\b|\b10\.\d+\.\d+\.\d+\b|\b192\.168\.\d+\.\d+\b|\b[\w-]+\.(?:local|internal|lan)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that every answer keeps. `broken` says in words how an answer breaks it, "" if it does not."""

    name: str
    expected: str
    broken: Callable[[Asked, Answer], str]
    severity: Severity = Severity.REQUIRED


@dataclass(slots=True)
class _Kept:
    times: int = 0
    asked: str = ""
    got: str = ""


class Everywhere:
    """Watches all answers. Remembers of each rule how often it was broken, and the first time."""

    def __init__(self) -> None:
        self._kept = {rule.name: _Kept() for rule in RULES}
        self._answers = 0

    def watch(self, asked: Asked, answer: Answer) -> None:
        """Look at an answer."""
        if answer.status is None:
            return
        self._answers += 1
        for rule in RULES:
            reason = rule.broken(asked, answer)
            if reason:
                kept = self._kept[rule.name]
                kept.times += 1
                if kept.times == 1:
                    kept.asked, kept.got = str(asked), reason

    def results(self) -> list[Result]:
        """Return a result for each rule."""
        return [self._result(rule, self._kept[rule.name]) for rule in RULES]

    def _result(self, rule: Rule, kept: _Kept) -> Result:
        if not self._answers:
            verdict, got = Verdict.SKIPPED, "no answer came"
        elif kept.times:
            verdict, got = verdict_of(rule.severity), f"{kept.got} ({kept.times} of {self._answers} answers)"
        else:
            verdict, got = Verdict.PASS, f"{self._answers} answers"
        told = (printable(kept.asked, MOST_TOLD), rule.expected, printable(got, MOST_TOLD))
        return Result(rule.name, "", verdict, rule.severity, *told, 0.0)


def is_endpoint(asked: Asked) -> bool:
    """Tell whether a request is for one of the documented endpoints, other than the one that needs no body."""
    return asked.path.split("/", 1)[0] in {"test", "user", "triggers", "actions", "queries"}


def _content_type(asked: Asked, answer: Answer) -> str:
    if not is_endpoint(asked) or _redirects(answer):
        return ""
    given = answer.headers.get("content-type", "")
    kind, _, parameters = given.lower().partition(";")
    right = kind.strip() == JSON_TYPE and re.fullmatch(r'\s*charset="?utf-8"?\s*', parameters) is not None
    return "" if right else f"{answer.status} with {given or 'no content type'}"


def _errors(asked: Asked, answer: Answer) -> str:
    if not is_endpoint(asked) or answer.status is None or answer.status < 400:  # noqa: PLR2004 -- errors begin here
        return ""
    try:
        errors = answer.object().get("errors")
    except Unmet as unmet:
        return str(unmet)
    good = isinstance(errors, list) and errors != [] and all(_is_error(one) for one in errors)
    return "" if good else str(answer)


def _is_error(one: object) -> bool:
    return isinstance(one, dict) and isinstance(one.get("message"), str) and one["message"] != ""


def _status(_asked: Asked, answer: Answer) -> str:
    return "" if answer.status in KNOWN or _redirects(answer) else str(answer)


def _redirect(_asked: Asked, answer: Answer) -> str:
    return str(answer) if _redirects(answer) else ""


def _redirects(answer: Answer) -> bool:
    return answer.status is not None and 300 <= answer.status < 400  # noqa: PLR2004 -- the redirections


def _html(_asked: Asked, answer: Answer) -> str:
    start = answer.body[:256].lstrip().lower()
    return str(answer) if start.startswith((b"<!doctype html", b"<html")) else ""


def _talks(_asked: Asked, answer: Answer) -> str:
    if answer.status is None or answer.status < 400:  # noqa: PLR2004 -- errors begin here
        return ""
    text = answer.body.decode(errors="replace").replace("\\n", "\n")
    found = _TRACE.search(text) or _HOST.search(text)
    return str(answer) if found else ""


def _repeats(asked: Asked, answer: Answer) -> str:
    token = asked.headers.get("Authorization", "").removeprefix("Bearer").strip()
    secrets = [token, asked.headers.get("IFTTT-Service-Key", ""), asked.headers.get("IFTTT-Channel-Key", "")]
    for secret in secrets:
        if len(secret) >= 12 and secret.encode() in answer.body:  # noqa: PLR2004 -- a short one may be a word of its own
            return f"{answer.status} with the secret that was presented in it"
    return ""


def _slow(asked: Asked, answer: Answer) -> str:
    limit_s = QUICK_ORDER_S if asked.path.split("/", 1)[0] in {"actions", "queries"} else QUICK_S
    return f"after {answer.took_s:.1f} s" if answer.took_s > limit_s else ""


def _cookie(_asked: Asked, answer: Answer) -> str:
    return "a cookie" if "set-cookie" in answer.headers else ""


RULES: Final = (
    Rule("http.content_type", "`application/json; charset=utf-8` always, on errors and DELETE too", _content_type),
    Rule("http.errors", "`errors`, a list of objects with a `message`, on every error", _errors),
    Rule("http.statuses", "200, 400, 401 and 404 alone: no 403, no 415, no 5xx", _status),
    Rule("http.redirects", "no redirect", _redirect),
    Rule("http.html", "no HTML", _html),
    Rule("http.error_texts", "no stack trace, no path and no host name in an error", _talks),
    Rule("http.secrets", "no answer repeats the token or the service key", _repeats),
    Rule("http.quick", f"an answer within {QUICK_S:.0f} s, of actions and queries within {QUICK_ORDER_S:.0f} s", _slow,
         Severity.ADVICE),
    Rule("http.cookies", "no cookie", _cookie, Severity.ADVICE),
)  # fmt: skip
