"""Builds what everybody passes who wants in: the keys, the tokens, and the clock that they end by."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bridge.configured import all_service_keys
from bridge.oauth.access import Access
from bridge.oauth.grants import Moment
from bridge.oauth.run_clock import RunClock
from bridge.registers import Registers
from bridge.settings import Settings
from bridge.web.caller import Callers, TestTokens
from bridge.web.credentials import ServiceKeys
from bridge.web.strangers import Strangers


@dataclass(frozen=True, slots=True)
class Entrance:
    """The parts of it. `now`: by the wall clock, and by how long the bridge has run."""

    now: Callable[[], Moment]
    access: Access
    service_keys: ServiceKeys
    test_tokens: TestTokens
    callers: Callers
    strangers: Strangers

    def take_over(self, settings: Settings) -> None:
        """Let other settings be in force."""
        self.service_keys.replace(_keys(settings))
        self.strangers.come_through(settings.public.trusted_proxies)


def build_entrance(registers: Registers, settings: Settings, *, run_ms: int, clock_ms: Callable[[], int]) -> Entrance:
    """Put it together. `run_ms`: how long the bridge had run until now."""
    run_clock = RunClock(run_ms, time.monotonic)

    def now() -> Moment:
        return Moment(clock_ms(), run_clock.ms)

    access, test_tokens = Access(registers.grants, now), TestTokens(time.monotonic)
    strangers = Strangers(time.monotonic, settings.public.trusted_proxies)
    callers = Callers(access, test_tokens)
    return Entrance(now, access, ServiceKeys(_keys(settings)), test_tokens, callers, strangers)


def _keys(settings: Settings) -> list[str]:
    return [key.get_secret_value() for key in all_service_keys(settings)]
