"""What one message costs to interpret in a home of many devices, and finding who hears it in homes of any size.

Processor time: whatever else the machine does, it is not counted.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import cast

import msgspec

from bridge.conventions import conventions_named
from bridge.devices.catalogue import Catalogue
from bridge.devices.entity import Dialect, Entity
from bridge.devices.interpretation import LatePolicy
from bridge.devices.last_known import LastKnown
from bridge.devices.pairing import PairedEntity, Pairing, catalogued
from bridge.devices.registry import Registry
from bridge.mqtt.deliveries import Deliveries
from bridge.mqtt.interpreter import Interpreter, Listening
from bridge.mqtt.message import Message
from scripts.benchmarks.bench import Bench
from scripts.benchmarks.report import Figure, Target, percentile
from scripts.benchmarks.zigbee import retained

MESSAGES = 20_000
HOMES = (10, 1_000, 10_000)
LOOKUPS = 20_000
WINDOW = 1000
NOW_MS = 1_700_000_000_000
INTERPRET = Target(60)
LOOKUP = Target(1.3, of_floor=True)
FULL = 7
BARE = 3
"""A state is full for so many entities or more, and bare for so many or fewer."""

Said = Sequence[tuple[str, bytes]]
"""Topics and payloads."""


@dataclass(frozen=True, slots=True)
class Times:
    """What each message took, in microseconds of processor time. `decoded`: only to parse the same bytes."""

    interpreted: list[float]
    decoded: list[float]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A dialect as in another home, with topics of its own."""

    dialect: Dialect
    number: int

    @property
    def state_topics(self) -> tuple[str, ...]:
        """Where it speaks."""
        return tuple(f"{self.number}/{topic}" for topic in self.dialect.state_topics)


async def interpreting(bench: Bench) -> Sequence[Figure]:
    """Measure both in every run."""
    registry = _registry()
    catalogue = Catalogue(_entities(registry))
    states = [(topic, payload) for topic, payload in retained() if not registry.concerns(topic)]
    kinds = {
        "full": [(topic, payload) for topic, payload in states if len(catalogue.at(topic)) >= FULL],
        "bare": [(topic, payload) for topic, payload in states if len(catalogue.at(topic)) <= BARE],
    }
    kinds["bare"] = [(topic, payload) for topic, payload in kinds["bare"] if catalogue.at(topic)]
    taken: dict[str, list[Times]] = {name: [] for name in kinds}
    looked_up: list[dict[int, float]] = []
    for _ in bench.each_run("interpreting"):
        for name, said in kinds.items():
            taken[name].append(_interpret(catalogue, registry, said))
        looked_up.append({devices: _look_up(catalogue, devices) for devices in HOMES})
    messages = [
        figure
        for name, said in kinds.items()
        for figure in _figures(f"a {name} state ({_width(catalogue, said)} entities)", taken[name])
    ]
    return [*messages, *_growth(looked_up)]


def _registry() -> Registry:
    registry = Registry(conventions_named(("zigbee2mqtt", "homeassistant")))
    for topic, payload in retained():
        if registry.concerns(topic):
            registry.take(topic, payload, now_ms=NOW_MS)
    return registry


def _entities(registry: Registry) -> list[Entity]:
    """Return the entities as if every device were accepted."""
    pairings = {
        key: Pairing(
            f"d_{key[1]}", "home", {each.id: PairedEntity(f"e_{key[1]}_{each.id}") for each in device.entities}
        )
        for key, device in registry.devices.items()
    }
    return catalogued(registry.devices, pairings)


def _width(catalogue: Catalogue, said: Said) -> str:
    return f"{median(len(catalogue.at(topic)) for topic, _ in said):g}"


def _interpret(catalogue: Catalogue, registry: Registry, said: Said) -> Times:
    """Interpret messages one by one as they would come, the states of each device changing all the time."""
    interpreter = Interpreter(catalogue, LastKnown({}), Deliveries((), window=WINDOW), LatePolicy(), registry=registry)
    interpreted, decoded = [], []
    for number, (topic, payload) in enumerate(_changing(said)):
        message = Message(1, topic, payload, 0, retained=False, duplicate=False, packet_id=0)
        began = time.thread_time()
        draft = interpreter.draft([message], Listening(), next_seq=number, now_ms=NOW_MS + number)
        ended = time.thread_time()
        msgspec.json.decode(payload)
        decoded.append((time.thread_time() - ended) * 1e6)
        interpreted.append((ended - began) * 1e6)
        if draft.ignored or draft.broken or not draft.taken:
            raise RuntimeError(f"{topic} was not understood: {draft.ignored or draft.broken}")
        interpreter.known.replace(draft.states)
    return Times(interpreted, decoded)


def _changing(said: Said) -> Iterator[tuple[str, bytes]]:
    """Return so many messages, of which no two in turn have the same bytes: the link quality always changes."""
    parsed = [(topic, msgspec.json.decode(payload, type=dict[str, object])) for topic, payload in said]
    for number in range(MESSAGES):
        topic, values = parsed[number % len(parsed)]
        yield topic, msgspec.json.encode(values | {"linkquality": number // len(parsed) % 256})


def _look_up(catalogue: Catalogue, devices: int) -> float:
    """Return the median microseconds that it takes to find who hears a message in a home of so many devices."""
    home = Catalogue(_multiplied(list(catalogue), devices))
    topics = home.topics
    took: list[float] = []
    for number in range(LOOKUPS):
        topic = topics[number * 7919 % len(topics)]
        began = time.thread_time()
        home.at(topic)
        tuple(home.listening(topic))
        took.append((time.thread_time() - began) * 1e6)
    return median(took)


def _multiplied(entities: Sequence[Entity], devices: int) -> Iterator[Entity]:
    """Return the entities of so many devices: those of a home, and again on other topics."""
    by_device: dict[str, list[Entity]] = {}
    for entity in entities:
        by_device.setdefault(entity.device.id, []).append(entity)
    models = list(by_device.values())
    for number in range(devices):
        for entity in models[number % len(models)]:
            dialect = cast("Dialect", Elsewhere(entity.dialect, number))  # only its topics are asked for
            device = replace(entity.device, id=f"{entity.device.id}-{number}")
            yield replace(entity, id=f"{entity.id}-{number}", device=device, dialect=dialect)


def _figures(what: str, runs: Sequence[Times]) -> Iterator[Figure]:
    for name, share, target in (("p50", 0.5, INTERPRET), ("p99", 0.99, None)):
        yield Figure(
            f"interpret {what}, {name}",
            "us CPU",
            tuple(percentile(run.interpreted, share) for run in runs),
            tuple(percentile(run.decoded, share) for run in runs),
            target,
        )


def _growth(runs: Sequence[Mapping[int, float]]) -> Iterator[Figure]:
    """Return each home's look-up beside that in the smallest."""
    smallest, *larger = HOMES
    for devices in larger:
        yield Figure(
            f"look a topic up among {devices:,} devices, beside {smallest}",
            "us CPU",
            tuple(run[devices] for run in runs),
            tuple(run[smallest] for run in runs),
            LOOKUP,
        )
