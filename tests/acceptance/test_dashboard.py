"""The Grafana dashboard and the alerts speak of what a running daemon says, and of nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml  # type: ignore[import-untyped]  # the library carries no types

from tests.parts.daemon import Daemon
from tests.parts.scrape import Scrape, scrape

FOLDER: Final = Path(__file__).parents[2] / "config" / "grafana"
OF_PROMETHEUS: Final = {"up", "instance", "job", "le"}
FUNCTIONS: Final = {"histogram_quantile", "increase", "rate", "sum", "min", "max", "by", "and", "on", "label_values"}
_SELECTOR: Final = re.compile(r"([a-zA-Z_]\w*)\s*\{([^}]*)\}")
_MATCHER: Final = re.compile(r'(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"')
_GROUPING: Final = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")
_WORD: Final = re.compile(r"[a-zA-Z_]\w*")


def dashboard() -> dict[str, Any]:
    return msgspec.json.decode((FOLDER / "ifttt-bridge.json").read_bytes(), type=dict[str, Any])


def alerts() -> list[dict[str, Any]]:
    [group] = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def queries() -> Iterator[str]:
    """Return every query of both files, and the metrics that the text beside them names."""
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (variable["definition"] for variable in dashboard()["templating"]["list"] if "definition" in variable)
    yield from (rule["expr"] for rule in alerts())
    yield from re.findall(r"ifttt_bridge_\w+", (FOLDER / "README.md").read_text() + (FOLDER / "alerts.yml").read_text())


def unknown(query: str, seen: Scrape) -> set[str]:
    """Return what a query names that nobody says: metrics, labels of theirs, and values of labels."""
    known = seen.names | set(seen.kinds)
    labels: dict[str, dict[str, set[str]]] = {}
    for name, pairs in seen.values:
        for label, value in pairs:
            labels.setdefault(name, {}).setdefault(label, set()).add(value)
    wrong: set[str] = set()
    for name, matchers in _SELECTOR.findall(query):
        for label, how, value in _MATCHER.findall(matchers):
            values = labels.get(name, {}).get(label, set())
            if label not in OF_PROMETHEUS and (not values or (how == "=" and value not in values)):
                wrong.add(f'{name}{{{label}{how}"{value}"}}')
    every_label = {label for of_name in labels.values() for label in of_name}
    for grouping in _GROUPING.findall(query):
        wrong |= set(_WORD.findall(grouping)) - every_label - OF_PROMETHEUS
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b\d[\w.]*", " ", _GROUPING.sub(" ", query))
    return wrong | set(_WORD.findall(bare)) - known - OF_PROMETHEUS - FUNCTIONS


async def test_every_metric_and_label_that_is_looked_at_is_said_from_the_start(daemon: Daemon) -> None:
    await daemon.start()
    seen = await scrape(daemon.private_port)
    assert {query: wrong for query in queries() if (wrong := unknown(query, seen))} == {}
    assert unknown("rate(ifttt_bridge_nothing_total[5m])", seen) == {"ifttt_bridge_nothing_total"}
    assert unknown('ifttt_bridge_messages_total{outcome="lost"}', seen)
    assert unknown("sum by (topic) (ifttt_bridge_messages_total)", seen) == {"topic"}


async def test_every_metric_is_looked_at(daemon: Daemon) -> None:
    await daemon.start()
    seen = await scrape(daemon.private_port)
    text = " ".join(queries())
    unseen = {name for name in seen.kinds if name not in text and f"{name}_total" not in text}
    assert unseen == {"process_start_time_seconds"}


def test_every_panel_has_a_place_of_its_own_and_says_what_it_shows() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert panel["type"] in {"row", "stat", "timeseries", "heatmap", "state-timeline"}  # all come with Grafana
        if panel["type"] != "row":
            assert panel["description"]
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    names = [rule["alert"] for rule in alerts()]
    assert len(set(names)) == len(names)
    for rule in alerts():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
