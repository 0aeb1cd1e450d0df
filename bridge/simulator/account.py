"""One user of a simulated IFTTT: the connection to the service, how it fares, and the Applets that hang on it.

Knows no listener and no other user.
"""

import asyncio
from collections.abc import Iterator

from bridge.simulator import offline
from bridge.simulator.applets import Applet, Run, Seen
from bridge.simulator.authorization import Renewal, Tokens
from bridge.simulator.following import Following, Surroundings, identity_of
from bridge.simulator.journal import Check
from bridge.simulator.offline import Standing
from bridge.simulator.protocol import OK, Entry, ProtocolError, read_user_id
from bridge.simulator.records import Records


class Account:
    """Follows the user's Applets and checks the user, in tasks of its owner's group.

    Each Applet is checked at once, then whenever its identity is told and at random intervals. One check of an Applet
    is under way at a time; notifications that arrive meanwhile are served by one more check after it.
    """

    def __init__(self, around: Surroundings, group: asyncio.TaskGroup, sources: Iterator[int]) -> None:
        self.user_id: str | None = None
        self.standing = Standing()
        self.user_checks: Records[bool] = Records()
        self._around, self._group, self._sources = around, group, sources
        self._followed: dict[str, Following] = {}
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}
        self._remembered: dict[str, frozenset[str]] = {}
        self._news_of_user = asyncio.Event()
        self._new_token = False
        around.gates.online.set()
        self._checking_user = group.create_task(self._keep_user_checked())

    @property
    def tokens(self) -> Tokens:
        """What IFTTT holds of this user at present."""
        return self._around.client.holder.tokens

    @property
    def renewals(self) -> Records[Renewal]:
        """How each attempt to get a new access token ended."""
        return self._around.client.holder.renewals

    @property
    def applets(self) -> tuple[Applet, ...]:
        """The enabled Applets."""
        return tuple(following.applet for following in self._followed.values())

    def enable(self, applet: Applet) -> None:
        """Start following one more Applet. ValueError when one of that name is enabled.

        The ids that an Applet of that name has met before are still known.
        """
        if applet.name in self._followed:
            raise ValueError(f"There is already an Applet named {applet.name!r}.")
        seen = Seen(self._remembered.get(applet.name, frozenset()))
        following = Following(applet, self._around, source=str(next(self._sources)), seen=seen)
        self._followed[applet.name] = following
        self._tasks[applet.name] = [
            self._group.create_task(following.keep_checking()),
            self._group.create_task(following.keep_running()),
        ]

    async def delete(self, applet: Applet, *, forgets: bool = False) -> int | None:
        """Stop following an Applet, deleted or disabled, and DELETE its identity when no other Applet uses it.

        Returns the status of the answer; None when nobody answered, or nothing was to be deleted. With `forgets` the
        service is not told, as happens.
        """
        following = self._followed.pop(applet.name)
        tasks = self._tasks.pop(applet.name)
        for task in tasks:
            task.cancel()
        # A check still under way would bring the identity back to life.
        await asyncio.wait(tasks)
        self._remembered[applet.name] = following.seen.ids
        if forgets or any(other.identity == following.identity for other in self._followed.values()):
            return None
        answer = await self._around.client.delete(applet, identity=following.identity)
        if answer.status != OK:
            self._around.journal.failed(applet.name, "delete", answer=answer)
        return answer.status

    async def edit(self, before: Applet, after: Applet) -> int | None:
        """Let an Applet have other fields or another action; return what `delete` does."""
        status = None
        if identity_of(before, self._around.habits) == identity_of(after, self._around.habits):
            await self.delete(before, forgets=True)
        else:
            status = await self.delete(before)
        self.enable(after)
        return status

    def connect_again(self, tokens: Tokens) -> None:
        """The user has been through the service's pages once more."""
        self._around.client.holder.tokens = tokens
        self._stand(offline.reconnected(self.standing))
        self._has_new_token()
        self.check_now()

    def tell(self, entry: Entry) -> None:
        """Follow a notification: of one identity, or of everything that this user has."""
        everything = entry.user_id is not None and entry.user_id == self.user_id
        for following in self._followed.values():
            if everything or following.identity == entry.trigger_identity:
                following.tell()

    async def storm(self, times: int) -> None:
        """Check every Applet so many times at once, whatever else is under way."""
        async with asyncio.TaskGroup() as checks:
            for following in self._followed.values():
                for _ in range(times):
                    checks.create_task(following.check(realtime=False))

    def check_now(self) -> None:
        """Have every Applet checked at once, though nobody told."""
        for following in self._followed.values():
            following.wake()

    def renewed(self, outcome: Renewal) -> None:
        """Take note of how a renewal ended."""
        match outcome:
            case Renewal.RENEWED:
                self._stand(offline.with_token(self.standing))
                self._has_new_token()
            case Renewal.REFUSED:
                self._stand(offline.without_token(self.standing))
                self._news_of_user.set()
            case Renewal.LATER:
                pass

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

    @property
    def is_busy(self) -> bool:
        """Whether any action is still to be run, or in the middle of it."""
        return any(following.unfinished for following in self._followed.values())

    def stop(self) -> None:
        """End every task."""
        self._checking_user.cancel()
        for tasks in self._tasks.values():
            for task in tasks:
                task.cancel()

    def _stand(self, standing: Standing) -> None:
        self.standing = standing
        gate = self._around.gates.online
        if standing.offline or standing.disabled:
            gate.clear()
        else:
            gate.set()

    def _has_new_token(self) -> None:
        self._new_token = True
        self._news_of_user.set()

    async def _keep_user_checked(self) -> None:
        while True:
            await self._around.gates.working.wait()
            await self._check_user()
            self._new_token = False  # one that the check itself got has been checked by it
            await self._until_next_check()

    async def _until_next_check(self) -> None:
        """Wait for a new token, or for as long as the present standing says."""
        habits, chance = self._around.habits, self._around.chance
        while not self._new_token:
            self._news_of_user.clear()
            trouble = offline.in_trouble(self.standing, asyncio.get_running_loop().time())
            try:
                async with asyncio.timeout(
                    chance.uniform(*(habits.trouble_check_s if trouble else habits.user_check_s))
                ):
                    await self._news_of_user.wait()
            except TimeoutError:
                return

    async def _check_user(self) -> None:
        answer = await self._around.client.user_info()
        problem = ""
        if answer.status == OK:
            try:
                self.user_id = read_user_id(answer.body)
            except ProtocolError as unreadable:
                problem = str(unreadable)
        ok = answer.status == OK and not problem
        if ok:
            self._stand(offline.with_token(self.standing))
        else:
            self._around.journal.failed("", "user", answer=answer, problem=problem)
            self._stand(offline.check_failed(self.standing, asyncio.get_running_loop().time()))
        self.user_checks.add(ok)
        if self.standing.disabled:
            for applet in self.applets:
                await self.delete(applet)
