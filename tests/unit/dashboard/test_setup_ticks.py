"""Ticks are kept, within bounds; and a secret is shown for a minute, in the browser that asked for it alone."""

from dataclasses import dataclass, field

import pytest

from bridge.dashboard.setup_ticks import LONGEST, MOST, SHOWN_FOR_S, Shown, Ticks
from bridge.errors import BadInput


@dataclass
class Kept:
    """Keeps texts in memory."""

    texts: dict[str, str] = field(default_factory=dict)

    async def text(self, name: str) -> str | None:
        """Return a text."""
        return self.texts.get(name)

    async def keep(self, name: str, value: str) -> None:
        """Keep a text."""
        self.texts[name] = value


async def test_a_tick_stays_until_it_is_taken_away() -> None:
    ticks = Ticks(Kept(), "ticks")
    await ticks.put(["api", "triggers.door_opened"], ticked=True)
    await ticks.put(["api"], ticked=True)
    assert await ticks.all() == {"api", "triggers.door_opened"}
    await ticks.put(["api"], ticked=False)
    assert await ticks.all() == {"triggers.door_opened"}
    await ticks.put(["triggers.door_opened"], ticked=False)
    assert await ticks.all() == set()


async def test_the_eldest_of_too_many_go() -> None:
    ticks = Ticks(Kept(), "ticks")
    await ticks.put([f"tick {number}" for number in range(MOST + 5)], ticked=True)
    kept = await ticks.all()
    assert len(kept) == MOST
    assert "tick 4" not in kept


@pytest.mark.parametrize("odd", ["two\nlines", "x" * (LONGEST + 1)])
async def test_what_is_no_tick_is_refused(odd: str) -> None:
    with pytest.raises(BadInput):
        await Ticks(Kept(), "ticks").put([odd], ticked=True)


def test_a_secret_is_shown_for_a_minute_where_it_was_asked_for() -> None:
    now = [0.0]
    shown = Shown(lambda: now[0])
    shown.show("a cookie", "service_key")
    assert shown.is_shown("a cookie", "service_key")
    assert not shown.is_shown("another", "service_key")
    assert not shown.is_shown("a cookie", "client_secret.production")
    now[0] = SHOWN_FOR_S
    assert not shown.is_shown("a cookie", "service_key")
