"""A home whose devices announce themselves: how long the first start takes, and each one after it, and its memory."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion

from scripts.benchmarks.bench import Bench
from scripts.benchmarks.home import Broker, DoorDaemon
from scripts.benchmarks.idle import SETTLE_S, ready_after_s
from scripts.benchmarks.programs import cpu_us, resident_mb
from scripts.benchmarks.report import Figure, Target, shown
from scripts.benchmarks.wire import until
from scripts.benchmarks.zigbee import DEVICES, Retained, retained

MQTT = 'discovery = ["zigbee2mqtt", "homeassistant"]'
ACCEPT = '\n[pairing]\naccept = "all"\n'
RESTART = Target(3)
PUBLISHED_S = 30.0
SERVED_S = 60.0
_SERVED = """
SELECT count(DISTINCT devices.id) FROM devices JOIN device_entities ON device_entities.device = devices.id
JOIN entity_states ON entity_states.entity = device_entities.id WHERE devices.home IS NOT NULL
"""


async def announced(bench: Bench) -> Sequence[Figure]:
    """Let a home be discovered whole, then start again in it."""
    found: dict[str, list[float]] = {"ready": [], "served": [], "again": [], "again CPU": [], "first MB": [], "MB": []}
    for run in bench.each_run("announced"):
        for name, value in (await _measure(bench.fresh(f"run-{run}"))).items():
            found[name].append(value)
        bench.say("  " + ", ".join(f"{name} {shown(values[-1])}" for name, values in found.items()))
    return [
        Figure(f"first start among {DEVICES} devices -> ready", "s", tuple(found["ready"])),
        Figure(f"- until all {DEVICES} are accepted and their states known", "s", tuple(found["served"])),
        Figure(f"- resident memory {SETTLE_S:g} s later", "MB", tuple(found["first MB"])),
        Figure(f"start among {DEVICES} known devices -> ready", "s", tuple(found["again"]), target=RESTART),
        Figure("- processor time until then", "s CPU", tuple(found["again CPU"])),
        Figure(f"- resident memory, idle for {SETTLE_S:g} s", "MB", tuple(found["MB"])),
    ]


async def _measure(folder: Path) -> dict[str, float]:
    broker = Broker(folder)
    daemon = DoorDaemon(folder, broker.port, mqtt=MQTT, doors=0, more=ACCEPT)
    try:
        await broker.start()
        await asyncio.to_thread(_publish, broker.port, list(retained()))
        began = time.perf_counter()
        ready = await ready_after_s(daemon)
        await until(lambda: _served(daemon.database) >= DEVICES, within_s=SERVED_S, what="all devices being served")
        served = time.perf_counter() - began
        first_mb = await _settled_mb(daemon)
        daemon.stop()
        again = await ready_after_s(daemon)
        again_cpu = cpu_us(daemon.pid) / 1e6
        mb = await _settled_mb(daemon)
        daemon.stop()
    finally:
        daemon.close()
        broker.close()
    return {"ready": ready, "served": served, "again": again, "again CPU": again_cpu, "first MB": first_mb, "MB": mb}


async def _settled_mb(daemon: DoorDaemon) -> float:
    await asyncio.sleep(SETTLE_S)
    return resident_mb(daemon.pid)


def _publish(port: int, messages: Iterable[Retained]) -> None:
    """Publish, and wait until the broker has everything."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    sent: list[MQTTMessageInfo] = [client.publish(topic, payload, qos=1, retain=True) for topic, payload in messages]
    for each in sent:
        each.wait_for_publish(PUBLISHED_S)
    client.disconnect()
    client.loop_stop()


def _served(database: Path) -> int:
    """Count the devices of which a state is on disk."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        count: int = connection.execute(_SERVED).fetchone()[0]
        return count
