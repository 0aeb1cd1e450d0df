"""What is said on the next page about what was just done. In memory, bounded; told once. Knows no page."""

from dataclasses import dataclass
from typing import Final

MOST: Final = 64


@dataclass(frozen=True, slots=True)
class Notice:
    """One. `wrong`: it was not done."""

    text: str
    wrong: bool


class Notices:
    """Keeps one for each browser, by its cookie."""

    def __init__(self) -> None:
        self._kept: dict[str, Notice] = {}

    def keep(self, cookie: str, notice: Notice) -> None:
        """Keep what is to be said; the eldest of too many goes."""
        self._kept.pop(cookie, None)
        self._kept[cookie] = notice
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    def take(self, cookie: str) -> Notice | None:
        """Return what is to be said, once."""
        return self._kept.pop(cookie, None)


def sentence(text: str) -> str:
    """Return words of an error or of the log as a sentence for people. An address and a path stay as they are."""
    if not text:
        return ""
    first = text.partition(" ")[0]
    return f"{text[:1] if '/' in first else text[:1].upper()}{text[1:]}{'' if text[-1] in '.!?' else '.'}"
