"""The broker: stopped and started, slow, away, taken over, with an older save, without its data, with too much waiting.

Where it kept its session, every press is in the timeline once and in order. Where it did not, the honest result is
printed, and the daemon has to say that something may be missing wherever it can know.
"""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from scripts.faultwall.broker_certificate import certificate
from scripts.faultwall.presses import Presses, Tally
from scripts.faultwall.wall import Row, Wall
from tests.parts.daemon import Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.relay import Relay, relay_to
from tests.parts.waiting import until

QUEUED: Final = 300
LONGEST_QUEUE: Final = 500
NEVER: Final = "autosave_interval 36000"
PROTOCOLS: Final = ("5", "3.1.1")
RIVAL_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Stage:
    wall: Wall
    broker: Mosquitto
    relay: Relay
    daemon: Daemon
    presses: Presses

    async def health(self) -> dict[str, Any]:
        """Return what /readyz says."""
        url = f"http://127.0.0.1:{self.daemon.private_port}/readyz"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            said: dict[str, Any] = await answer.json()
            return said

    async def unsaid(self, event: str, words: str) -> list[str]:
        """Return what log and health do not say although they should."""
        missing = [] if f"event={event} " in self.daemon.log else [f"the log does not say {event}"]
        if not any(words in note for note in (await self.health()).get("notes", ())):
            missing.append(f"health does not say that {words}")
        return missing

    def data_gone(self) -> None:
        """Remove what the broker has saved."""
        self.broker.saved.unlink()


Found = tuple[str, list[str]]
"""The figures, and what did not hold."""


async def broker(wall: Wall) -> Sequence[Row]:
    """Break the broker in every way, with both versions of the protocol side by side."""
    found = await asyncio.gather(*(_with(wall, protocol) for protocol in PROTOCOLS))
    return [*(row for rows in found for row in rows), *await certificate(wall)]


async def _with(wall: Wall, protocol: str) -> list[Row]:
    async with _stage(wall, protocol, NEVER) as stage:
        rows = [await _row(stage, protocol, name, fault) for name, fault in _FAULTS.items()]
    short = f"{NEVER}\nmax_queued_messages {LONGEST_QUEUE}"
    async with _stage(wall, f"{protocol}", short, "-short-queue") as stage:
        return [*rows, await _row(stage, protocol, "queue too short", _overflow)]


async def _row(stage: _Stage, protocol: str, name: str, fault: Callable[[_Stage], Awaitable[Found]]) -> Row:
    stage.presses.begin()
    text, broken = await fault(stage)
    stage.wall.say(f"  {protocol}, {name}: {text} {broken or ''}")
    return Row(f"broker {name}", f"MQTT {protocol}", text, tuple(broken))


@contextlib.asynccontextmanager
async def _stage(wall: Wall, protocol: str, extra: str, name: str = "") -> AsyncIterator[_Stage]:
    async with contextlib.AsyncExitStack() as stack:
        mosquitto = Mosquitto(wall.fresh(f"broker-{protocol}{name}"), extra=extra)
        stack.callback(mosquitto.close)
        await mosquitto.start()
        relay = await stack.enter_async_context(relay_to(mosquitto.port))
        daemon = Daemon(wall.fresh(f"broker-daemon-{protocol}{name}"), relay.port, mqtt=f'protocol = "{protocol}"')
        stack.callback(daemon.close)
        await daemon.start()
        yield _Stage(wall, mosquitto, relay, daemon, Presses(mosquitto.port, daemon))


async def _restarted(stage: _Stage) -> Found:
    """Stop it in order under way, wait until that is noticed, start it."""
    times = stage.wall.either(short=2, long=20)
    async with stage.presses.steadily():
        for _ in range(times):
            await stage.presses.come_in()
            async with stage.presses.pause():
                stage.broker.stop()
                await until(lambda: _not_ready(stage), what="the absence being noticed")
                await stage.broker.start()
    return _exact(await stage.presses.all_in(), f"{times} times")


async def _slow(stage: _Stage) -> Found:
    """Let little through, and let the broker stand still now and then."""
    times = stage.wall.either(short=3, long=50)
    stage.relay.bytes_per_s = 30_000
    async with stage.presses.steadily():
        for _ in range(times):
            stage.broker.freeze()
            await asyncio.sleep(0.3)
            stage.broker.thaw()
            await asyncio.sleep(0.2)
    stage.relay.bytes_per_s = None
    return _exact(await stage.presses.all_in(), f"{times} standstills, 30 kB/s")


async def _away_at_boot(stage: _Stage) -> Found:
    """Start the daemon without it; it has presses for the daemon from before."""
    stage.daemon.stop()
    await stage.presses.press(QUEUED)
    stage.broker.stop()
    await stage.daemon.start(ready=False)
    broken = [] if "broker" in (await stage.health())["causes"] else ["health does not name the broker"]
    await stage.broker.start()
    text, wrong = _exact(await stage.presses.all_in(), f"{QUEUED} waited")
    return text, broken + wrong


