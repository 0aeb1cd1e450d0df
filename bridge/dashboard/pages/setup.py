"""The set-up: from the broker to the first Applet, step by step, and what is to be typed into IFTTT's platform."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bridge.dashboard.frame import Frame
from bridge.dashboard.notices import sentence
from bridge.dashboard.page import Ask, Asked
from bridge.dashboard.setup_lines import SetUpLines
from bridge.dashboard.setup_steps import (
    REACHED,
    SCREENS,
    Applets,
    Configured,
    Facts,
    Looked,
    found_by_source,
    steps_of,
)
from bridge.dashboard.setup_ticks import Shown, Ticks
from bridge.dashboard.written import Written
from bridge.desk.requests import ListGrants, ListUsers
from bridge.desk.rows import GrantRow, UserRow
from bridge.errors import BadInput, NoSuchResource

if TYPE_CHECKING:
    from bridge.ifttt.sheet import Sheet

PLATFORM: Final = "platform"
SERVICE_KEY: Final = "service_key"


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is not at the desk. `secret` returns one by name, or raises NoSuchResource; `try_broker` returns why the
    broker does not take us, "" if it does; `look` tries the public address. `announced`: of each device that announced
    itself where, and whether it was accepted; not asked of the desk, which says all about each.
    """  # noqa: D205 -- one paragraph

    configured: Callable[[], Configured]
    broker_trouble: Callable[[], str]
    announced: Callable[[], Iterable[tuple[str, bool]]]
    sheet: Callable[[], "Sheet"]
    secret: Callable[[str], str]
    try_broker: Callable[[], Awaitable[str]]
    look: Callable[[], Awaitable[tuple[Looked, ...]]]
    applets: Callable[[], Awaitable[Applets]]
    lines: SetUpLines
    written: Written


class SetUpPage:
    """Shows how far it is, and does what can be done here."""

    def __init__(self, frame: Frame, ask: Ask, wiring: Wiring, ticks: Ticks, shown: Shown) -> None:
        self._frame = frame
        self._ask = ask
        self._wiring = wiring
        self._ticks = ticks
        self._shown = shown
        self._looked: tuple[Looked, ...] = ()

    async def show(self, asked: Asked) -> web.StreamResponse:
        """Show all steps, or one screen of the platform."""
        match asked.path:
            case ():
                return await self._show_steps(asked)
            case ("platform", name) if name in SCREENS:
                return await self._show_screen(asked, name)
            case _:
                raise NoSuchResource("There is no such page.")

    async def take(self, asked: Asked, fields: Mapping[str, str]) -> str:
        """Do what a form asks for."""
        decision, _, about = fields.get("decision", "").partition(" ")
        match decision:
            case "broker":
                return await self._try_broker()
            case "address":
                return await self._look()
            case "read":
                self._wiring.written.read_again()
                return "The configuration is being read again. What comes of it stands here in a moment."
            case "tick" | "untick":
                return await self._tick(about, ticked=decision == "tick")
            case "show":
                self._wiring.secret(about)
                self._shown.show(asked.visit.cookie, about)
                return "It is shown below for a minute."
            case _:
                raise NoSuchResource("There is no such thing to do.")

    async def _show_steps(self, asked: Asked) -> web.StreamResponse:
        facts = await self._facts()
        return await self._frame.page(
            asked,
            "setup",
            title="Set-up",
            facts=facts,
            steps=steps_of(facts),
            screens=await self._screens(facts.ticks),
            lines=self._wiring.lines,
            file=self._wiring.written.file,
            outcome=self._wiring.written.outcome(),
        )

    async def _show_screen(self, asked: Asked, name: str) -> web.StreamResponse:
        from bridge.dashboard.setup_screens import screen_of, title_of  # noqa: PLC0415 -- only where somebody looks

        sheet, ticks = self._wiring.sheet(), await self._ticks.all()
        screen = screen_of(sheet, name)
        return await self._frame.page(
            asked,
            "setup_screen",
            title=screen.title,
            here="setup",
            screen=screen,
            service=sheet.service,
            configured=self._wiring.configured(),
            ticks=ticks,
            secrets=self._secrets_shown(asked, sheet),
            lines=self._wiring.lines,
            file=self._wiring.written.file,
            title_of=title_of,
        )

    async def _facts(self) -> Facts:
        users = await self._ask(ListUsers(), list[UserRow])
        grants = await self._ask(ListGrants(None), list[GrantRow])
        return Facts(
            self._wiring.configured(),
            self._wiring.broker_trouble(),
            found_by_source(self._wiring.announced()),
            tuple(user.name for user in users),
            tuple(dict.fromkeys(grant.user for grant in grants if grant.id is not None)),
            await self._wiring.applets(),
            await self._ticks.all(),
            self._looked,
        )

    async def _screens(self, ticks: frozenset[str]) -> Sequence[tuple[str, str, bool]]:
        """Return each screen: its name, its title, and whether it is filled in."""
        from bridge.dashboard.setup_screens import title_of  # noqa: PLC0415 -- only where somebody looks

        return [(name, title_of(name), name in ticks) for name in SCREENS]

    def _secrets_shown(self, asked: Asked, sheet: "Sheet") -> dict[str, str]:
        """Return those secrets, by name, that somebody asked for within the last minute."""
        accounts = () if sheet.service is None else sheet.service.accounts
        names = [
            SERVICE_KEY,
            *(f"{kind}.{one.client_id}" for one in accounts for kind in ("client_secret", SERVICE_KEY)),
        ]
        shown = [name for name in names if self._shown.is_shown(asked.visit.cookie, name)]
        return {name: self._wiring.secret(name) for name in shown}

    async def _try_broker(self) -> str:
        trouble = await self._wiring.try_broker()
        if trouble:
            raise BadInput(f"That does not work: {sentence(trouble)}")
        return "The broker answers, and takes the bridge in."

    async def _look(self) -> str:
        configured = self._wiring.configured()
        self._looked = await self._wiring.look()
        problems = [one for one in self._looked if one.verdict == "problem"]
        if problems or not configured.url:
            raise BadInput("The public address does not lead here yet. What was found stands below.")
        await self._ticks.put([f"{REACHED}:{configured.url}"], ticked=True)
        return "A request to the public address came back here, and the service key is right."

    async def _tick(self, name: str, *, ticked: bool) -> str:
        """Tick a screen with all that is on it, or one form; a screen is done with its last form."""
        from bridge.dashboard.setup_screens import items_of, title_of  # noqa: PLC0415 -- only where somebody looks

        screen, _, form = name.partition(".")
        items = items_of(self._wiring.sheet(), screen) if screen in SCREENS else []
        if screen not in SCREENS or (form and name not in items):
            raise NoSuchResource("There is no such thing to tick.")
        changed = [name] if form else [screen, *items]
        if form and (not ticked or await self._ticks.all() | {name} >= set(items)):
            changed.append(screen)
        await self._ticks.put(changed, ticked=ticked)
        return f"{title_of(screen)}: {'noted as typed in' if ticked else 'noted as not typed in'}."
