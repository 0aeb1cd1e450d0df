"""Builds the private side: what owners see, and what machines of the home read."""

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, cast

import structlog

from bridge import __version__
from bridge.assembly import Parts
from bridge.checkup import Checkup
from bridge.configured import homes_of
from bridge.dashboard.entrance import Entrance
from bridge.dashboard.exposition import Family
from bridge.dashboard.frame import Frame
from bridge.dashboard.later import Later
from bridge.dashboard.live import Live
from bridge.dashboard.notices import Notices
from bridge.dashboard.owners import FORM_LIFE_S, Owners
from bridge.dashboard.page import Ask, Page
from bridge.dashboard.setup_code import SetupCode
from bridge.dashboard.site import PrivateSite
from bridge.dashboard.written import Written
from bridge.desk.desk import Desk
from bridge.desk.requests import AnyRequest
from bridge.desk.rows import SetupCodeRow
from bridge.devices.entity import Entity
from bridge.ground import Ground
from bridge.homes.user import Home
from bridge.oauth.forms import FormTokens
from bridge.oauth.seals import KEY_BYTES
from bridge.web.bugs import Bugs

T = TypeVar("T")

log = structlog.get_logger("bridge.dashboard")


@dataclass(frozen=True, slots=True)
class FirstOwner:
    """How somebody becomes the first owner. `address`: where the private pages are, once it is known."""

    ground: Ground
    code: SetupCode
    address: Callable[[], str]

    async def row(self) -> SetupCodeRow:
        """Return the code, as the command line prints it."""
        there = await self.ground.registers.accounts.owners()
        return SetupCodeRow("" if there else self.code.text, self.address())

    async def tell(self) -> None:
        """Print the code into the log where there is no owner: only who runs the bridge reads that."""
        row = await self.row()
        if row.code:
            log.warning("dashboard.setup_code", code=row.code, address=row.address, note="it makes the first owner")


def build_private_site(
    ground: Ground,
    parts: Parts,
    desk: Desk,
    checkup: Checkup,
    families: Sequence[Family],
    first: FirstOwner,
    written: Written,
) -> PrivateSite:
    """Put it together. `written`: the configuration as people see it."""
    health, registers, owners = checkup.sources.health, ground.registers, _owners(ground, parts)
    notices = Notices()
    frame = Frame(notices, owners.form_token, lambda: sum(map(bool, health.report().values())), __version__)

    def homes() -> list[Home]:
        return homes_of(ground.current.now.settings)

    async def first_home() -> str:
        await registers.accounts.keep_homes(homes())
        return homes()[0].id

    entrance = Entrance(owners, registers.accounts, first.code, frame, ground.hasher.hash, first_home, ground.clock_ms)

    async def ask(request: AnyRequest, kind: type[T]) -> T:  # noqa: ARG001 -- what type checkers go by
        return cast("T", await desk.ask(request))

    return PrivateSite(
        health,
        families,
        lambda: ground.current.now.settings.private.trusted,
        owners,
        entrance,
        frame,
        notices,
        Live(parts.news.next, lambda: parts.news.over),
        {
            **_pages_about_devices(ground, parts, frame, ask),
            **_pages_about_events(ground, frame, ask),
            **_pages_about_the_bridge(ground, checkup, frame, ask, homes),
            "setup": Later(partial(_set_up, ground, parts, frame, ask, written)),
        },
        Bugs("bridge.dashboard"),
    )


def _owners(ground: Ground, parts: Parts) -> Owners:
    registers, reception = ground.registers, parts.reception
    return Owners(
        registers.accounts,
        registers.sign_ins,
        FormTokens(secrets.token_bytes(KEY_BYTES), time.monotonic, life_s=FORM_LIFE_S),
        reception.browsers,
        reception.sign_in,
        reception.sessions,
        parts.entrance.now,
    )


def _pages_about_devices(ground: Ground, parts: Parts, frame: Frame, ask: Ask) -> dict[str, Page]:
    def home() -> Page:
        from bridge.dashboard.pages.home import HomePage  # noqa: PLC0415 -- see Later

        return HomePage(frame, ask)

    def device() -> Page:
        from bridge.dashboard.pages.device import DevicePage  # noqa: PLC0415 -- see Later
        from bridge.dashboard.trying import Trying  # noqa: PLC0415 -- the same
        from bridge.lookups import CarryOut  # noqa: PLC0415 -- the same

        return DevicePage(frame, ask, Trying(CarryOut(parts.outbound, ground.current), parts.outbound.confirmed))

    return {"home": Later(home), "device": Later(device)}


def _pages_about_events(ground: Ground, frame: Frame, ask: Ask) -> dict[str, Page]:
    def things() -> Iterable[Entity]:
        return ground.current.now.catalogue

    def timeline() -> Page:
        from bridge.dashboard.pages.timeline import TimelinePage  # noqa: PLC0415 -- see Later

        return TimelinePage(frame, ask, ground.clock_ms, things)

    def applets() -> Page:
        from bridge.dashboard.pages.applets import AppletsPage  # noqa: PLC0415 -- see Later

        return AppletsPage(frame, ask, ground.clock_ms)

    def applet() -> Page:
        from bridge.dashboard.pages.applets import AppletPage  # noqa: PLC0415 -- see Later

        return AppletPage(frame, ask, ground.clock_ms, things)

    return {"timeline": Later(timeline), "applets": Later(applets), "applet": Later(applet)}


def _pages_about_the_bridge(
    ground: Ground, checkup: Checkup, frame: Frame, ask: Ask, homes: Callable[[], list[Home]]
) -> dict[str, Page]:
    def health() -> Page:
        from bridge.dashboard.pages.health import HealthPage  # noqa: PLC0415 -- see Later

        return HealthPage(
            frame,
            checkup.sources,
            checkup.lags,
            checkup.doctor,
            checkup.rehearsal,
            checkup.diagnosis,
            ground.clock_ms,
        )

    def people() -> Page:
        from bridge.dashboard.pages.people import PeoplePage  # noqa: PLC0415 -- see Later

        return PeoplePage(frame, ask, ground.hasher.hash, homes, ground.clock_ms)

    return {"health": Later(health), "people": Later(people)}


def _set_up(ground: Ground, parts: Parts, frame: Frame, ask: Ask, written: Written) -> Page:
    from bridge.setting_up import build_set_up  # noqa: PLC0415 -- see Later

    return build_set_up(ground, parts, frame, ask, written)
