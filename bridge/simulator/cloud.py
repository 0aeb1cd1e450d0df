"""A simulated IFTTT: takes realtime notifications, checks triggers, runs Applets.

Knows the service by its public address, an access token and its service key, as the real one does.
"""

import asyncio
import random
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import aiohttp

from bridge.simulator.applets import Applet, Run
from bridge.simulator.following import Check, Failure, Following, Journal
from bridge.simulator.habits import Habits
from bridge.simulator.protocol import OK, Entry
from bridge.simulator.realtime_listener import Notification, RealtimeListener
from bridge.simulator.records import Records
from bridge.simulator.service_client import ServiceClient
from bridge.simulator.steps import OnCloudStep, Told, ignore_step


class SimulatedIfttt:
    """One user's Applets on a simulated IFTTT; `async with` it, or await `run()`.

    Each Applet is checked at once, then whenever its identity is told and at random intervals. One check of an Applet
    is under way at a time; notifications that arrive meanwhile are served by one more check after it.
    """

    def __init__(
        self,
        base_url: str,
        service_key: str,
        *,
        access_token: str,
        applets: Iterable[Applet],
        chance: random.Random,
        habits: Habits | None = None,
        on_step: OnCloudStep = ignore_step,
    ) -> None:
        self._base_url, self._access_token = base_url, access_token
        self._first_applets = tuple(applets)
        self._chance = chance
        self._habits = habits or Habits()
        self._journal = Journal(on_step)
        self._listener = RealtimeListener(service_key, self._habits.listen, on_entries=self._on_entries)
        self._followed: dict[str, Following] = {}
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}
        self._sources = 0

    async def run(self) -> None:
        """Work until cancelled."""
        async with self:
            await asyncio.Event().wait()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            timeout = aiohttp.ClientTimeout(total=self._habits.request_timeout_s)
            session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
            await stack.enter_async_context(session)
            self._client = ServiceClient(session, self._base_url, self._access_token, self._habits.timezone)
            await self._listener.start()
            stack.push_async_callback(self._listener.stop)
            self._group = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(self._stop_following)
            self._stack = stack.pop_all()
        try:
            for applet in self._first_applets:
                self.enable(applet)
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
        """What failed: checks, tries of actions, deletions."""
        return self._journal.failures

    @property
    def user_is_offline(self) -> bool:
        """Whether the service ever answered 401 to the user's token."""
        return self._journal.user_is_offline

    def enable(self, applet: Applet) -> None:
        """Start following one more Applet. ValueError when one of that name is enabled."""
        if applet.name in self._followed:
            raise ValueError(f"There is already an Applet named {applet.name!r}.")
        self._sources += 1
        following = Following(
            applet,
            self._client,
            habits=self._habits,
            chance=self._chance,
            journal=self._journal,
            source=str(self._sources),
        )
        self._followed[applet.name] = following
        self._tasks[applet.name] = [
            self._group.create_task(following.keep_checking()),
            self._group.create_task(following.keep_running()),
        ]

    async def delete(self, applet: Applet) -> int | None:
        """Stop following an Applet, and DELETE its identity when no other Applet uses it.

        Returns the status of the answer; None when nobody answered, or nothing was to be deleted.
        """
        following = self._followed.pop(applet.name)
        tasks = self._tasks.pop(applet.name)
        for task in tasks:
            task.cancel()
        # A check still under way would bring the identity back to life.
        await asyncio.wait(tasks)
        if any(other.identity == following.identity for other in self._followed.values()):
            return None
        answer = await self._client.delete(applet, identity=following.identity)
        if answer.status != OK:
            self._journal.failed(applet, "delete", answer=answer)
        return answer.status

    def identity(self, applet: Applet) -> str:
        """Return the trigger identity of an enabled Applet."""
        return self._followed[applet.name].identity

    def runs(self, applet: Applet) -> list[Run]:
        """Return the newest finished runs of an enabled Applet, oldest of them first."""
        return self._followed[applet.name].runs.newest

    def checks(self, applet: Applet) -> list[Check]:
        """Return the newest successful checks of an enabled Applet, oldest of them first."""
        return self._followed[applet.name].checks.newest

    async def wait_for_runs(self, applet: Applet, n: int, *, timeout_s: float = 10.0) -> list[Run]:
        """Return the runs of an Applet once `n` have finished, however they ended; else TimeoutError."""
        records = self._followed[applet.name].runs
        return await records.wait_for(n, timeout_s=timeout_s, what=f"runs of {applet.name!r}")

    async def wait_for_checks(self, applet: Applet, n: int, *, timeout_s: float = 10.0) -> list[Check]:
        """Return the successful checks of an Applet once there are `n`; else TimeoutError.

        After the first, whatever the service lists anew is run.
        """
        records = self._followed[applet.name].checks
        return await records.wait_for(n, timeout_s=timeout_s, what=f"checks of {applet.name!r}")

    async def wait_for_notifications(self, n: int, *, timeout_s: float = 10.0) -> list[Notification]:
        """Return the notifications once `n` have arrived, refused ones too; else TimeoutError."""
        return await self.notifications.wait_for(n, timeout_s=timeout_s, what="notifications")

    async def wait_for_failures(self, n: int, *, timeout_s: float = 10.0) -> list[Failure]:
        """Return the failures once there are `n`; else TimeoutError."""
        return await self.failures.wait_for(n, timeout_s=timeout_s, what="failures")

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

    def _on_entries(self, entries: tuple[Entry, ...], status: int) -> None:
        self._journal.on_step(Told(time.perf_counter(), len(entries), status))
        if status != OK:
            return
        everybody = any(entry.user_id is not None for entry in entries)
        identities = {entry.trigger_identity for entry in entries}
        for following in self._followed.values():
            if everybody or following.identity in identities:
                following.tell()

    def _stop_following(self) -> None:
        for tasks in self._tasks.values():
            for task in tasks:
                task.cancel()
