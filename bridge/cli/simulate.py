"""`ifttt-bridge simulate`: the stand-ins on their own, against any broker and any service."""

import argparse
import asyncio
import os
import random
import time
from pathlib import Path

from bridge.errors import BridgeError, ConfigurationError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    parser.add_argument("--replay", metavar="FILE", help="show what MQTT messages come to, one JSON object a line")
    parser.add_argument("--together", action="store_true", help="with --replay: all lines meet one bridge, one story")
    parser.add_argument("--json", action="store_true", help="with --replay: one JSON object a line")
    parser.set_defaults(run=run_replay)
    commands = parser.add_subparsers(metavar="WHAT")
    home = commands.add_parser("home", help="a door, a button and a light on a broker")
    home.add_argument("--host", default="127.0.0.1", help="the broker (default: this machine)")
    home.add_argument("--port", type=int, default=1883)
    home.add_argument("--username", help="the password comes from $MQTT_PASSWORD")
    home.add_argument("--interval", type=_seconds, default=10.0, metavar="SECONDS", help="between two things happening")
    home.set_defaults(run=run_home)
    ifttt = commands.add_parser("ifttt", help="IFTTT with the two Applets of the demo")
    ifttt.add_argument("url", metavar="BASE_URL", help="the service, as IFTTT would be told")
    ifttt.add_argument("--listen-port", type=int, default=8090, help="where notifications are taken (default: 8090)")
    ifttt.set_defaults(run=run_ifttt)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.01 <= seconds <= 86400:  # noqa: PLR2004 -- from a hundredth of a second to a day
        raise argparse.ArgumentTypeError("must be a number of seconds from 0.01 to 86400")
    return seconds


def run_replay(arguments: argparse.Namespace) -> int:
    """Show what messages come to, line by line. Nothing is stored, and nobody is told."""
    from bridge.cli import replay  # noqa: PLC0415 -- the weight of devices
    from bridge.cli.replay_lines import read_lines  # noqa: PLC0415 -- the same
    from bridge.conventions import conventions_named  # noqa: PLC0415 -- the same

    if arguments.replay is None:
        raise ConfigurationError(["say what to play: home, ifttt, or --replay FILE; see ifttt-bridge simulate --help"])
    show = replay.as_json if arguments.json else replay.as_text
    now_ms = time.time_ns() // 1_000_000  # noqa: TID251 -- commands read the clock
    try:
        written = Path(arguments.replay).open("rb")  # noqa: SIM115 -- closed below
    except OSError as error:
        raise BridgeError(f"{arguments.replay}: cannot be read: {error.strerror}") from None
    with written:
        lines = read_lines(written, name=arguments.replay)
        for outcome in replay.replay(lines, conventions_named(), now_ms=now_ms, together=arguments.together):
            print(show(outcome))
    return 0


def run_home(arguments: argparse.Namespace) -> int:
    """Play a home until Ctrl-C."""
    asyncio.run(_home(arguments))
    return 0


def run_ifttt(arguments: argparse.Namespace) -> int:
    """Play IFTTT until Ctrl-C. The secrets come from the environment: they must not stand in a list of processes."""
    missing = [name for name in ("IFTTT_SERVICE_KEY", "IFTTT_ACCESS_TOKEN") if not os.environ.get(name)]
    if missing:
        raise BridgeError(f"set {' and '.join(missing)} in the environment: the service key, and a token of a user")
    asyncio.run(_ifttt(arguments))
    return 0


async def _home(arguments: argparse.Namespace) -> None:
    from bridge.simulator.home import SimulatedHome  # noqa: PLC0415 -- the weight of the stand-ins

    simulated = SimulatedHome(
        arguments.host,
        arguments.port,
        username=arguments.username,
        password=os.environ.get("MQTT_PASSWORD"),
        on_step=_say,
    )
    chance = random.Random()  # noqa: S311 -- makes the home lively, guards nothing
    print(f"Looking for a broker at {arguments.host}:{arguments.port} ...", flush=True)
    async with simulated as home:
        print(f"A door, a button and a light on {arguments.host}:{arguments.port}. Ctrl-C ends it.", flush=True)
        while True:
            await asyncio.sleep(arguments.interval)
            await home.open_door()
            await asyncio.sleep(arguments.interval)
            await home.close_door()
            await asyncio.sleep(arguments.interval)
            await home.press(chance.choice(["single", "double", "long"]))


async def _ifttt(arguments: argparse.Namespace) -> None:
    from bridge.cli.demo import applets  # noqa: PLC0415 -- the weight of the stand-ins
    from bridge.simulator.authorization import Service  # noqa: PLC0415 -- the same
    from bridge.simulator.cloud import SimulatedIfttt  # noqa: PLC0415 -- the same
    from bridge.simulator.habits import Habits, Listen  # noqa: PLC0415 -- the same

    ifttt = SimulatedIfttt(
        Service(arguments.url, os.environ["IFTTT_SERVICE_KEY"]),
        access_token=os.environ["IFTTT_ACCESS_TOKEN"],
        applets=applets(),
        chance=random.Random(),  # noqa: S311 -- spreads polls, guards nothing
        habits=Habits(listen=Listen(port=arguments.listen_port)),
        on_step=_say,
    )
    async with ifttt:
        print(f"Notifications are taken at {ifttt.realtime_url}. Ctrl-C ends it.", flush=True)
        await asyncio.Event().wait()


def _say(step: object) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {step}", flush=True)
