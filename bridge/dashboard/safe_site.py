"""The private listener while the configuration is wrong: one page, which says what is wrong and where.

Nobody can sign in here, for there is no database: so only this very machine is answered, and by its own names, for a
page elsewhere may have let its name point to it. Changes nothing and knows no settings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from bridge import __version__
from bridge.dashboard.faults import faults_in
from bridge.dashboard.frame import Frame
from bridge.dashboard.health import Health, answer_health
from bridge.dashboard.live import Live
from bridge.dashboard.notices import Notices
from bridge.dashboard.owners import Visit
from bridge.dashboard.plain import not_here, not_so, plain
from bridge.dashboard.whereabouts import host_name, is_by_proxy, is_here
from bridge.desk.news import News
from bridge.web.bugs import Bugs
from bridge.web.pages import send_to

OWN_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_NOBODY: Final = Visit("", None)
_STRANGER: Final = (
    "The configuration of this bridge is wrong. What is wrong is told on the machine itself, at http://localhost, "
    "and in the log.\n"
)


@dataclass(slots=True)
class Trouble:
    """What is wrong just now, as lines for a person. `news` is woken when that changes."""

    lines: Sequence[str]
    news: News

    def now(self, lines: Sequence[str]) -> None:
        """Take note of what is wrong by now."""
        self.lines = tuple(lines)
        self.news.wake()


class SafeSite:
    """Answers requests. `file`: the configuration; `stand_in` makes up a service key for a first one."""

    def __init__(self, trouble: Trouble, file: Path, stand_in: Callable[[], str]) -> None:
        self._trouble = trouble
        self._file = file
        self._stand_in = stand_in()
        self._frame = Frame(Notices(), lambda _visit: "", lambda: 0, __version__)
        self._live = Live(trouble.news.next, lambda: trouble.news.over)
        self._bugs = Bugs("bridge.dashboard")
        self._health = Health(lambda: False, {"configuration": lambda: "; ".join(trouble.lines)})

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, whatever it is."""
        try:
            return await self._answer(request)
        except (ConnectionError, TimeoutError):
            raise  # the other side has gone: there is nobody to answer
        except Exception as error:  # noqa: BLE001 -- the edge of one request
            self._bugs.note("dashboard.failed", error, method=request.method, page="safe mode")
            return plain("Something went wrong here. The log of the bridge says what.\n", 500)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method not in {"GET", "HEAD"}:
            return not_so("GET", "HEAD")
        if request.path == "/livez":
            return await answer_health(self._health, request)
        if not is_from_here(request):
            return plain(_STRANGER, 403)
        return await self._for_owner(request)

    async def _for_owner(self, request: web.BaseRequest) -> web.StreamResponse:
        match [part for part in request.path.split("/") if part]:
            case []:
                return await self._page()
            case ["assets", name]:
                return await self._frame.asset(name) or not_here()
            case ["live"]:
                return await self._live.stream(request, _is_in)
            case ["readyz"]:
                return await answer_health(self._health, request)
            case _:  # a page that will be there again
                return send_to("/")

    async def _page(self) -> web.Response:
        is_first = _is_empty(self._file)
        return await self._frame.bare(
            _NOBODY,
            "safe_mode",
            title="Welcome" if is_first else "The configuration is wrong",
            faults=faults_in(self._trouble.lines),
            file=str(self._file),
            is_first=is_first,
            key=self._stand_in,
            database=database_beside(self._file),
        )


async def _is_in() -> bool:
    return True  # nobody signs in here


def _is_empty(file: Path) -> bool:
    """Tell whether nobody has written anything yet: the file is not there, or has been made for its mode alone."""
    try:
        return file.stat().st_size == 0
    except FileNotFoundError:
        return True
    except OSError:
        return False


def database_beside(file: Path) -> str:
    """Return where a database may be that belongs to a configuration of somebody's own; "": where it is by itself."""
    return "" if file.is_relative_to("/etc") else str(file.parent / "data" / "bridge.db")


def is_from_here(request: web.BaseRequest) -> bool:
    """Tell whether a browser of this machine asks, under one of its own names, and no proxy for somebody else."""
    return is_here(request) and host_name(request) in OWN_NAMES and not is_by_proxy(request)
