"""How long an answer is waited for, in virtual time."""

import asyncio

import pytest

from bridge.mqtt.patience import Patience
from bridge.simulator.virtual_time import run_virtually


async def _gave_up_after(patience: Patience, limit_s: float, *, heard_every_s: float, times: int) -> float:
    """Wait for what never comes while messages come, and return how long that took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(times):
        loop.call_at(began + (number + 1) * heard_every_s, patience.heard)
    with pytest.raises(TimeoutError):
        async with patience.limit(limit_s):
            await loop.create_future()
    return loop.time() - began


@pytest.mark.parametrize(
    ("heard_every_s", "times", "expected_s"),
    [(1, 0, 5), (4, 1, 9), (4, 10, 45), (6, 10, 5), (1, 1000, 120)],
    ids=["silence", "one message", "a backlog", "messages after the end", "messages without end"],
)
def test_an_answer_is_waited_for_while_messages_come_but_not_for_ever(
    heard_every_s: float, times: int, expected_s: float
) -> None:
    took = run_virtually(_gave_up_after(Patience(120), 5, heard_every_s=heard_every_s, times=times))
    assert took == pytest.approx(expected_s)


def test_an_answer_ends_the_wait_and_what_comes_later_moves_nothing() -> None:
    async def answered() -> None:
        patience = Patience()
        async with patience.limit(5):
            await asyncio.sleep(1)
        patience.heard()
        await asyncio.sleep(300)

    run_virtually(answered())
