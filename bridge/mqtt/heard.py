"""When was each topic heard last since the start, and was it understood? For whoever looks for a silent device."""

from collections.abc import Iterable
from typing import Final

MAX_TOPICS: Final = 10_000
"""More than any home subscribes to; what an old session still brings must not add up beyond it."""


class Heard:
    """What has come in, by topic. Times are epoch milliseconds."""

    def __init__(self) -> None:
        self._at_ms: dict[str, int] = {}
        self._troubles: dict[str, str] = {}
        self._only_kept: set[str] = set()

    def note(self, topics: Iterable[str | None], troubles: Iterable[tuple[str, str]], *, now_ms: int) -> None:
        """Take note of messages, and of those among them that were not understood, with the reason."""
        for topic in topics:
            if topic is not None and (topic in self._at_ms or len(self._at_ms) < MAX_TOPICS):
                self._at_ms[topic] = now_ms
                self._troubles.pop(topic, None)
                if topic in self._only_kept:
                    self._only_kept.remove(topic)
        for topic, reason in troubles:
            if topic in self._at_ms:
                self._troubles[topic] = reason

    def only_kept(self, topics: Iterable[str | None]) -> None:
        """Take note of topics on which nobody has just spoken: the broker only kept what was last said there."""
        self._only_kept.update(topic for topic in topics if topic is not None and topic in self._at_ms)

    def spoken_ms(self, topic: str) -> int | None:
        """Return when somebody spoke on a topic last, None if nobody did since the start."""
        return None if topic in self._only_kept else self._at_ms.get(topic)

    def all(self) -> dict[str, tuple[int, str]]:
        """Return for each topic when it was heard last, and why that was not understood, "" if it was."""
        return {topic: (at_ms, self._troubles.get(topic, "")) for topic, at_ms in self._at_ms.items()}

    def troubles(self) -> list[tuple[int, str, str]]:
        """Return each topic whose last message was not understood, the newest first: when, which, and why not."""
        return sorted(((self._at_ms[topic], topic, reason) for topic, reason in self._troubles.items()), reverse=True)
