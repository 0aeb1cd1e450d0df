"""How requests reach a service: over HTTP, or however else somebody hands them over; and how answers get lost."""

import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

import aiohttp


class Kind(StrEnum):
    """What a request is for."""

    CHECK = "check"
    ACTION = "action"
    QUERY = "query"
    DELETE = "delete"
    USER = "user"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request."""

    kind: Kind
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `status` is None when nothing did, and `problem` says why."""

    status: int | None
    body: bytes
    took_s: float
    problem: str = ""


class Way(Protocol):
    """Brings a request to the service and its answer back. Never raises for what the other side does."""

    async def send(self, sent: Sent) -> Answer:
        """Send one request."""
        ...


@dataclass(frozen=True, slots=True)
class HttpWay:
    """The real way."""

    session: aiohttp.ClientSession

    async def send(self, sent: Sent) -> Answer:
        """Send one request over HTTP. Redirects are not followed."""
        started = time.perf_counter()
        try:
            async with self.session.request(
                sent.method, sent.url, data=sent.body, headers=sent.headers, allow_redirects=False
            ) as response:
                content = await response.read()
        except TimeoutError:
            return Answer(None, b"", time.perf_counter() - started, "no answer in time")
        except aiohttp.ClientError as problem:
            return Answer(None, b"", time.perf_counter() - started, str(problem) or type(problem).__name__)
        return Answer(response.status, content, time.perf_counter() - started)


@dataclass(slots=True)
class LossyWay:
    """Loses answers as it is told: the service has acted, and IFTTT never learns of it.

    `lost` counts what was lost so far.
    """

    way: Way
    chance: random.Random
    lost: Counter[Kind] = field(default_factory=Counter)
    _next: Counter[Kind] = field(default_factory=Counter)
    _shares: dict[Kind, float] = field(default_factory=dict)

    def lose(self, kind: Kind, *, times: int = 1) -> None:
        """Lose the next so many answers of a kind."""
        self._next[kind] = times

    def lose_some(self, kind: Kind, share: float) -> None:
        """Lose this share of all answers of a kind from now on, by chance; 0 ends it."""
        self._shares[kind] = share

    async def send(self, sent: Sent) -> Answer:
        """Send one request, and perhaps lose its answer."""
        answer = await self.way.send(sent)
        if self._next[sent.kind]:
            self._next[sent.kind] -= 1
        elif self.chance.random() >= self._shares.get(sent.kind, 0.0):
            return answer
        self.lost[sent.kind] += 1
        return replace(answer, status=None, body=b"", problem="the answer was lost")
