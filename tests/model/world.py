"""Everything there is in one run of the model: the bridge, what stands around it, and the account of both."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import aiohttp
import msgspec

from bridge.desk.requests import AddToken, AddUser, DeviceDecision, ExposeDevice, ShareDevice
from bridge.oauth.tokens import digest_of
from bridge.settings import load
from tests.model.account import BELL, DOOR, GATE, LAMP, LEFT_OPEN, THERMO, Account
from tests.model.asks import ALWAYS, ASKS, Ask, Identity, Sights, first_sight
from tests.model.bridge import Bridge, Realtime
from tests.model.broker import MARKER, Broker, Copy, Way
from tests.simulator.fortnight.running_bridge import EPOCH_MS, settings_text

if TYPE_CHECKING:
    from bridge.simulator.virtual_time import VirtualLoop

USERS: Final = ("anna", "ben")
PRESS_LIMIT_S: Final = 120.0
NOTED_S: Final = 31.0
"""How old at most what the bridge notes is, of when it last listened: a new life knows no better."""

NEARLY_S: Final = 10.0
"""What nobody can tell from the limit: stopping and starting take some seconds."""

QUIET_S: Final = 0.02
STATES: Final = (DOOR, GATE, LAMP)

DEVICES: Final = f"""
[[devices]]
id = "{DOOR}"
name = "Door"
kind = "contact"
state_topic = "home/{DOOR}/state"
[[devices]]
id = "{GATE}"
name = "Gate"
kind = "contact"
state_topic = "home/{GATE}/state"
debounce = "3s"
[[devices]]
id = "{BELL}"
name = "Bell"
kind = "button"
state_topic = "home/{BELL}/action"
[[devices]]
id = "{LAMP}"
name = "Lamp"
kind = "light"
state_topic = "home/{LAMP}/state"
command_topic = "home/{LAMP}/set"
[[devices]]
id = "{THERMO}"
name = "Thermometer"
kind = "sensor"
state_topic = "home/{THERMO}/state"
"""


class World:
    """`begin` first; `close` last."""

    def __init__(self, folder: Path) -> None:
        (folder / "bridge.toml").write_text(settings_text(folder, {"production": "a-service-key"}, DEVICES))
        self.settings = load(folder / "bridge.toml", {})
        self._loop = cast("VirtualLoop", asyncio.get_running_loop())
        self._stack = AsyncExitStack()
        self.broker = Broker(self._acknowledged, self._lost)
        self.realtime = Realtime(self._told)
        self._path = folder / "bridge.db"
        self.sights, self.identities = Sights(), dict[str, Identity]()
        self.shown_ids: dict[str, list[str]] = {}
        self.published: list[bytes] = []
        self.answers: dict[str, str] = {}
        self.orders: dict[str, int] = {}
        self.states = dict.fromkeys(STATES, "")
        self.deaf = False
        self.stepped_ms = 0
        self._sure = True
        self._listened_s = self._noted_s = 0.0
        self._noting_since_s: float | None = None
        self._numbers = count(1)
        self._ordering: str | None = None
        self.is_up = False

    def clock_ms(self) -> int:
        """Return what the clock shows."""
        return EPOCH_MS + int(self._loop.time() * 1000) + self.stepped_ms

    @property
    def disk_full(self) -> bool:
        """Whether nothing can be written."""
        return self.bridge.fate.disk_full

    @property
    def all_well(self) -> bool:
        """Whether the bridge has everything that it needs to take messages in."""
        return self.is_up and self.broker.attached and not self.disk_full

    async def begin(self) -> None:
        """Start everything, with two people and what always is asked for."""
        self._http = await self._stack.enter_async_context(aiohttp.ClientSession())
        await self.start_bridge()
        self.account = Account(self._path)
        desk = self.bridge.desk
        for user in USERS:
            await desk.answer(msgspec.json.encode(AddUser(user, None, None)))
            await desk.answer(msgspec.json.encode(AddToken(user, digest_of(f"token-of-{user}"))))
        await self.join()
        for device in STATES:
            self.say(device, "off" if device == LAMP else "closed")
        self.say(THERMO, "20")
        await self.quiet()
        for ask in (*ALWAYS, *ASKS):
            await self.poll_first(ask)

    async def close(self) -> None:
        """End everything."""
        if self.is_up:
            await self.bridge.kill()
        self.account.close()
        await self._stack.aclose()

    async def quiet(self, seconds: float = QUIET_S) -> None:
        """Let everything happen that happens by itself in this time."""
        await asyncio.sleep(seconds)
        if self.is_up:
            self.bridge.check()
            self._note_listening()

    async def start_bridge(self) -> None:
        """Start the bridge on what is on disk."""
        self.bridge = Bridge(self.settings, self.broker, self.realtime, clock_ms=self.clock_ms, obey=self._obey)
        await self.bridge.start()
        self.is_up = True

    async def stop_bridge(self) -> None:
        """Stop it in order."""
        self._note_listening()
        if self.all_well:
            self._noted_s = self._loop.time()
        self.is_up = False
        await self.bridge.stop()

    async def kill_bridge(self) -> None:
        """Kill it."""
        self._note_listening()
        self.is_up = False
        await self.bridge.kill()

    async def join(self) -> None:
        """Let the bridge connect to the broker."""
        self.bridge.wire.join(self._sent)
        await self.quiet()
        if self.bridge.wire.live and not self.disk_full:
            self._noted_s = self._loop.time()

    def cut(self) -> None:
        """Lose the connection to the broker."""
        if self.is_up:
            self._note_listening()
            self.bridge.wire.leave()
        self.broker.detach()

    def step_clock(self, seconds: float) -> None:
        """Set the clock. How long the bridge was away is then known to nobody."""
        self.stepped_ms += int(seconds * 1000)
        self._sure, self._noted_s, self._noting_since_s = False, float("-inf"), None

    def say(self, device: str, word: str) -> None:
        """Let a device say how it is."""
        if device in self.states:
            self.states[device] = word
        written = word.upper() if device == LAMP else word
        self.broker.publish(f"home/{device}/state", written.encode(), retain=device in self.states)

    def press(self, word: str) -> None:
        """Press the bell."""
        self.broker.publish(f"home/{BELL}/action", word.encode(), retain=False)

    async def decide(self, decision: DeviceDecision) -> None:
        """Let a person decide something about a device. Raises StorageUnavailable."""
        await self.bridge.desk.answer(msgspec.json.encode(decision))
        match decision:
            case ExposeDevice(id=device, exposed=True) if device in self.sights.hidden:
                self.sights.hidden.discard(device)
                self.sights.exposed_since[device] = self.account.newest + 1
            case ExposeDevice(id=device, exposed=False):
                self.sights.hidden.add(device)
            case ShareDevice(id=device, user=user, shared=True) if (user, device) in self.sights.taken:
                self.sights.taken.discard((user, device))
                self.sights.shared_since[user, device] = self.account.newest + 1
            case ShareDevice(id=device, user=user, shared=False):
                self.sights.taken.add((user, device))
            case _:
                pass

    async def poll_first(self, ask: Ask, text: str = "") -> None:
        """Let IFTTT ask for the first time, with an identity of its own."""
        self.account.read()
        identity = first_sight(
            ask, text or f"{next(self._numbers):040x}", self.account.rows, self.sights, self.clock_ms()
        )
        status, items = await self._poll(identity)
        if self.disk_full:
            assert status == 503, f"an identity that cannot be kept was answered with {status}"
            return
        assert status == 200, items
        self.identities[identity.text] = identity
        self._check_items(identity, items)

    async def poll(self, identity: Identity) -> None:
        """Let IFTTT ask: the answer is what the account says, with ids that never change."""
        status, items = await self._poll(identity)
        assert status == 200, items
        self._check_items(identity, items)

    async def forget(self, identity: Identity) -> None:
        """Let IFTTT delete an identity."""
        path = f"triggers/{identity.ask.trigger}/trigger_identity/{identity.text}"
        status, _ = await self._ask("DELETE", path, identity.ask.user)
        if self.disk_full:
            assert status == 503, status
        else:
            assert status == 200, status
            del self.identities[identity.text]

    async def order(self, request: str) -> int | None:
        """Let IFTTT turn the lamp on by a request. None: the bridge died meanwhile."""
        self._ordering = request
        body = {"actionFields": {"light": LAMP}}
        asking = self._loop.create_task(
            self._ask("POST", "actions/turn_on_light", "anna", body, headers={"X-Request-ID": request})
        )
        while not asking.done() and not self.bridge.fate.dead:  # noqa: ASYNC110 -- it may die at any step
            await asyncio.sleep(0)  # a request is under way, so no time passes
        if not asking.done():
            asking.cancel()
            await asyncio.wait([asking])
            await self.kill_bridge()
            return None
        status, answer = asking.result()
        assert self.orders.get(request, 0) <= 1, f"the request {request} has been carried out more than once"
        if status == 200:
            (one,) = answer["data"]
            assert self.answers.setdefault(request, one["id"]) == one["id"], "another id for the same request"
        return status

    def left_open(self) -> list[int]:
        """Return for each time the door was open how often that was told, the newest last."""
        found = [0]
        for row in self.account.of(DOOR):
            if row.kind == "contact.opened":
                found.append(0)
            elif row.kind == LEFT_OPEN:
                found[-1] += 1
        return found

    def check(self) -> None:
        """Check what holds at any time."""
        self.account.check_nothing_changed()
        assert all(times <= 1 for times in self.left_open()), "an open door was told of more than once"
        assert all(times <= 1 for times in self.orders.values()), "a command was published twice"
        if self.all_well:
            assert self.broker.waiting == 0, "something is not acknowledged though nothing stands in the way"
            self.account.check_all()

    def check_told(self) -> None:
        """IFTTT has had time enough: whoever waits has been told of everything."""
        for identity in self.identities.values():
            items = identity.items(self.account.rows, self.sights)
            untold = [row for row in items if row.seq > max(identity.told, identity.owed_from)]
            assert not untold, f"{identity.ask.trigger} of {identity.ask.user} was not told of {untold[0]}"

    async def _poll(self, identity: Identity) -> tuple[int, Any]:
        body = {"trigger_identity": identity.text, "triggerFields": dict(identity.ask.fields), "limit": 50}
        return await self._ask("POST", f"triggers/{identity.ask.trigger}", identity.ask.user, body)

    def _check_items(self, identity: Identity, answer: Any) -> None:  # noqa: ANN401 -- JSON
        self.account.read()
        expected = [row.id for row in identity.items(self.account.rows, self.sights)][:50]
        items = answer["data"]
        assert [item["meta"]["id"] for item in items] == expected, (identity.ask, self.sights)
        times = [item["meta"]["timestamp"] for item in items]
        assert times == sorted(times, reverse=True), "newest first, by the seconds too"

    async def _ask(
        self, method: str, path: str, user: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        with self._loop.working():
            async with self._http.request(
                method,
                f"http://127.0.0.1:{self.bridge.port}/ifttt/v1/{path}",
                json=body,
                headers={"Authorization": f"Bearer token-of-{user}"} | dict(headers or {}),
            ) as response:
                content = await response.read()
                return response.status, msgspec.json.decode(content) if content else None

    def _note_listening(self) -> None:
        """Note for how long all was heard: exactly, and as far as a new life of the bridge may know."""
        now_s = self._loop.time()
        if self.bridge.wire.live:
            self._listened_s, self._sure = now_s, True
        elif self.broker.attached:
            self._sure = False  # cut off within a backlog
        if not self.bridge.wire.live or self.disk_full:
            self._noting_since_s = None
        elif self._noting_since_s is None:
            self._noting_since_s = now_s
        elif now_s - self._noting_since_s >= NOTED_S:
            self._noted_s = max(self._noted_s, now_s - NOTED_S)

    def _sent(self, copy: Copy, *, backlog: bool) -> None:
        if copy.topic == MARKER:
            return
        device = copy.topic.split("/")[1]
        copy.ways.append(Way(self._late() if backlog else frozenset({False}), device in self.sights.hidden))

    def _late(self) -> frozenset[bool]:
        """Return what may be said of whether what waited is too late by now."""
        now_s = self._loop.time()
        if not self._sure:
            return frozenset({True, False})
        away_s, most_s = now_s - self._listened_s - NEARLY_S, now_s - self._noted_s + NEARLY_S
        return frozenset({away_s > PRESS_LIMIT_S, most_s > PRESS_LIMIT_S})

    def _acknowledged(self, copy: Copy) -> None:
        if copy.topic != MARKER:
            self.account.acknowledged(copy)

    def _lost(self, copy: Copy) -> None:
        if copy.topic != MARKER:
            self.account.lost(copy)

    def _told(self, entries: Sequence[Mapping[str, str]]) -> None:
        newest = self.account.newest
        for entry in entries:
            for identity in self.identities.values():
                if identity.text == entry.get("trigger_identity") or "user_id" in entry:
                    identity.told = newest

    def _obey(self, payload: bytes) -> None:
        assert self._ordering is not None
        self.orders[self._ordering] = self.orders.get(self._ordering, 0) + 1
        self.published.append(payload)
        if not self.deaf:
            self.say(LAMP, payload.decode().lower())
