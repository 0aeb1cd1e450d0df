"""Is the daemon alive, and which of its parts do not work, and why? Knows the parts only by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from aiohttp import web

from bridge.dashboard.plain import content, not_here, plain


@dataclass(frozen=True, slots=True)
class Health:
    """What is asked: `started` once everything was set up, and for each part why it does not work, "" if it does.

    `minor`: parts whose trouble is told, while the home works all the same: the bridge is ready without them.
    `notes`: what works, and should be known all the same.
    """

    started: Callable[[], bool]
    parts: Mapping[str, Callable[[], str]]
    minor: frozenset[str] = frozenset()
    notes: Callable[[], Sequence[str]] = tuple

    def report(self) -> dict[str, str]:
        """Return each part by name, and its trouble in a person's words."""
        return {name: trouble() for name, trouble in self.parts.items()}

    def summary(self) -> dict[str, object]:
        """Return whether all is well, each part, the causes of what is not, and notes where there are any."""
        report = self.report()
        causes = {name: trouble for name, trouble in report.items() if trouble}
        parts = {name: name not in causes for name in report}
        works = causes.keys() <= self.minor
        if works and not self.started():
            causes["bridge"] = "it is starting or stopping"
        summary = {"ready": works and self.started(), "parts": parts, "causes": causes}
        notes = self.notes()
        return summary | {"notes": notes} if notes else summary


async def answer_health(health: Health, request: web.BaseRequest) -> web.StreamResponse:
    """Answer `/livez` (the process is up) and `/readyz` (200, or 503 with each part named)."""
    if request.method not in {"GET", "HEAD"}:
        return not_here()
    match request.path:
        case "/livez":
            return plain("alive\n")
        case "/readyz":
            summary = health.summary()
            return content(msgspec.json.encode(summary), "application/json", 200 if summary["ready"] else 503)
        case _:
            return not_here()
