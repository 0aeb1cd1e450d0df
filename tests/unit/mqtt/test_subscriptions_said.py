"""A refused topic is said once, however often the connection begins anew."""

from collections.abc import Iterable
from typing import Any, cast

from structlog.testing import capture_logs

from bridge.mqtt.subscriptions import Subscriptions

OWN = "ifttt-bridge/test/marker"


class Broker:
    """The part of a connection that subscribes. `refuses`: these topics."""

    def __init__(self) -> None:
        self.refuses: set[str] = set()
        self.session_present = False

    async def subscribe_all(self, topics: Iterable[str]) -> dict[str, int]:
        """Answer as a broker does."""
        return {topic: 135 if topic in self.refuses else 1 for topic in topics}

    async def forget_all(self, topics: Iterable[str]) -> None:
        """Take note."""


async def nothing_remembered() -> tuple[str, ...]:
    return ()


async def remember(_topics: tuple[str, ...]) -> None:
    """Take note."""


async def test_a_refusal_is_said_once_and_once_when_it_is_over() -> None:
    subscriptions = Subscriptions(
        OWN,
        topics=lambda: ("a", "b"),
        remembered=nothing_remembered,
        remember=remember,
        granted=lambda _answers: None,
        forgotten=lambda: None,
    )
    broker = Broker()
    broker.refuses = {"b"}
    with capture_logs() as logs:
        for _ in range(3):
            await subscriptions.begin(cast("Any", broker))
        broker.refuses = set()
        for _ in range(2):
            await subscriptions.begin(cast("Any", broker))
        broker.refuses = {"b"}
        await subscriptions.begin(cast("Any", broker))
    said = [(line["event"].removeprefix("mqtt.subscription_"), line["topic"]) for line in logs]
    assert said == [("refused", "b"), ("granted", "b"), ("refused", "b")]
