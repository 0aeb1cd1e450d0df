"""Everything on the sheet is on a screen of the platform, once, with a name to tick it by."""

from typing import Final

from bridge.dashboard.setup_screens import items_of, screen_of, title_of
from bridge.dashboard.setup_steps import SCREENS
from bridge.dashboard.setup_ticks import LONGEST, MOST
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from bridge.ifttt.sheet import service_settings, sheet_of
from bridge.ifttt.sheet_blocks import Exact, Facts

SHEET: Final = sheet_of(service_settings("https://home.example.org", (), first_key="somewhere"))


def test_each_trigger_action_query_and_draft_has_a_form_of_its_own() -> None:
    assert items_of(SHEET, "triggers") == [f"triggers.{slug}" for slug in TRIGGERS]
    assert items_of(SHEET, "actions") == [f"actions.{slug}" for slug in ACTIONS]
    assert items_of(SHEET, "queries") == [f"queries.{slug}" for slug in QUERIES]
    assert len(items_of(SHEET, "applets")) == 12


def test_the_slug_of_each_form_stands_there_to_be_copied() -> None:
    for name, declared in (("triggers", TRIGGERS), ("actions", ACTIONS), ("queries", QUERIES)):
        for item, slug in zip(screen_of(SHEET, name).items, declared, strict=True):
            exact = {
                value.text
                for block in item.blocks
                if isinstance(block, Facts)
                for _, values in block.rows
                for value in values
                if isinstance(value, Exact)
            }
            assert slug in exact


def test_the_screens_follow_each_other() -> None:
    screens = [screen_of(SHEET, name) for name in SCREENS]
    assert [screen.after for screen in screens] == [*SCREENS[1:], ""]
    assert [screen.before for screen in screens] == ["", *SCREENS[:-1]]
    assert all(title_of(name) for name in SCREENS)


def test_all_ticks_together_fit_into_what_is_kept() -> None:
    names = [name for screen in SCREENS for name in items_of(SHEET, screen)]
    assert len(names) + len(SCREENS) < MOST
    assert max(map(len, names)) < LONGEST
