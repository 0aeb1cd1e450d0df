"""`ifttt-bridge demo`: everything working before one's eyes, on this machine alone.

The daemon runs as it is, with the embedded broker and a database of its own; the home and IFTTT are simulated.
"""

import argparse
import asyncio
import random
import secrets
import signal
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from bridge.settings import Settings, load

if TYPE_CHECKING:
    from bridge import app
    from bridge.cli.demo_story import Story
    from bridge.simulator.applets import Applet
    from bridge.simulator.authorization import Client, Tokens
    from bridge.simulator.cloud import SimulatedIfttt
    from bridge.simulator.home import SimulatedHome

USER: Final = "demo"
CLIENT: Final = "demo-ifttt"
REDIRECT_URI: Final = "https://ifttt.com/channels/demo/authorize"
PAUSE_S: Final = 2.0
TYPED_BYTES: Final = 9
"""So long is the password that a person types in to look at the dashboard."""

PATIENCE_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo plays: its configuration, IFTTT's port, what IFTTT was told, and what the person knows."""

    settings: Settings
    realtime_port: int
    service_key: str
    client_secret: str
    password: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    parser.add_argument("--rounds", type=_rounds, metavar="N", help="end by itself after N rounds (default: never)")
    parser.add_argument("--pause", type=float, default=PAUSE_S, metavar="SECONDS", help="between the scenes")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Play until Ctrl-C, or for some rounds. Everything it wrote is gone afterwards."""
    from bridge.logs import configure_logs  # noqa: PLC0415 -- nothing of this is needed to show the help

    configure_logs("error", "text")
    with tempfile.TemporaryDirectory(prefix="ifttt-bridge-demo-") as folder:
        asyncio.run(_play(Path(folder), rounds=arguments.rounds, pause_s=arguments.pause))
    return 0


async def _play(folder: Path, *, rounds: int | None, pause_s: float) -> None:
    from bridge.cli.run import stop_on_signals  # noqa: PLC0415 -- nothing of this is needed to show the help

    stop = asyncio.Event()
    stop_on_signals(stop, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)  # first: what follows takes a second to load
    from bridge import app  # noqa: PLC0415 -- the weight of the daemon
    from bridge.cli.demo_story import Story  # noqa: PLC0415 -- the same

    stage = await _set_up(folder)
    story = Story(time.perf_counter)
    started: asyncio.Future[app.Ports] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            app.run(stage.settings, stop=stop, started=started.set_result, observers=(story.committed,)), name="daemon"
        )
        ports = await started
        playing = tasks.create_task(_act(stage, ports, story, rounds=rounds, pause_s=pause_s), name="play")
        stopped = tasks.create_task(stop.wait(), name="stop")
        await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        playing.cancel()
        stop.set()


async def _set_up(folder: Path) -> Stage:
    """Write the configuration, as a person would, and make an account."""
    from bridge.configured import homes_of  # noqa: PLC0415 -- nothing of this is needed to show the help
    from bridge.oauth.passwords import hash_password  # noqa: PLC0415 -- the same
    from bridge.storage.accounts import Accounts  # noqa: PLC0415 -- the weight of the database
    from bridge.storage.database import open_database  # noqa: PLC0415 -- the same
    from bridge.storage.migrate import migrate  # noqa: PLC0415 -- the same

    service_key, client_secret = (secrets.token_urlsafe(32) for _ in range(2))
    password = secrets.token_urlsafe(TYPED_BYTES)
    public_port, realtime_port = _free_port(), _free_port()
    path = folder / "bridge.toml"
    path.write_text(
        f'[public]\nlisten = "127.0.0.1:{public_port}"\nurl = "http://127.0.0.1:{public_port}"\n'
        f'[private]\nlisten = "127.0.0.1:0"\n[mqtt]\nurl = "embedded:0"\ndiscovery = ["zigbee2mqtt"]\n[storage]\nurl = "sqlite://{folder}/bridge.db"\n'
        f'[ifttt]\nservice_keys = ["{service_key}"]\nrealtime_url = "http://127.0.0.1:{realtime_port}/v1/notifications"\n'
        f'[[oauth.clients]]\nclient_id = "{CLIENT}"\nclient_secret = "{client_secret}"\n'
        f'redirect_uris = ["{REDIRECT_URI}"]\n'
    )
    settings = load(path, {})
    now_ms = time.time_ns() // 1_000_000  # noqa: TID251 -- commands read the clock
    async with open_database(settings.storage.path) as database:
        await migrate(database)
        accounts = Accounts(database)
        await accounts.keep_homes(homes_of(settings))
        hashed = hash_password(password)
        await accounts.add_user(USER, settings.homes[0].id, password_hash=hashed, now_ms=now_ms, owner=True)
    return Stage(settings, realtime_port, service_key, client_secret, password)


async def _connect(stage: Stage, client: "Client") -> "Tokens":
    """Connect as a person does, who signs in on the page and agrees, and then IFTTT with the code."""
    import aiohttp  # noqa: PLC0415 -- nothing of this is needed to show the help

    from bridge.conformance.oauth.forms import FormFiller  # noqa: PLC0415 -- the same
    from bridge.simulator.authorization import Tokens  # noqa: PLC0415 -- the same

    asked = {"client_id": client.client_id, "response_type": "code", "redirect_uri": REDIRECT_URI, "scope": "ifttt"}
    filled_in = {"username": USER, "password": stage.password, "decision": "allow"}
    page = f"{stage.settings.public.url}/oauth/authorize?{urlencode(asked)}"
    returned = await FormFiller(REDIRECT_URI, filled_in, {}, PATIENCE_S).walk(page, refuse=False)
    form = {
        "grant_type": "authorization_code",
        "code": returned.code or "",
        "redirect_uri": REDIRECT_URI,
        "client_id": client.client_id,
        "client_secret": client.client_secret,
    }
    async with aiohttp.ClientSession() as session, session.post(client.token_url, data=form) as response:
        response.raise_for_status()
        given = await response.json()
    return Tokens(given["access_token"], given["refresh_token"])


async def _act(stage: Stage, ports: "app.Ports", story: "Story", *, rounds: int | None, pause_s: float) -> None:
    """Pair the home, and let the two Applets run, again and again."""
    from bridge.cli.asking import Desk  # noqa: PLC0415 -- nothing of this is needed to show the help
    from bridge.cli.demo_pairing import pair  # noqa: PLC0415 -- the weight of the stand-ins
    from bridge.simulator.home import SimulatedHome  # noqa: PLC0415 -- the same
    from bridge.simulator.zigbee2mqtt_speech import Zigbee2MqttSpeech  # noqa: PLC0415 -- the same

    story.opening(ports.public, ports.private, ports.broker, sign_in=(USER, stage.password))
    story.announcing()
    async with SimulatedHome("127.0.0.1", ports.broker, speech=Zigbee2MqttSpeech(), on_step=story.home) as home:
        paired = await pair(Desk(stage.settings), home, story, within_s=PATIENCE_S)
        wanted = applets(paired.door, paired.button, paired.light)
        async with await _ifttt(stage, wanted, story) as ifttt:
            for applet in wanted:
                await ifttt.wait_for_checks(applet, 1, timeout_s=PATIENCE_S)
            await _play_rounds(home, story, rounds=rounds, pause_s=pause_s)
    story.closing()


async def _ifttt(stage: Stage, wanted: "tuple[Applet, ...]", story: "Story") -> "SimulatedIfttt":
    """Return an IFTTT to which the person is connected."""
    from bridge.simulator.authorization import Client, Service  # noqa: PLC0415 -- the weight of the stand-ins
    from bridge.simulator.cloud import SimulatedIfttt  # noqa: PLC0415 -- the same
    from bridge.simulator.habits import Habits, Listen  # noqa: PLC0415 -- the same

    url = stage.settings.public.url
    client = Client(f"{url}/oauth/token", CLIENT, stage.client_secret)
    return SimulatedIfttt(
        Service(url, stage.service_key, client),
        access_token=await _connect(stage, client),
        applets=wanted,
        chance=random.Random(),  # noqa: S311 -- spreads polls, guards nothing
        habits=Habits(listen=Listen(port=stage.realtime_port), user=USER),
        on_step=story.cloud,
    )


async def _play_rounds(home: "SimulatedHome", story: "Story", *, rounds: int | None, pause_s: float) -> None:
    played = 0
    while rounds is None or played < rounds:
        await home.open_door()
        await story.light_is("on", PATIENCE_S)
        await asyncio.sleep(pause_s)
        await home.close_door()
        await home.press("double")
        await story.light_is("off", PATIENCE_S)
        await asyncio.sleep(pause_s)
        played += 1


def applets(
    door: str = "front-door", button: str = "bedside-button", light: str = "hall-light"
) -> "tuple[Applet, Applet]":
    """Return the two Applets of the demo, about things with these ids."""
    from bridge.simulator.applets import Applet  # noqa: PLC0415 -- the weight of the stand-ins

    return (
        Applet(
            "if the front door opens, turn on the hall light",
            "door_opened",
            "turn_on_light",
            {"door": door},
            {"light": light},
        ),
        Applet(
            "if the button is double-pressed, turn it off",
            "button_pressed",
            "turn_off_light",
            {"button": button, "press": "double"},
            {"light": light},
        ),
    )


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number from 1 on")
    return int(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
