"""How a simulated IFTTT goes about its work, and where it listens. Values only."""

import ssl
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the Realtime API listens; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    ssl_context: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """What one IFTTT does when, and in whose name.

    An Applet is checked at random intervals within `interval_s` when nobody tells. An action is tried once, and once
    more after each delay in `backoff_s`. `user` is whose Applets these are in IFTTT's own eyes.
    """

    interval_s: tuple[float, float] = (300.0, 900.0)
    backoff_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
    request_timeout_s: float = 20.0
    first_check_marks: bool = True
    fresh_request_id_per_try: bool = False
    user: str = "somebody"
    timezone: str = "Europe/Paris"
    listen: Listen = field(default_factory=Listen)
