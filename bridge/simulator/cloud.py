"""A simulated IFTTT: takes realtime notifications, checks triggers, runs Applets, for the users of one service.

Knows the service by its public address, its service key and what its users were given, as the real one does. A staging
clone is another one of these, with a key, a client and identities of its own.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self

import aiohttp

from bridge.simulator.account import Account
from bridge.simulator.applets import Applet, Run
from bridge.simulator.authorization import Renewal, Service, Tokens
from bridge.simulator.following import Surroundings
from bridge.simulator.habits import Habits
from bridge.simulator.journal import Check, Failure, Gates, Journal
from bridge.simulator.protocol import OK, Entry
from bridge.simulator.realtime_listener import Call, Notification, RealtimeListener, Said
from bridge.simulator.records import Records
from bridge.simulator.renewal import Holder
from bridge.simulator.schedule import DAY_S
from bridge.simulator.service_client import ServiceClient
from bridge.simulator.steps import OnCloudStep, Told, ignore_step
from bridge.simulator.way import HttpWay, LossyWay, Way


class SimulatedIfttt:
    """IFTTT as one service knows it; `async with` it, or await `run()`. More users come by `connect`.

    What is asked of Applets here is asked of the first user's. `way`: how requests reach the service if not by HTTP.
    """

    def __init__(
        self,
        service: Service,
        *,
        access_token: str | Tokens,
        applets: Iterable[Applet],
        chance: random.Random,
        habits: Habits | None = None,
        on_step: OnCloudStep = ignore_step,
        way: Way | None = None,
    ) -> None:
        self._service, self._way, self._chance = service, way, chance
        self._first_tokens = Tokens(access_token) if isinstance(access_token, str) else access_token
        self._first_applets = tuple(applets)
        self._habits = habits or Habits()
        self._journal = Journal(on_step)
        self._working = asyncio.Event()
        self._working.set()
        self._listener = RealtimeListener(service.key, self._habits.listen, on_entries=self._on_entries)
        self._sources = itertools.count(1)
        self.accounts: list[Account] = []

    async def run(self) -> None:
        """Work until cancelled."""
        async with self:
            await asyncio.Event().wait()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self.losses = LossyWay(self._way or await self._http(stack), self._chance)
            await self._listener.start()
            stack.push_async_callback(self._listener.stop)
            self._group = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(self._stop_accounts)
            self._stack = stack.pop_all()
        try:
            self.connect(self._first_tokens, user=self._habits.user, applets=self._first_applets)
        except ValueError:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The group is not shown the caller's exception, which it would wrap.
        await self._stack.aclose()

    @property
    def realtime_url(self) -> str:
        """The address of the Realtime API, known once it has started."""
        return self._listener.url

    @property
    def notifications(self) -> Records[Notification]:
        """The calls of the Realtime API, refused ones too."""
        return self._listener.notifications

    @property
    def failures(self) -> Records[Failure]:
        """What failed for any user."""
        return self._journal.failures

    @property
    def user_is_offline(self) -> bool:
        """Whether the first user's token is dead, with no other to be had."""
        return self.accounts[0].standing.offline

    def connect(
        self,
        tokens: Tokens,
        *,
        user: str,
        applets: Iterable[Applet] = (),
        interval_s: tuple[float, float] | None = None,
    ) -> Account:
        """Let one more user in, with these Applets, checked at intervals of their own if so wanted (schedule.PRO)."""
        habits = replace(self._habits, user=user, interval_s=interval_s or self._habits.interval_s)

        def on_renewal(outcome: Renewal) -> None:
            account.renewed(outcome)

        together = habits.refresh_together
        holder = Holder(self.losses, tokens, self._service.client, on_renewal=on_renewal, together=together)
        client = ServiceClient(self.losses, self._service.base_url, holder, habits.timezone)
        around = Surroundings(client, habits, self._chance, self._journal, Gates(self._working))
        account = Account(around, self._group, self._sources)
        self.accounts.append(account)
        for applet in applets:
            account.enable(applet)
        return account

    def enable(self, applet: Applet) -> None:
        """Start following one more Applet. ValueError when one of that name is enabled."""
        self.accounts[0].enable(applet)

    async def delete(self, applet: Applet) -> int | None:
        """Stop following an Applet, and DELETE its identity when no other Applet uses it; see Account."""
        return await self.accounts[0].delete(applet)

    def identity(self, applet: Applet) -> str:
        """Return the trigger identity of an enabled Applet."""
        return self.accounts[0].identity(applet)

    def runs(self, applet: Applet) -> list[Run]:
        """Return the newest finished runs of an enabled Applet, oldest of them first."""
        return self.accounts[0].runs(applet)

    def checks(self, applet: Applet) -> list[Check]:
        """Return the newest successful checks of an enabled Applet, oldest of them first."""
        return self.accounts[0].checks(applet)

    async def wait_for_runs(self, applet: Applet, n: int, *, timeout_s: float = 10.0) -> list[Run]:
        """Return the runs of an Applet once `n` have finished, however they ended; else TimeoutError."""
        return await self.accounts[0].wait_for_runs(applet, n, timeout_s=timeout_s)

    async def wait_for_checks(self, applet: Applet, n: int, *, timeout_s: float = 10.0) -> list[Check]:
        """Return the successful checks of an Applet once there are `n`; else TimeoutError."""
        return await self.accounts[0].wait_for_checks(applet, n, timeout_s=timeout_s)

    async def wait_for_notifications(self, n: int, *, timeout_s: float = 10.0) -> list[Notification]:
        """Return the notifications once `n` have arrived, refused ones too; else TimeoutError."""
        return await self.notifications.wait_for(n, timeout_s=timeout_s, what="notifications")

    async def wait_for_failures(self, n: int, *, timeout_s: float = 10.0) -> list[Failure]:
        """Return the failures once there are `n`; else TimeoutError."""
        return await self.failures.wait_for(n, timeout_s=timeout_s, what="failures")

    async def receive(self, call: Call) -> Said | None:
        """Take a notification that is handed over instead of sent. None: nobody answers."""
        return await self._listener.receive(call)

    def respond_with(self, status: int, *, retry_after: int | str | None = None, times: int = 1) -> None:
        """Answer the next `times` well-formed notifications so, and act on none of them."""
        self._listener.respond_with(status, retry_after=retry_after, times=times)

    def slow(self, seconds: float) -> None:
        """Answer notifications this much later from now on; 0 ends it."""
        self._listener.slow(seconds)

    async def down(self) -> None:
        """Refuse connections to the Realtime API until `up()`; checks go on."""
        await self._listener.stop()

    async def up(self) -> None:
        """Serve the Realtime API again, at the same address."""
        await self._listener.start()

    def pause(self) -> None:
        """Ask the service for nothing until `resume()`: IFTTT has paused it, or is in trouble itself."""
        self._working.clear()

    def resume(self) -> None:
        """Go on, with a check of everything at once."""
        self._working.set()
        for account in self.accounts:
            account.check_now()

    async def storm(self, times: int) -> None:
        """Check every Applet of everybody so many times at once."""
        async with asyncio.TaskGroup() as storms:
            for account in self.accounts:
                storms.create_task(account.storm(times))

    async def _http(self, stack: AsyncExitStack) -> Way:
        timeout = aiohttp.ClientTimeout(total=self._habits.request_timeout_s)
        # Kept connections are looked after that often; at the usual 15 s weeks of virtual time would take for ever.
        connector = aiohttp.TCPConnector(keepalive_timeout=DAY_S)
        session = aiohttp.ClientSession(timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return HttpWay(await stack.enter_async_context(session))

    def _on_entries(self, entries: tuple[Entry, ...], status: int) -> None:
        self._journal.on_step(Told(time.perf_counter(), len(entries), status))
        if status != OK:
            return
        for entry in entries:
            for account in self.accounts:
                account.tell(entry)

    def _stop_accounts(self) -> None:
        for account in self.accounts:
            account.stop()
