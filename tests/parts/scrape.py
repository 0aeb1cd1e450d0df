"""What the daemon says on /metrics, read by Prometheus's own library."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Scrape:
    """One reading. `kinds`: each family's type; `values`: each sample by name and labels."""

    text: str
    kinds: Mapping[str, str]
    values: Mapping[Key, float]

    def value(self, sample: str, **labels: str) -> float:
        """Return one sample."""
        return self.values[sample, tuple(sorted(labels.items()))]

    @property
    def names(self) -> set[str]:
        """The names of all samples."""
        return {name for name, _ in self.values}

    @property
    def counting(self) -> dict[Key, float]:
        """All that may only grow: counters, and the buckets, sums and counts of histograms."""
        endings = ("_total", "_bucket", "_sum", "_count")
        return {key: value for key, value in self.values.items() if key[0].endswith(endings)}


def read(text: str) -> Scrape:
    """Read an exposition."""
    kinds: dict[str, str] = {}
    values: dict[Key, float] = {}
    for family in text_string_to_metric_families(text):
        assert family.name not in kinds, f"{family.name} is there twice"
        assert family.documentation, f"{family.name} does not say what it is"
        kinds[family.name] = family.type
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in values, f"{key} is there twice"
            values[key] = sample.value
    return Scrape(text, kinds, values)


async def scrape(port: int) -> Scrape:
    """Ask the private listener, as Prometheus does."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as response,
    ):
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return read(await response.text())
