"""What somebody says is done where nothing can be known, and secrets that somebody asked to see for a moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from bridge.errors import BadInput

MOST: Final = 200
"""More than there are forms. A service that is renamed often leaves ticks behind."""

LONGEST: Final = 400
SHOWN_FOR_S: Final = 60.0
MOST_SHOWN: Final = 16


class Texts(Protocol):
    """Where small texts are kept between runs."""

    async def text(self, name: str) -> str | None:
        """Return a text, None if it was never kept."""
        ...

    async def keep(self, name: str, value: str) -> None:
        """Keep a text."""
        ...


@dataclass(frozen=True, slots=True)
class Ticks:
    """Keeps ticks, one a line, under a name."""

    texts: Texts
    name: str

    async def all(self) -> frozenset[str]:
        """Return what is ticked."""
        return frozenset(await self._kept())

    async def put(self, ticks: Iterable[str], *, ticked: bool) -> None:
        """Tick things, or untick them. The eldest of too many go. Raises BadInput."""
        changed = list(ticks)
        if any(not tick.isprintable() or len(tick) > LONGEST for tick in changed):
            raise BadInput("There is no such thing to tick.")
        others = [tick for tick in await self._kept() if tick not in changed]
        await self.texts.keep(self.name, "\n".join([*others, *(changed if ticked else [])][-MOST:]))

    async def _kept(self) -> list[str]:
        text = await self.texts.text(self.name)
        return text.split("\n") if text else []


class Shown:
    """Remembers for a minute which secret is shown in which browser, by its cookie. Never holds one."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until_s: dict[tuple[str, str], float] = {}

    def show(self, cookie: str, secret: str) -> None:
        """Let it be shown."""
        self._until_s.pop((cookie, secret), None)
        self._until_s[cookie, secret] = self._monotonic() + SHOWN_FOR_S
        while len(self._until_s) > MOST_SHOWN:
            del self._until_s[next(iter(self._until_s))]

    def is_shown(self, cookie: str, secret: str) -> bool:
        """Tell whether it is shown just now."""
        return self._until_s.get((cookie, secret), 0.0) > self._monotonic()
