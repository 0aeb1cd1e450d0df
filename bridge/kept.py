"""What the database has to say at the start. Reads it, and settles what the last run could not."""

import secrets
from dataclasses import dataclass

import structlog

from bridge.ifttt.cursors import KEY_BYTES
from bridge.ifttt.identities import Identities
from bridge.oauth.grants import Moment
from bridge.oauth.seals import KEY_BYTES as SEAL_KEY_BYTES
from bridge.registers import Registers
from bridge.storage.journal import Loaded
from bridge.storage.settings import BROWSERS_KEY, CURSOR_KEY, LAST_CONNECTED_MS, RUN_MS, TOLD_UP_TO

log = structlog.get_logger("bridge.app")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the last run left. `run_ms`: how long the bridge has run until now, all its runs together."""

    loaded: Loaded
    identities: Identities
    away_s: float
    told_up_to: int
    cursor_key: bytes
    browsers_key: bytes
    run_ms: int


async def load(registers: Registers, *, now_ms: int, code_life_ms: int) -> Kept:
    """Read what the last run left. `code_life_ms`: how long an authorization code is good for."""
    interrupted = await registers.commands.settle_interrupted()
    if interrupted:
        log.warning("commands.interrupted", count=interrupted)
    await registers.readings.forget_old(now_ms=now_ms)
    last_connected_ms = await registers.settings.number(LAST_CONNECTED_MS)
    identities = Identities(await registers.identities.load())
    identities.let_rest(now_ms)
    identities.let_rest_but(set(await registers.accounts.connected()))
    run_ms = await _run_ms(registers)
    await registers.grants.drop_stale_codes(Moment(now_ms, run_ms), life_ms=code_life_ms)
    return Kept(
        loaded=await registers.journal.load(),
        identities=identities,
        away_s=_away_s(last_connected_ms, now_ms),
        told_up_to=await registers.settings.number(TOLD_UP_TO) or 0,
        cursor_key=await _key(registers, CURSOR_KEY, KEY_BYTES),
        browsers_key=await _key(registers, BROWSERS_KEY, SEAL_KEY_BYTES),
        run_ms=run_ms,
    )


async def _key(registers: Registers, name: str, length: int) -> bytes:
    """Return a key that is made once, of so many bytes."""
    return bytes.fromhex(await registers.settings.kept_first(name, secrets.token_hex(length)))


async def _run_ms(registers: Registers) -> int:
    """Return how long the bridge has run. After a crash, what was noted last may tell more than the clock."""
    kept_ms = await registers.settings.number(RUN_MS) or 0
    return max(kept_ms, await registers.grants.latest_run_ms())


def _away_s(last_connected_ms: int | None, now_ms: int) -> float:
    """Return how long nobody listened. A clock that is behind what it said before has lost count: for very long."""
    if last_connected_ms is None or now_ms < last_connected_ms:
        return float("inf")
    return (now_ms - last_connected_ms) / 1000
