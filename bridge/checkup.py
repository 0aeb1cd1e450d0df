"""What the page of health stands on: how everything is, how long things took, the doctor, IFTTT's tests, the diagnosis.

Puts it together; what of it goes on by itself runs as long as the daemon is ready.
"""

import asyncio
import platform
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge import __version__
from bridge.assembly import Parts
from bridge.dashboard.errand import Errand
from bridge.dashboard.exposition import Family
from bridge.dashboard.health import Health
from bridge.dashboard.lag_history import LagHistory
from bridge.dashboard.readings import Readings
from bridge.dashboard.standing import Sources
from bridge.desk.desk import Desk
from bridge.examination import Examination, cause_and_cure_of
from bridge.ground import Ground
from bridge.rehearsal import Rehearsal
from bridge.settings import Settings

if TYPE_CHECKING:
    from bridge.conformance.finding import Result
    from bridge.dashboard.pages.health import WriteDiagnosis
    from bridge.doctor.check import Check

LOOK_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Checkup:
    """What there is. `wake` says to open pages that something has changed."""

    sources: Sources
    lags: LagHistory
    doctor: "Errand[Check]"
    rehearsal: "Errand[Result]"
    diagnosis: "WriteDiagnosis"
    wake: Callable[[], None]

    def tasks(self) -> dict[str, Coroutine[None, None, None]]:
        """Return what goes on by itself."""
        return {
            "lag history": self.lags.run(),
            "doctor": self.doctor.run(),
            "rehearsal": self.rehearsal.run(),
            "health watch": self._watch(),
        }

    async def _watch(self) -> None:
        """Tell open pages when a part fails or works again."""
        before = self.sources.health.report()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now = self.sources.health.report()
            if now != before:
                before = now
                self.wake()


def build_checkup(
    ground: Ground, parts: Parts, desk: Desk, health: Health, families: Sequence[Family], *, broker: str, here: str
) -> Checkup:
    """Put it together. `broker`: its address; `here`: where our own public listener is."""
    lags, wake, clock_ms = parts.metered.meters.lags, parts.news.wake, ground.clock_ms

    def settings() -> Settings:
        return ground.current.now.settings

    sources = Sources(
        health,
        Readings(families),
        cause_and_cure_of,
        broker,
        lambda: parts.connection.lasts_s,
        lambda: parts.connection.limits,
        lambda: settings().public.url,
        parts.inbound.heard.troubles,
        lambda: parts.reception.sign_in.refused,
        __version__,
        platform.python_version(),
    )

    async def write_diagnosis(*, names: bool) -> bytes:
        from bridge.diagnosis import Diagnosis  # noqa: PLC0415 -- hardly ever needed

        return await Diagnosis(desk, sources, families, settings, clock_ms)(names=names)

    history = {"disk": lags.wire_to_disk, "told": lags.disk_to_told, "polled": lags.told_to_polled}
    examination, rehearsal = Examination(desk, settings, clock_ms), Rehearsal(settings, here)
    return Checkup(
        sources,
        LagHistory(history),
        Errand("the look at everything", examination, keeps=lambda _check: True, clock_ms=clock_ms, wake=wake),
        Errand("the test", rehearsal, keeps=lambda result: result.verdict != "pass", clock_ms=clock_ms, wake=wake),
        write_diagnosis,
        wake,
    )
