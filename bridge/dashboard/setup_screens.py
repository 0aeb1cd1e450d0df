"""The screens of IFTTT's platform, with what is to be typed into each. Plain computation over the sheet.

Brings the whole sheet with it, so only the page imports it, when somebody comes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bridge.dashboard.setup_steps import SCREENS
from bridge.ifttt.sheet import Sheet, SheetEntry
from bridge.ifttt.sheet_blocks import Block, Heading
from bridge.ifttt.sheet_page import draft_blocks, entry_blocks


@dataclass(frozen=True, slots=True)
class Item:
    """One form on a screen. `name`: what it is ticked by."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen. `where`: how one gets there on the platform; `before` and `after`: the names of its neighbours."""

    name: str
    title: str
    where: str
    items: tuple[Item, ...]
    before: str
    after: str


_TITLES = {
    "api": ("API", "Your service, then API."),
    "authentication": ("Authentication", "Your service, then Authentication. Choose OAuth2."),
    "triggers": ("Triggers", "Your service, then API, Triggers, New trigger: once for each of these."),
    "actions": ("Actions", "Your service, then API, Actions, New action: once for each of these."),
    "queries": ("Queries", "Your service, then API, Queries, New query: once for each of these."),
    "applets": (
        "Applets",
        "Your service, then Applets. To publish the service, IFTTT asks for twelve; for your own home none is needed.",
    ),
}


def title_of(name: str) -> str:
    """Return what a screen is called."""
    return _TITLES[name][0]


def screen_of(sheet: Sheet, name: str) -> Screen:
    """Return a screen, one of SCREENS."""
    title, where = _TITLES[name]
    number = SCREENS.index(name)
    before = SCREENS[number - 1] if number else ""
    after = SCREENS[number + 1] if number + 1 < len(SCREENS) else ""
    return Screen(name, title, where, tuple(_items(sheet, name)), before, after)


def items_of(sheet: Sheet, name: str) -> list[str]:
    """Return by what the forms of a screen are ticked."""
    return [item.name for item in _items(sheet, name)]


def _items(sheet: Sheet, name: str) -> Iterator[Item]:
    match name:
        case "triggers":
            yield from _entries(name, sheet.triggers)
        case "actions":
            yield from _entries(name, sheet.actions)
        case "queries":
            yield from _entries(name, sheet.queries)
        case "applets":
            for number, draft in enumerate(sheet.applets, 1):
                yield Item(f"{name}.{number}", draft.title, _below_heading(draft_blocks(number, draft)))
        case _:
            return


def _entries(screen: str, entries: Sequence[SheetEntry]) -> Iterator[Item]:
    for entry in entries:
        yield Item(f"{screen}.{entry.slug}", entry.name, _below_heading(entry_blocks(entry)))


def _below_heading(blocks: Iterator[Block]) -> tuple[Block, ...]:
    """Return the blocks without their heading: the page has one of its own."""
    return tuple(block for block in blocks if not isinstance(block, Heading))
