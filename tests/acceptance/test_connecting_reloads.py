"""Another configuration while people are connected: keys and clients come and go, and nobody is disconnected."""

import aiohttp
import pytest
from authlib.integrations.base_client import OAuthError

from tests.parts.connecting import (
    PRODUCTION,
    STAGING,
    Token,
    add_person,
    agree,
    check,
    connect,
    exchange,
    ifttt_at,
    refresh,
    register,
)
from tests.parts.daemon import DOOR_TOPIC, SERVICE_KEY, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

FRONT = {"door": "front-door"}
NEW_KEY = "a-new-service-key-for-tests"


async def starting(daemon: Daemon, *people: str) -> None:
    """Start with production alone."""
    register(daemon, PRODUCTION)
    for person in people:
        add_person(daemon, person)
    await daemon.start()


async def lives(daemon: Daemon, token: Token) -> bool:
    """Tell whether an access token is good, by asking as IFTTT does."""
    return await check(daemon, token["access_token"]) == 200


async def test_no_token_dies_of_new_secrets_new_keys_and_clients_that_come_and_go(daemon: Daemon) -> None:
    await starting(daemon, "anna")
    renewed = PRODUCTION.with_secret("another-secret-of-production")
    async with ifttt_at(daemon) as old, ifttt_at(daemon, renewed) as new, ifttt_at(daemon, STAGING) as staging:
        token = await connect(daemon, old, "anna")
        with pytest.raises(OAuthError, match="invalid_client"):
            await refresh(new, token["refresh_token"])

        register(daemon, renewed.accepting(PRODUCTION.secret))
        await daemon.reload()
        assert await lives(daemon, token)
        beside = await refresh(old, token["refresh_token"])
        token = await refresh(new, beside["refresh_token"])

        register(daemon, renewed, STAGING)
        await daemon.reload()
        with pytest.raises(OAuthError, match="invalid_client"):
            await refresh(old, token["refresh_token"])
        trial = await connect(daemon, staging, "anna")
        assert await lives(daemon, trial)

        register(daemon, renewed)
        await daemon.reload()
        with pytest.raises(OAuthError, match="invalid_client"):
            await refresh(staging, trial["refresh_token"])
        assert await lives(daemon, token)

        register(daemon, renewed, STAGING)
        await daemon.reload()
        assert await lives(daemon, await refresh(staging, trial["refresh_token"])), "it came back to what it had"
        assert await lives(daemon, trial)
        assert await lives(daemon, await refresh(new, token["refresh_token"]))
    assert daemon.log.count("config.reloaded") == 4


async def test_how_long_codes_live_holds_from_the_reload_on_for_those_under_way_too(daemon: Daemon) -> None:
    await starting(daemon, "anna")
    async with ifttt_at(daemon) as ifttt:
        first, second = await agree(daemon, ifttt, "anna"), await agree(daemon, ifttt, "anna")
        register(daemon, PRODUCTION, code_life="1ms")
        await daemon.reload()
        with pytest.raises(OAuthError, match="invalid_grant"):
            await exchange(ifttt, *first)
        register(daemon, PRODUCTION, code_life="10m")
        await daemon.reload()
        token = await exchange(ifttt, *second)
        assert await lives(daemon, token)
        register(daemon, PRODUCTION, code_life="1ms")
        await daemon.reload()
        assert await lives(daemon, await refresh(ifttt)), "it is codes that end so soon"
        assert await lives(daemon, token)


async def test_production_and_staging_live_side_by_side_each_with_its_own_key(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    register(daemon, PRODUCTION, STAGING)
    add_person(daemon, "anna")
    await daemon.start()
    async with ifttt_at(daemon) as production, ifttt_at(daemon, STAGING) as staging:
        here, trial = await connect(daemon, production, "anna"), await connect(daemon, staging, "anna")
        with pytest.raises(OAuthError, match="invalid_grant"):
            await refresh(staging, here["refresh_token"])
        info = [await daemon.get("user/info", token["access_token"]) for token in (here, trial)]
        assert info[0]["id"] == info[1]["id"]
        for token, identity in ((here, "real"), (trial, "trial")):
            await daemon.poll(token["access_token"], "door_opened", FRONT, trigger_identity=identity)

        await open_the_door(broker)
        await until(lambda: len(realtime.told) == 2, what="both services being told")
        assert keys_of(realtime) == {"real": SERVICE_KEY, "trial": STAGING.service_key}

        daemon.edit('service_keys = ["{key}"]', f'service_keys = ["{NEW_KEY}", "{{key}}"]')
        await daemon.reload()
        assert [await status(daemon, key) for key in (NEW_KEY, SERVICE_KEY, STAGING.service_key, "another")] == [
            *[200] * 3,
            401,
        ]
        await open_the_door(broker)
        await until(lambda: len(realtime.told) == 4, what="both services being told again")
        assert keys_of(realtime) == {"real": NEW_KEY, "trial": STAGING.service_key}

        register(daemon, PRODUCTION)
        await daemon.reload()
        assert await lives(daemon, here)
        await open_the_door(broker)
        await until(lambda: realtime.told.count("real") == 3, what="the service that is left being told")
        assert keys_of(realtime)["real"] == NEW_KEY
        seen = await daemon.poll(here["access_token"], "door_opened", FRONT, trigger_identity="real")
        assert len(seen) == 3


async def open_the_door(broker: Mosquitto) -> None:
    """Open it, from whatever it was."""
    await broker.publish_many(DOOR_TOPIC, ["closed", "open"])


async def status(daemon: Daemon, key: str) -> int:
    """Ask with a service key whether the service is there."""
    headers = {"IFTTT-Service-Key": key}
    async with aiohttp.ClientSession() as session, session.get(f"{daemon.url}/status", headers=headers) as response:
        return response.status


def keys_of(realtime: RealtimeApi) -> dict[str, str]:
    """Return with which key each identity was told last."""
    return dict(zip(realtime.told, realtime.keys, strict=True))
