"""Looking one figure up among all that there are, by the name under which everybody knows it."""

from collections.abc import Iterator, Sequence

from bridge.dashboard.exposition import Family


class Readings:
    """The figures as they are now."""

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = {family.name: family for family in families}

    def value(self, name: str, **labels: str) -> float | None:
        """Return a figure, None where it is not there."""
        samples = self._families[name].read()
        return next((value for _, found, value in samples if found == labels), None)

    def by(self, name: str, label: str) -> Iterator[tuple[str, float]]:
        """Yield a figure for each value of a label, added up over the others."""
        totals: dict[str, float] = {}
        for _, labels, value in self._families[name].read():
            key = labels.get(label, "")
            totals[key] = totals.get(key, 0) + value
        yield from totals.items()
