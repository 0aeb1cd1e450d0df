"""No room on the disk: whoever connects or refreshes is told to come again, never that a token is worth nothing."""

import resource
from http import HTTPStatus

import aiohttp
import httpx2
import pytest

from tests.parts.connecting import (
    PASSWORD,
    PRODUCTION,
    add_person,
    agree,
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


async def test_a_full_disk_asks_everybody_to_come_again_and_disconnects_nobody(daemon: Daemon) -> None:
    register(daemon, PRODUCTION, code_life="10m")
    add_person(daemon, "anna")
    await daemon.start()
    async with ifttt_at(daemon) as ifttt, ifttt_at(daemon) as other, aiohttp.ClientSession() as session:
        token = await connect(daemon, ifttt, "anna")
        code = await agree(daemon, other, "anna")
        address, _ = other.create_authorization_url(f"{daemon.origin}/oauth/authorize")
        person = Walker(session, daemon.public_port, daemon.origin)
        page = await person.get(address.removeprefix(daemon.origin))
        consent = await person.follow(await person.send(page, username="anna", password=PASSWORD))

        daemon.limit_file_size(0)
        with pytest.raises(httpx2.HTTPStatusError) as refused:
            await refresh(ifttt, token["refresh_token"])
        assert refused.value.response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert refused.value.response.headers["Retry-After"]
        assert refused.value.response.json()["error"] == "temporarily_unavailable"
        with pytest.raises(httpx2.HTTPStatusError) as refused:
            await exchange(other, *code)
        assert refused.value.response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        page = await person.send(consent, decision="allow")
        assert (page.status, page.headers["Retry-After"]) == (503, refused.value.response.headers["Retry-After"])
        assert "One moment, please" in page.text
        assert await check(daemon, token["access_token"]) in {200, 503}

        daemon.limit_file_size(resource.RLIM_INFINITY)
        given = [token]

        async def works_again() -> bool:
            try:
                given.append(await refresh(ifttt, token["refresh_token"]))
            except httpx2.HTTPStatusError:
                return False
            return True

        await until(works_again, what="refreshing")
        given.append(await exchange(other, *code))
        page = await person.send(consent, decision="allow")
        assert "code" in page.brought
        for each in given:
            assert await check(daemon, each["access_token"]) == 200
