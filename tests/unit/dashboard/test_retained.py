"""When the health is kept at the broker: on change, once a minute without one, and anew after the broker was away."""

from dataclasses import dataclass, field

import msgspec

from bridge.dashboard.retained import REPEAT_S, RetainedHealth

WELL = {"ready": True, "parts": {"broker": True}, "causes": {}}
ILL = {"ready": False, "parts": {"broker": False}, "causes": {"broker": "no connection"}}


@dataclass
class Place:
    """A bridge with a broker. `published`: whether each message said that all is well."""

    summary: dict[str, object] = field(default_factory=lambda: {**WELL})
    connected: bool = True
    now_s: float = 1000.0
    published: list[bool] = field(default_factory=list)
    topics: set[str] = field(default_factory=set)
    last: bytes = b""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Keep a message."""
        self.topics.add(topic)
        self.last = payload
        self.published.append(msgspec.json.decode(payload)["ready"])

    def health(self) -> RetainedHealth:
        """Return what is tested."""
        return RetainedHealth(
            lambda: self.summary,
            version="1.2",
            connected=lambda: self.connected,
            publish=self.publish,
            now_s=lambda: self.now_s,
        )


async def test_it_is_what_readyz_says_and_the_version() -> None:
    place = Place()
    await place.health().look()
    assert msgspec.json.decode(place.last) == WELL | {"version": "1.2"}
    assert place.topics == {"health"}


async def test_it_is_told_on_change_and_not_again_within_the_minute() -> None:
    place = Place()
    health = place.health()
    for summary in (WELL, WELL, ILL, ILL, WELL, WELL):
        place.summary = {**summary}
        place.now_s += 1
        await health.look()
    assert place.published == [True, False, True]


async def test_without_a_change_it_is_told_once_a_minute() -> None:
    place = Place()
    health = place.health()
    for _ in range(round(3 * REPEAT_S)):
        await health.look()
        place.now_s += 1
    assert place.published == [True] * 3


async def test_after_the_broker_was_away_it_is_told_anew() -> None:
    place = Place()
    health = place.health()
    await health.look()
    place.connected = False
    await health.look()
    assert place.published == [True]
    place.connected = True
    await health.look()
    await health.look()
    assert place.published == [True, True]