async def _stale_save(stage: _Stage) -> Found:
    """Kill it when it has saved what waits for the daemon, and not that the daemon has taken it by then."""
    stage.daemon.freeze()
    await stage.presses.press(QUEUED)
    await stage.broker.save()
    stage.daemon.thaw()
    await stage.presses.press(QUEUED)
    await stage.presses.all_in()
    stage.broker.kill()
    await until(lambda: _not_ready(stage), what="the absence being noticed")
    await stage.broker.start()
    await until(stage.daemon.is_ready, within_s=60, what="the daemon being well again")
    await stage.presses.press(QUEUED)
    text, broken = _exact(await stage.presses.all_in(), f"{QUEUED} delivered again")
    return text, broken + await stage.unsaid("mqtt.broker_went_back", "went back to an older save")


async def _unsaved_while_away(stage: _Stage) -> Found:
    """Kill it when it has, unsaved, what came while the daemon was away: that is gone, and no number tells of it."""
    await stage.broker.save()
    stage.daemon.stop()
    await stage.presses.press(QUEUED)
    stage.broker.kill()
    await stage.broker.start()
    await stage.daemon.start()
    await stage.presses.press(QUEUED)
    tally = await stage.presses.all_in(but=QUEUED)
    text = f"{tally}: those that only the broker had; nobody can know of them"
    return text, _no_more_than(tally, QUEUED)


async def _data_gone(stage: _Stage) -> Found:
    """Take its data away while it has something for the daemon: that is gone, and said."""
    stage.daemon.stop()
    await stage.presses.press(QUEUED)
    stage.broker.stop()
    stage.data_gone()
    await stage.broker.start()
    await stage.daemon.start()
    await stage.presses.press(QUEUED)
    tally = await stage.presses.all_in(but=QUEUED)
    broken = _no_more_than(tally, QUEUED)
    return f"{tally}: those that waited; said", broken + await stage.unsaid("mqtt.session_lost", "forgotten the bridge")


async def _overflow(stage: _Stage) -> Found:
    """Let more wait for the daemon than the broker keeps: what it drops is told to the last one."""
    stage.presses.begin()
    await stage.presses.press(QUEUED)
    await stage.presses.all_in()
    stage.daemon.kill()
    await stage.presses.press(3 * LONGEST_QUEUE)
    await stage.daemon.start()
    await stage.presses.press(QUEUED)
    tally = await stage.presses.all_in(but=2 * LONGEST_QUEUE)
    said = _said_missing(stage.daemon.log)
    broken = [] if said == tally.lost else [f"{said} are said to be missing, and {tally.lost} are"]
    broken += [] if tally.lost else ["nothing was dropped: this showed nothing"]
    broken += [f"{tally.double} double"] if tally.double else []
    broken += await stage.unsaid("mqtt.messages_missing", "messages that the broker had for the bridge never came")
    return f"{tally}; said: {said} missing", broken


async def _taken_over(stage: _Stage) -> Found:
    """Let another program come with the daemon's client id, again and again: it takes presses away. That is said."""
    command = ["mosquitto_sub", "-p", str(stage.broker.port), "-i", "ifttt-bridge", "-c", "-q", "1", "-t", "nothing"]
    said_before = _said_missing(stage.daemon.log)
    rival = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: ASYNC220 -- does not wait
    try:
        async with stage.presses.steadily():
            await until(lambda: "event=mqtt.rival " in stage.daemon.log, within_s=RIVAL_S, what="the rival being named")
            causes = (await stage.health())["causes"]
    finally:
        rival.kill()
        taken = len((rival.communicate()[0] or b"").splitlines())
    broken = [] if "client id" in causes.get("broker", "") else ["health does not speak of the client id"]
    await until(lambda: _live(stage), within_s=RIVAL_S, what="the connection being back")
    tally, said = stage.presses.tally(), _said_missing(stage.daemon.log) - said_before
    broken += [] if said == tally.lost else [f"{said} are said to be missing, and {tally.lost} are"]
    stage.presses.begin()
    await stage.presses.press(QUEUED)
    with contextlib.suppress(AssertionError):
        await until(lambda: stage.presses.tally().exact, what="all that comes after it")
    after = stage.presses.tally()
    broken += [f"{tally.lost} lost, and the other one had only {taken}"] if tally.lost > taken else []
    broken += [] if not tally.double and after.exact else [f"during: {tally}; afterwards: {after}"]
    return f"{tally}, the other one had {taken}; said: {said} missing; afterwards {after}", broken


_FAULTS: Final[dict[str, Callable[[_Stage], Awaitable[Found]]]] = {
    "restarted": _restarted,
    "slow": _slow,
    "away at boot": _away_at_boot,
    "killed, with an older save": _stale_save,
    "killed, unsaved while the daemon was away": _unsaved_while_away,
    "data gone": _data_gone,
    "session taken over": _taken_over,
}


def _exact(tally: Tally, how: str) -> Found:
    broken = [] if tally.exact else [f"{tally}{'' if tally.in_order else ', out of order'}"]
    return f"{tally} ({how})", broken


def _no_more_than(tally: Tally, lost: int) -> list[str]:
    return [] if tally.lost <= lost and not tally.double else [str(tally)]


def _said_missing(log: str) -> int:
    lines = [line for line in log.splitlines() if "event=mqtt.messages_missing " in line]
    return sum(int(line.split(" count=")[1].split()[0]) for line in lines)


async def _not_ready(stage: _Stage) -> bool:
    return not await stage.daemon.is_ready()


async def _live(stage: _Stage) -> bool:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{stage.daemon.private_port}/metrics") as answer,
    ):
        return "\nifttt_bridge_broker_live 1" in await answer.text()
