"""Where devices are described, and by which convention: topics that conventions name, and those that descriptions ask
for. Knows nothing of what is said there.
"""  # noqa: D205 -- one sentence

from collections.abc import Iterable
from copy import copy
from typing import Final

from bridge.devices.filters import FilterTree, is_filter

REMEMBERED: Final = 4096
REMEMBERED_CHARACTERS: Final = 1024

GroupKey = tuple[str, str]
"""Source, and a group of descriptions that are read together."""


class DescriptionTopics:
    """The topics and filters of conventions, and of the groups that asked for more."""

    def __init__(self, listening: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self._named: dict[str, tuple[str, ...]] = {}
        for source, filters in listening:
            for filter_ in filters:
                self._named[filter_] = (*self._named.get(filter_, ()), source)
        self.describing = FilterTree(self._named)
        self._asked: dict[str, tuple[GroupKey, ...]] = {}
        self._asked_tree = FilterTree(())
        self._answers: dict[str, tuple[str, ...]] = {}

    def copy(self) -> "DescriptionTopics":
        """Return one that may change by itself."""
        new = copy(self)
        new._asked = dict(self._asked)  # noqa: SLF001 -- one of its own kind
        return new

    @property
    def filters(self) -> tuple[str, ...]:
        """Where to listen, sorted."""
        return tuple(sorted({*self._named, *self._asked}))

    def sources_at(self, topic: str) -> tuple[str, ...]:
        """Return the conventions that a message on a topic may be for. Asked for each message, so it is remembered."""
        known = self._answers.get(topic)
        if known is None:
            known = self._find(topic)
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            if len(topic) <= REMEMBERED_CHARACTERS:
                self._answers[topic] = known
        return known

    def _find(self, topic: str) -> tuple[str, ...]:
        named = self.describing.taking(topic)
        found = [source for filter_ in named for source in self._named[filter_]]
        if self._asked:
            found += (source for source, _ in self._asked.get(topic, ()))
            found += (source for filter_ in self._asked_tree.taking(topic) for source, _ in self._asked[filter_])
        return tuple(dict.fromkeys(found))

    def ask(self, group: GroupKey, before: Iterable[str], after: Iterable[str]) -> None:
        """Let a group ask for other topics than before."""
        gone, new = {*before} - {*after}, {*after} - {*before}
        if not (gone or new):
            return
        self._answers = {}
        for topic in gone:
            left = tuple(each for each in self._asked[topic] if each != group)
            if left:
                self._asked[topic] = left
            else:
                del self._asked[topic]
        for topic in new:
            self._asked[topic] = (*self._asked.get(topic, ()), group)
        if any(is_filter(topic) for topic in gone | new):
            self._asked_tree = FilterTree(topic for topic in self._asked if is_filter(topic))
