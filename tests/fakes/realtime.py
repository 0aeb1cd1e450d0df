"""A client of the Realtime API that answers as the test decides, and pauses that take no time."""

import asyncio
from collections.abc import Callable, Sequence

from bridge.realtime.client import Reply, Verdict
from bridge.realtime.recipients import Recipient

Judge = Callable[[Sequence[str]], Reply]
"""From the entries of a request to its answer: an identity's text, `user` and the id of a user."""

TOLD = Reply(Verdict.TOLD, 200)
REFUSED = Reply(Verdict.REFUSED, 400)
WRONG_KEY = Reply(Verdict.WRONG_KEY, 401)
AWAY = Reply(Verdict.LATER, reason="ClientConnectorError")


def refuse(bad: set[str]) -> Judge:
    """Return a judge that refuses every request with a bad entry in it."""
    return lambda identities: REFUSED if bad.intersection(identities) else TOLD


class ScriptedClient:
    """Answers with the script's replies one after the other, then as `judge` says. `hold` keeps answers back.

    `requests` has the entries of every request, `told` those of the accepted ones: an identity as its text, a user as
    `user` and the id.
    """

    def __init__(self, *script: Reply, judge: Judge = lambda _identities: TOLD) -> None:
        self._script = list(script)
        self.judge = judge
        self._free = asyncio.Event()
        self._free.set()
        self._under_way = 0
        self.most_at_once = 0
        self.requests: list[list[str]] = []
        self.told: list[str] = []
        self.used: list[tuple[str, str]] = []

    def hold(self) -> None:
        """Keep answers back until `release`."""
        self._free.clear()

    def release(self) -> None:
        """Answer what waits, and from now on at once."""
        self._free.set()

    def use(self, url: str, service_key: str) -> None:
        """Note where it is pointed to."""
        self.used.append((url, service_key))

    async def notify(self, recipients: Sequence[Recipient]) -> Reply:
        """Take a request and answer it."""
        entries = [each.keys[0].identity if each.user is None else f"user {each.user}" for each in recipients]
        self.requests.append(entries)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            await self._free.wait()
        finally:
            self._under_way -= 1
        reply = self._script.pop(0) if self._script else self.judge(entries)
        if reply.verdict is Verdict.TOLD:
            self.told += entries
        return reply


class Pauses:
    """Stands in for `asyncio.sleep`. `lengths_s`: the pauses asked for; they end at once, or when `end` is called."""

    def __init__(self, *, at_once: bool = True) -> None:
        self._at_once = at_once
        self._ended = asyncio.Event()
        self.lengths_s: list[float] = []

    async def __call__(self, length_s: float) -> None:
        """Pause."""
        self.lengths_s.append(length_s)
        if self._at_once:
            await asyncio.sleep(0)
            return
        self._ended.clear()
        await self._ended.wait()

    def end(self) -> None:
        """End the pause that lasts now."""
        self._ended.set()
