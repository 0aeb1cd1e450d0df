"""The model-based test as a row of the wall: more of what the suite plays, and the same on real programs."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from scripts.faultwall.real_life import RealLife
from scripts.faultwall.wall import Row, Wall
from tests.model.machine import Machine
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import realtime_api

STEPS = 50


class _Counted(Machine):
    """Counts what is done."""

    steps = 0
    lives = 0

    def __init__(self) -> None:
        _Counted.lives += 1
        super().__init__()

    def check_invariants(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 -- handed on
        """Hypothesis calls this after each step."""
        _Counted.steps += 1
        super().check_invariants(*arguments, **more)


async def model(wall: Wall) -> Sequence[Row]:
    """Play random sequences of faults, first beside the plain account, then with real programs."""
    return (await asyncio.to_thread(_beside_the_account, wall), await _with_real_programs(wall))


def _beside_the_account(wall: Wall) -> Row:
    began_s = time.monotonic()
    broken: tuple[str, ...] = ()
    profile = settings(
        max_examples=wall.either(short=25, long=1500),
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=False,
        phases=wall.either(short=(Phase.generate,), long=(Phase.generate, Phase.shrink)),
        suppress_health_check=list(HealthCheck),
    )
    _Counted.steps = _Counted.lives = 0
    try:
        run_state_machine_as_test(seed(wall.seed)(_Counted), settings=profile)
    except Exception as error:  # noqa: BLE001 -- whatever did not hold is told, with the steps that lead there
        broken = ("\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())]),)
    took_s = time.monotonic() - began_s
    done = f"{_Counted.lives} lives, {_Counted.steps} steps, seed {wall.seed}"
    return Row(
        "model: faults in random order", done, f"{len(broken)} sequences that do not hold; {took_s:.0f} s", broken
    )


async def _with_real_programs(wall: Wall) -> Row:
    rounds = wall.either(short=25, long=2000)
    folder = wall.fresh("model")
    (folder / "broker").mkdir()
    (folder / "daemon").mkdir()
    broker = Mosquitto(folder / "broker", extra="autosave_interval 1\nautosave_on_changes true")
    await broker.start()
    try:
        async with realtime_api() as realtime:
            life = RealLife(folder / "daemon", broker, realtime, wall.chance("model"))
            try:
                await life.begin()
                for number in range(rounds):
                    await life.step()
                    if number % 100 == 99:
                        await life.check()
                        wall.say(f"   {number + 1} steps")
                await life.check()
                return Row("model: the same with Mosquitto and a daemon", life.done, life.found, tuple(life.broken))
            finally:
                life.close()
    finally:
        broker.close()
