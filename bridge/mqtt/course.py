"""How to go on after each connection to the broker: how soon, in which MQTT, with a last will or without, and whether
somebody else uses our client id. Plain computation; knows neither the library nor the clock.
"""  # noqa: D205 -- one sentence

import random
from dataclasses import dataclass
from typing import Final

from bridge.backoff import Backoff
from bridge.errors import (
    BrokerSilent,
    ClosedByBroker,
    ConnectionFailed,
    CredentialsRefused,
    ProtocolRefused,
    SessionTakenOver,
    WillRefused,
)
from bridge.mqtt.session import Broker, Protocol

PROOF: Final = 3
"""So many good connections in a row that the broker soon ended: Mosquitto 2.0 does not say that it was for another."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`steady_s`: who lived longer was a good connection, and the next follows soon. `quick_s`: who was closed earlier
    was perhaps thrown out by another client. `calm_s`: who lives longer has no rival any more.
    """  # noqa: D205 -- one paragraph

    steady_s: float = 5.0
    quick_s: float = 20.0
    calm_s: float = 90.0


class Course:
    """Learns from how each attempt went. `protocol`, `with_will` and `delay_s` are for the next one.

    `rival`: what is to be said of another client with our id, "" if there is none; `sure`: the broker said so.
    """

    def __init__(self, broker: Broker, pace: Pace) -> None:
        self.protocol = Protocol.V311 if broker.protocol is Protocol.V311 else Protocol.V5
        self.with_will = True
        self.rival = ""
        self.sure = False
        self._pace = pace
        self._backoff = Backoff(first_s=0.25, longest_s=30.0)
        self._client_id = broker.client_id
        self._free = broker.protocol is Protocol.AUTO
        self._knows_v5 = False
        self._refuses_v5 = False
        self._attempt = 0
        self._closed_soon = 0
        self._slowly = False

    def failed(self, error: ConnectionFailed) -> None:
        """Learn from an attempt that came to nothing.

        Right after a connection that was closed soon it means that the broker restarts: that it was there a moment ago
        counts for more than how often it has gone.
        """
        self._attempt = 1 if self._closed_soon else self._attempt + 1
        self._closed_soon = 0
        self._slowly = isinstance(error, CredentialsRefused)
        if isinstance(error, WillRefused):
            self.with_will = False
        if self._free:
            self._choose_protocol(error)

    def ended(self, error: ConnectionFailed, lasted_s: float) -> None:
        """Learn from a good connection."""
        self._knows_v5 = self._knows_v5 or self.protocol is Protocol.V5
        self._slowly = False
        if isinstance(error, SessionTakenOver):
            self._closed_soon = PROOF
        elif isinstance(error, ClosedByBroker) and lasted_s < self._pace.quick_s:
            self._closed_soon += 1
        else:
            self._closed_soon = 0
        if self._closed_soon >= PROOF and not self.rival:
            self.sure = isinstance(error, SessionTakenOver)
            self.rival = self._rival(sure=self.sure)
        steady = lasted_s > self._pace.steady_s and not self.rival
        self._attempt = 0 if steady else self._attempt + 1

    def calm(self) -> None:
        """Learn that nobody has thrown us out for long."""
        self.rival = ""
        self._closed_soon = 0

    def delay_s(self, chance: random.Random) -> float:
        """Return how long to wait before the next attempt.

        None at all where a rival is only suspected: a broker that restarts takes no connection at that moment, and
        that clears it of the suspicion.
        """
        if self._closed_soon and not self.rival:
            return 0.0
        return self._backoff.longest_s if self._slowly else self._backoff.delay_s(self._attempt, chance)

    def _choose_protocol(self, error: ConnectionFailed) -> None:
        """Choose 3.1.1 where the broker refuses version 5, or is silent and never spoke it."""
        if isinstance(error, ProtocolRefused) and self.protocol is Protocol.V5:
            self._refuses_v5 = True
        silent = self.protocol is Protocol.V5 and isinstance(error, BrokerSilent)
        fall_back = self._refuses_v5 or (silent and not self._knows_v5)
        self.protocol = Protocol.V311 if fall_back else Protocol.V5

    def _rival(self, *, sure: bool) -> str:
        advice = f'the client id "{self._client_id}"; give each its own mqtt.client_id'
        if sure:
            return f"another program is connected with {advice}"
        return f"the broker soon ends each connection: another program is probably connected with {advice}"
