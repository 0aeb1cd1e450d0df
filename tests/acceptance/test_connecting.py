"""Connecting as IFTTT and a person do it, at the real daemon, by a library that knows nothing of ours."""

import json

import pytest
from authlib.integrations.base_client import OAuthError

from tests.parts.connecting import PRODUCTION, add_person, agree, check, connect, exchange, ifttt_at, refresh, register
from tests.parts.daemon import DOOR_TOPIC, LIGHT_COMMAND_TOPIC, Daemon
from tests.parts.mosquitto import Mosquitto
from tests.parts.realtime import RealtimeApi
from tests.parts.waiting import until

FRONT = {"door": "front-door"}


async def connecting(daemon: Daemon) -> None:
    """Start with a client and an account."""
    register(daemon, PRODUCTION)
    add_person(daemon, "anna")
    await daemon.start()


@pytest.mark.parametrize("way", ["client_secret_post", "client_secret_basic"])
async def test_an_independent_client_connects_refreshes_and_may_come_back_with_what_it_held_before(
    daemon: Daemon, way: str
) -> None:
    await connecting(daemon)
    async with ifttt_at(daemon, way=way) as ifttt:
        first = await connect(daemon, ifttt, "anna", pkce=way == "client_secret_basic")
        assert (first["token_type"], first["scope"]) == ("Bearer", "ifttt")
        assert "expires_in" not in first, "access tokens do not end by age"
        info = await ifttt.get(f"{daemon.url}/user/info")  # the library's own way to present its token
        assert info.status_code == 200
        assert info.json()["data"]["name"] == "anna"

        second = await refresh(ifttt)
        again = await refresh(ifttt, first["refresh_token"])  # the answer before was lost on the way
        third = await refresh(ifttt, second["refresh_token"])
        given = [first, second, again, third]
        assert len({token[kind] for token in given for kind in ("access_token", "refresh_token")}) == 8
        for token in given:
            assert await check(daemon, token["access_token"]) == 200


async def test_a_code_is_worth_something_once_and_only_with_its_verifier(daemon: Daemon) -> None:
    await connecting(daemon)
    right = "a-verifier-of-more-than-forty-three-characters-in-length"
    async with ifttt_at(daemon) as ifttt:
        for wrong in (f"{right}.", None):
            back, state = await agree(daemon, ifttt, "anna", verifier=right)
            for verifier in (wrong, right):  # a code that was presented wrongly is used up
                with pytest.raises(OAuthError, match="invalid_grant"):
                    await exchange(ifttt, back, state, verifier=verifier)
        back, state = await agree(daemon, ifttt, "anna", verifier=right)
        token = await exchange(ifttt, back, state, verifier=right)
        with pytest.raises(OAuthError, match="invalid_grant"):
            await exchange(ifttt, back, state, verifier=right)
        assert await check(daemon, token["access_token"]) == 401, "somebody else has the code as well"


async def test_a_connection_carries_polls_actions_and_identities_and_ends_when_it_is_revoked(
    broker: Mosquitto, daemon: Daemon, realtime: RealtimeApi
) -> None:
    await connecting(daemon)
    async with ifttt_at(daemon) as ifttt:
        token = await connect(daemon, ifttt, "anna")
        access = token["access_token"]
        user = await daemon.get("user/info", access)
        assert await daemon.poll(access, "door_opened", FRONT, trigger_identity="annas") == []
        await broker.publish(DOOR_TOPIC, "closed")
        await broker.publish(DOOR_TOPIC, "open")
        await until(lambda: realtime.told == ["annas"], what="IFTTT being told")
        [opened] = await daemon.poll(access, "door_opened", FRONT, trigger_identity="annas")
        with broker.listener(LIGHT_COMMAND_TOPIC) as light:
            await broker.publish(LIGHT_COMMAND_TOPIC, "to whoever listens", retain=True)
            await until(lambda: len(light.received()) == 1, what="the light listening")
            status, _ = await daemon.post("actions/turn_on_light", access, {"actionFields": {"light": "hall-light"}})
            assert status == 200
            await until(lambda: (False, '{"state":"ON"}') in light.received(), what="the order")

        [grant] = [json.loads(line) for line in daemon.command("grant", "list", "--json").splitlines()]
        daemon.command("grant", "revoke", grant["id"])
        assert await check(daemon, access) == 401
        for _ in range(2):
            with pytest.raises(OAuthError, match="invalid_grant"):
                await refresh(ifttt, token["refresh_token"])
        await broker.publish(DOOR_TOPIC, "closed")
        await broker.publish(DOOR_TOPIC, "open")
        await until(lambda: daemon.count_events() == 3, what="what happened meanwhile")

        again = (await connect(daemon, ifttt, "anna"))["access_token"]
        assert await daemon.get("user/info", again) == user
        assert await check(daemon, access) == 401
        seen = await daemon.poll(again, "door_opened", FRONT, trigger_identity="annas")
        assert seen[-1] == opened, "nothing old is new, and the timeline has gone on"
        assert len(seen) == 2
        await broker.publish(DOOR_TOPIC, "closed")
        await broker.publish(DOOR_TOPIC, "open")
        await until(lambda: realtime.told == ["annas", "annas"], what="IFTTT being told again")
        newest = await daemon.poll(again, "door_opened", FRONT, trigger_identity="annas")
        assert newest[1:] == seen
