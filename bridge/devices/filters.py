"""The filters with wildcards that somebody listens to, and which of them take a topic. Knows nothing of who listens."""

from collections.abc import Iterable
from dataclasses import dataclass, field


def is_filter(text: str) -> bool:
    """Tell whether a topic of the configuration stands for several."""
    return "+" in text or "#" in text


@dataclass(slots=True)
class _Level:
    """A level of filters: what may come below, and the filter that ends here."""

    below: dict[str, "_Level"] = field(default_factory=dict)
    ending: str | None = None


class FilterTree:
    """Filters level by level: a look-up goes down the levels of a topic, however many filters there are."""

    def __init__(self, filters: Iterable[str]) -> None:
        self._top = _Level()
        for filter_ in filters:
            level = self._top
            for name in filter_.split("/"):
                level = level.below.setdefault(name, _Level())
            level.ending = filter_

    def taking(self, topic: str) -> list[str]:
        """Return the filters that take a topic. None takes one that begins with `$`: those are the broker's own."""
        if not self._top.below or topic.startswith("$"):
            return []
        found: list[str] = []
        levels = [self._top]
        for name in topic.split("/"):
            found += _endings(levels, "#")
            levels = [level.below[key] for level in levels for key in (name, "+") if key in level.below]
        found += _endings(levels, "#")  # "home/#" takes "home" too
        return found + [level.ending for level in levels if level.ending is not None]


def _endings(levels: Iterable[_Level], name: str) -> list[str]:
    below = (level.below[name] for level in levels if name in level.below)
    return [level.ending for level in below if level.ending is not None]
