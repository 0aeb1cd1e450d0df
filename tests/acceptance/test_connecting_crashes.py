"""A daemon that dies while it gives tokens out: what it gave is good afterwards, and so is what was presented to it."""

import asyncio
import random
from dataclasses import dataclass, field

import aiohttp
import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client

from tests.parts.connecting import (
    PASSWORD,
    PRODUCTION,
    Token,
    add_person,
    check,
    connect,
    exchange,
    ifttt_at,
    refresh,
    register,
)
from tests.parts.daemon import Daemon
from tests.parts.waiting import until
from tests.parts.walker import Walker

ROUNDS = 3
AT_ONCE = 4
MOST_REFRESHES = 50
"""Beyond it the eldest of a grant's tokens make room, as they should."""


@dataclass
class Held:
    """What has arrived at IFTTT's of one grant. `presented`: with which refresh token it asked last."""

    given: list[Token] = field(default_factory=list)
    presented: str | None = None


async def test_tokens_given_out_under_kills_are_good_and_whatever_was_presented_still_works(daemon: Daemon) -> None:
    chance = random.Random(2027)  # noqa: S311 -- spreads the instants, guards nothing
    register(daemon, PRODUCTION)
    add_person(daemon, "anna")
    await daemon.start()
    held: list[Held] = []
    async with ifttt_at(daemon) as ifttt:
        for _ in range(ROUNDS):
            async with aiohttp.ClientSession() as session:
                person = Walker(session, daemon.public_port, daemon.origin)
                await sign_in(person, ifttt)
                new = [Held() for _ in range(AT_ONCE)]
                async with asyncio.TaskGroup() as tasks:
                    for each in new:
                        tasks.create_task(connect_and_refresh(daemon, person, each))
                    await until(lambda new=new: any(len(each.given) > 1 for each in new), what="a refresh")  # type: ignore[misc]
                    await asyncio.sleep(chance.uniform(0, 0.15))  # the instant of the kill: any will do
                    daemon.kill()
            held += new
            await daemon.start(ready=False)

        for each in held:
            for token in each.given:
                assert await check(daemon, token["access_token"]) == 200
            if each.presented is not None:
                again = await refresh(ifttt, each.presented)
                assert await check(daemon, again["access_token"]) == 200
        assert sum(len(each.given) for each in held) > ROUNDS * AT_ONCE
        token = await connect(daemon, ifttt, "anna")
        assert await check(daemon, token["access_token"]) == 200
        assert "code_replayed" not in daemon.log


async def sign_in(person: Walker, ifttt: AsyncOAuth2Client) -> None:
    """Sign in once, for many connections."""
    page = await person.get(asking(person, ifttt)[0])
    page = await person.follow(await person.send(page, username="anna", password=PASSWORD))
    assert page.status == 200, page.text


async def connect_and_refresh(daemon: Daemon, person: Walker, held: Held) -> None:
    """Connect, then refresh again and again, until nobody answers any more."""
    async with ifttt_at(daemon) as ifttt:
        try:
            address, state = asking(person, ifttt)
            page = await person.send(await person.get(address), decision="allow")
            assert page.location is not None, page.text
            held.given.append(await exchange(ifttt, page.location, state))
            for _ in range(MOST_REFRESHES):
                held.presented = held.given[-1]["refresh_token"]
                held.given.append(await refresh(ifttt, held.presented))
        except (aiohttp.ClientError, httpx2.TransportError):
            return


def asking(person: Walker, ifttt: AsyncOAuth2Client) -> tuple[str, str]:
    """Return the path that IFTTT sends people to, and its state."""
    address, state = ifttt.create_authorization_url(f"{person.origin}/oauth/authorize")
    return address.removeprefix(person.origin), state
