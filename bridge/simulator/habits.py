"""How a simulated IFTTT goes about its work, and where it listens. Values only."""

import ssl
from dataclasses import dataclass, field

from bridge.simulator.schedule import DAY_S, HOUR_S, Pace


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the Realtime API listens; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    ssl_context: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """What one IFTTT does when, and in whose name.

    An Applet is checked at random intervals within `interval_s` when nobody tells, within `told_interval_s` (if that is
    set) while notifications come for it. An action is tried once, and once more after each delay in `backoff_s`, but
    for no longer than `run_within_s`. A user is checked after each new token, then at intervals within `user_check_s`,
    in trouble within `trouble_check_s`. `user` is whose Applets these are in IFTTT's own eyes, `service` which one they
    belong to: a staging clone is another. Without `listen` notifications are handed over, not sent.
    """

    interval_s: tuple[float, float] = (300.0, 900.0)
    told_interval_s: tuple[float, float] | None = None
    backoff_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
    run_within_s: float = DAY_S
    user_check_s: tuple[float, float] = (6.5 * DAY_S, 7.5 * DAY_S)
    trouble_check_s: tuple[float, float] = (10 * HOUR_S, 20 * HOUR_S)
    request_timeout_s: float = 20.0
    first_check_marks: bool = True
    fresh_request_id_per_try: bool = False
    refresh_together: bool = False
    user: str = "somebody"
    service: str = ""
    timezone: str = "Europe/Paris"
    listen: Listen | None = field(default_factory=Listen)

    @property
    def pace(self) -> Pace:
        """How often an Applet is checked."""
        return Pace(self.interval_s, self.told_interval_s)
