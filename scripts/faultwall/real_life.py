"""A random life of a real daemon at a real Mosquitto, with kills, and what must have come of it in the end."""

import asyncio
import random
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.parts.daemon import BUTTON_TOPIC, DOOR_TOPIC, LIGHT_COMMAND_TOPIC, LIGHT_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

SETTLED_S: Final = 120.0
ASKS: Final = {
    "1" * 40: ("button_pressed", {"button": "any", "press": "any"}, "button."),
    "2" * 40: ("door_opened", {"door": "front-door"}, "contact.opened"),
}
OK: Final = 200
NEW_REQUEST: Final = 0.67
WEIGHTS: Final = {
    "press": 6,
    "press_alike": 4,
    "move": 5,
    "say_again": 2,
    "kill": 4,
    "stop": 2,
    "restart_broker": 2,
    "ifttt": 2,
    "poll": 3,
    "order": 3,
}


class RealLife:
    """`begin`, then `step` as often as wanted, then `check`. `broken`: what did not hold, in words."""

    def __init__(self, folder: Path, broker: Mosquitto, realtime: RealtimeApi, chance: random.Random) -> None:
        self._daemon = Daemon(folder, broker.port, realtime.url, mqtt='late_press_limit = "1h"')
        self._broker, self._realtime, self._chance = broker, realtime, chance
        self._counts: Counter[str] = Counter()
        self._pressed: list[str] = []
        self._moved: list[str] = []
        self._ids: dict[int, str] = {}
        self._answers: dict[str, str] = {}
        self._requests: list[str] = []
        self._listening = ExitStack()
        self._published_before = 0
        self._told_of: dict[str, int] = dict.fromkeys(ASKS, 0)
        self._told_before = dict.fromkeys(ASKS, 0)
        self.broken: list[str] = []

    @property
    def done(self) -> str:
        """What was done."""
        return ", ".join(f"{name.replace('_', ' ')} {self._counts[name]}" for name in WEIGHTS)

    @property
    def found(self) -> str:
        """What came of it."""
        return (
            f"{len(self._pressed)} presses and {len(self._moved)} edges, each once and in order; "
            f"{len(self._answers)} requests answered, {self._published} commands published"
        )

    async def begin(self) -> None:
        """Start with a closed door that is known, and two Applets."""
        self._token = self._daemon.add_user("anna")
        await self._daemon.start()
        await self._broker.publish(DOOR_TOPIC, "closed", retain=True)
        await until(lambda: self._daemon.knows("front-door"), what="the door being known")
        for identity in ASKS:
            await self._ask(identity)
        self._listen()

    def close(self) -> None:
        """End everything."""
        self._daemon.close()
        self._listening.close()

    async def step(self) -> None:
        """Let something happen."""
        (name,) = self._chance.choices([*WEIGHTS], [*WEIGHTS.values()])
        self._counts[name] += 1
        await getattr(self, f"_{name}")()

    async def check(self) -> None:
        """Let everything be well, and compare."""
        self._realtime.status = OK
        presses, moves = len(self._pressed), len(self._moved)
        await until(
            lambda: self._daemon.count_events() >= presses + moves, within_s=SETTLED_S, what="all events on disk"
        )
        rows = self._rows()
        self._compare("presses", self._pressed, [kind for _, _, kind in rows if kind.startswith("button.")])
        self._compare("edges of the door", self._moved, [kind for _, _, kind in rows if kind.startswith("contact.")])
        for identity, (_, _, kinds) in ASKS.items():
            shown = [row_id for _, row_id, kind in reversed(rows) if kind.startswith(kinds)]
            answered = [item["meta"]["id"] for item in await self._ask(identity)]
            if answered != shown[:50]:
                self.broken.append(f"the answer for {kinds} is not what the timeline says")
            await self._is_told(identity, presses if kinds == "button." else moves)
        if self._published > len(self._requests):
            self.broken.append(f"{self._published} commands for {len(self._requests)} requests")

    async def _is_told(self, identity: str, events: int) -> None:
        """IFTTT was told of an Applet after the last event that it waits for."""
        if self._told_of.get(identity) != events:
            self._told_of[identity] = events
            after = self._told_before[identity]
            await until(
                lambda: self._realtime.told.count(identity) > after, within_s=SETTLED_S, what="IFTTT being told"
            )
        self._told_before[identity] = self._realtime.told.count(identity)

    def _listen(self) -> None:
        self._listener = self._listening.enter_context(self._broker.listener(LIGHT_COMMAND_TOPIC))

    @property
    def _published(self) -> int:
        return self._published_before + len(self._listener.received())

    def _compare(self, what: str, expected: list[str], found: list[str]) -> None:
        if expected == found:
            return
        counted, wanted = Counter(found), Counter(expected)
        lost, twice = (wanted - counted).total(), (counted - wanted).total()
        self.broken.append(f"{what}: {lost} lost, {twice} double" + ("" if lost or twice else ", out of order"))

    def _rows(self) -> list[tuple[int, str, str]]:
        with self._daemon.reader() as disk:
            rows: list[tuple[int, str, str]] = disk.execute("SELECT seq, id, kind FROM events ORDER BY seq").fetchall()
        for seq, row_id, _ in rows:
            if self._ids.setdefault(seq, row_id) != row_id:
                self.broken.append(f"event {seq} has another id than before")
        return rows

    async def _press(self) -> None:
        words = [f"press-{len(self._pressed) + number}" for number in range(self._chance.randint(1, 30))]
        self._pressed += [f"button.{word}" for word in words]
        await self._broker.publish_many(BUTTON_TOPIC, words)

    async def _press_alike(self) -> None:
        times = self._chance.randint(1, 30)
        self._pressed += ["button.single"] * times
        await self._broker.publish_many(BUTTON_TOPIC, ["single"] * times)

    async def _move(self) -> None:
        opens = len(self._moved) % 2 == 0
        self._moved.append("contact.opened" if opens else "contact.closed")
        await self._broker.publish(DOOR_TOPIC, "open" if opens else "closed", retain=True)

    async def _say_again(self) -> None:
        await self._broker.publish(DOOR_TOPIC, "open" if len(self._moved) % 2 else "closed", retain=True)

    async def _kill(self) -> None:
        """Kill it while something happens, and let more happen while it is dead."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._chance.choice((self._press, self._press_alike))())
            await asyncio.sleep(self._chance.uniform(0, 0.1))  # an instant, not a wait for anything
            self._daemon.kill()
        await self._chance.choice((self._press, self._press_alike, self._move))()
        await self._start()

    async def _stop(self) -> None:
        if self._daemon.stop():
            self.broken.append("the daemon did not stop well")
        await self._start()

    async def _start(self) -> None:
        """Start it; while IFTTT is away it never is ready, and takes part all the same."""
        await self._daemon.start(ready=self._realtime.status == OK)

    async def _restart_broker(self) -> None:
        self._published_before = self._published
        self._listening.close()
        self._broker.stop()
        await self._broker.start()
        self._listen()

    async def _ifttt(self) -> None:
        self._realtime.status = self._chance.choice((200, 503, 429, 500))

    async def _poll(self) -> None:
        await self._ask(self._chance.choice([*ASKS]))

    async def _order(self) -> None:
        """Turn the light on; one time in three by the last request again, which must not be carried out again."""
        if not self._requests or self._chance.random() < NEW_REQUEST:
            self._requests.append(f"request-{len(self._requests)}")
        request = self._requests[-1]
        await self._broker.publish(LIGHT_TOPIC, '{"state": "OFF"}')
        body = {"actionFields": {"light": "hall-light"}}
        status, answer = await self._daemon.post(
            "actions/turn_on_light", self._token, body, headers={"X-Request-ID": request}
        )
        if status == OK:
            (one,) = answer["data"]
            if self._answers.setdefault(request, one["id"]) != one["id"]:
                self.broken.append("another id for the same request")

    async def _ask(self, identity: str) -> list[dict[str, dict[str, str]]]:
        trigger, fields, _ = ASKS[identity]
        return await self._daemon.poll(self._token, trigger, fields, trigger_identity=identity, limit=50)
