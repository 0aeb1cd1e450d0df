"""Who waits for the next event is woken by it, and let go at the end."""

import asyncio

from bridge.desk.news import News
from bridge.events import Event
from bridge.timeline.entry import Entry

ENTRY = Entry(1, "id", 0, Event("home", "door", "door", "contact.opened", {}))


async def test_every_waiter_is_woken_by_an_event_and_not_by_a_state() -> None:
    news = News()
    waiting = [news.next(), news.next()]
    news.committed((), {})
    assert not any(event.is_set() for event in waiting)
    news.committed((ENTRY,), {})
    await asyncio.gather(*(event.wait() for event in waiting))
    assert not news.next().is_set()


async def test_at_the_end_nobody_waits_any_more_and_nothing_wakes_them_twice() -> None:
    news = News()
    waiting = news.next()
    news.end()
    news.committed((ENTRY,), {})
    assert (news.over, waiting.is_set(), news.next().is_set()) == (True, True, True)
