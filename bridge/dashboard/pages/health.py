"""Is all well, how fast is it, what was held back; the doctor and IFTTT's tests on a button; a file for who helps."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from aiohttp import web

from bridge.dashboard.errand import Course, Errand
from bridge.dashboard.frame import Frame
from bridge.dashboard.lag_history import LagHistory
from bridge.dashboard.measured import long_time
from bridge.dashboard.page import Asked
from bridge.dashboard.plain import content
from bridge.dashboard.standing import Sources
from bridge.errors import NoSuchResource

if TYPE_CHECKING:
    from bridge.dashboard.lag_plot import LagPlot

PLOTS: Final = (
    ("disk", "From the wire to the disk", "From reading a message off the wire until its event is safe on disk."),
    ("told", "From the disk to IFTTT", "From then until IFTTT has taken note of it."),
    (
        "polled",
        "From told to asked",
        "From then until IFTTT asks for the event. This is IFTTT's own time.",
    ),
)
WAYS: Final = frozenset({"here", "public"})
FILE: Final = "ifttt-bridge-diagnosis.json"


class WriteDiagnosis(Protocol):
    """Writes the file."""

    def __call__(self, *, names: bool) -> Awaitable[bytes]:
        """Return it, with the names of devices in it or without."""
        ...


@dataclass(frozen=True, slots=True)
class HealthPage:
    """Shows it all. `doctor` looks at everything, `rehearsal` is IFTTT's tests; `clock_ms` gives epoch milliseconds."""

    frame: Frame
    sources: Sources
    lags: LagHistory
    doctor: Errand[Any]
    rehearsal: Errand[Any]
    diagnosis: WriteDiagnosis
    clock_ms: Callable[[], int]

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show it, or hand the file over."""
        match asked.path:
            case ():
                return await self._page(asked)
            case ("diagnosis",):
                return _as_file(await self.diagnosis(names=asked.query.get("names") == "yes"))
            case _:
                raise NoSuchResource("there is no such page")

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:  # noqa: ARG002 -- the form says it all
        """Begin what takes a while."""
        match fields.get("decision"):
            case "examine":
                self.doctor.begin()
                return "Looking at everything. What is found appears below as it comes."
            case "rehearse" if fields.get("way") in WAYS:
                self.rehearsal.begin(fields["way"])
                return "IFTTT's tests have begun. What they find appears below as it comes."
            case _:
                raise NoSuchResource("There is no such thing to do.")

    async def _page(self, asked: Asked) -> web.StreamResponse:
        from bridge.dashboard.held_back import held_back  # noqa: PLC0415 -- most of the time nobody looks

        sources, now_ms = self.sources, self.clock_ms()
        parts = sources.parts()
        return await self.frame.page(
            asked,
            "health",
            title="Health",
            parts=[part for part in parts if part.trouble],
            notes=sources.notes(),
            tiles=sources.tiles(parts),
            plots=await asyncio.to_thread(self._plots),
            held=held_back(sources.readings, sources.refused_sign_ins()),
            misunderstood=sources.misunderstood_now(now_ms),
            doctor=self.doctor.course,
            rehearsal=self.rehearsal.course,
            public_url=sources.public_url(),
            ago=lambda course: _ago(course, now_ms),
        )

    def _plots(self) -> "list[tuple[str, str, LagPlot]]":
        """Draw them: some milliseconds of work, in which events come in."""
        from bridge.dashboard.lag_plot import lag_plot  # noqa: PLC0415 -- most of the time nobody looks

        return [(title, what, lag_plot(self.lags.of(name))) for name, title, what in PLOTS]


def _ago(course: Course[Any], now_ms: int) -> str:
    return long_time((now_ms - (course.ended_ms or now_ms)) / 1000)


def _as_file(written: bytes) -> web.Response:
    return content(written, "application/json", **{"Content-Disposition": f'attachment; filename="{FILE}"'})
