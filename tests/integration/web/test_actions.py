"""What an action asks of the devices, and how a repetition is recognised."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from bridge.commands import Command, Wish
from bridge.errors import BrokerUnavailable, DeliveryUnknown, StorageUnavailable
from bridge.web.actions import CARRY_OUT_S
from bridge.web.server import PublicSite, listening
from tests.integration.web.site import Answer, Site
from tests.parts.waiting import until


async def act(site: Site, user: str = "ann", action: str = "turn_on_light", **fields: str) -> Answer:
    body = {"actionFields": {"light": "elm-light", **fields}}
    return await site.request("POST", f"actions/{action}", token=site.tokens[user], body=body)


async def test_an_action_becomes_one_command_of_its_user(site: Site) -> None:
    answer = await act(site, brightness=" 40 ", color="Red")
    assert answer.data == [{"id": "c_1"}]
    command = Command("elm", "elm-light", Wish.TURN_ON, 40, "#ff0000")
    assert site.carried_out == [(command, site.users["ann"].id, None)]


@pytest.mark.parametrize("given", ["9f8e7d6c5b4a39281706f5e4d3c2b1a0", " spaced ", "x" * 128])
async def test_the_request_id_goes_with_the_command(site: Site, given: str) -> None:
    body = {"actionFields": {"light": "elm-light"}}
    headers = {"X-Request-ID": given}
    await site.request("POST", "actions/turn_off_light", token=site.tokens["ann"], body=body, headers=headers)
    assert site.carried_out == [(Command("elm", "elm-light", Wish.TURN_OFF), site.users["ann"].id, given.strip())]


@pytest.mark.parametrize("given", ["x" * 129, "\u00e4", "a\tb"])
async def test_a_request_id_that_is_no_short_text_is_refused_before_anything_moves(site: Site, given: str) -> None:
    body = {"actionFields": {"light": "elm-light"}}
    headers = {"X-Request-ID": given}
    answer = await site.request("POST", "actions/toggle_light", token=site.tokens["ann"], body=body, headers=headers)
    assert answer.is_error(400)
    assert site.carried_out == []


@pytest.mark.parametrize("error", [BrokerUnavailable, DeliveryUnknown, StorageUnavailable])
async def test_what_may_succeed_later_is_503_and_says_when(site: Site, error: type[Exception]) -> None:
    site.carry_out_error = error("database /var/lib/x: broker 10.0.0.7 refused")
    answer = await act(site)
    assert answer.is_error(503)
    assert int(answer.headers["Retry-After"]) > 0
    assert b"10.0.0.7" not in answer.body
    assert b"/var" not in answer.body


@pytest.mark.parametrize("error", [ValueError("secret detail"), TimeoutError(), ConnectionRefusedError("10.0.0.7")])
async def test_a_fault_of_ours_is_500_without_its_detail(
    site: Site, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    site.carry_out_error = error
    answer = await act(site)
    assert answer.is_error(500)
    assert b"secret" not in answer.body
    assert type(error).__name__ in "".join(capsys.readouterr())


async def test_a_home_that_hangs_is_503_in_time(site: Site) -> None:
    site.home_hangs = True
    body = {"actionFields": {"light": "elm-light"}}
    async with asyncio.timeout(5):
        answer = await site.request("POST", "actions/turn_on_light", token=site.tokens["ann"], body=body)
    assert answer.is_error(503)
    assert int(answer.headers["Retry-After"]) > 0
    assert CARRY_OUT_S < 8


async def test_nothing_is_carried_out_for_somebody_who_has_gone_before_their_turn(site: Site) -> None:
    public = PublicSite(site.endpoints, site.strangers)
    met: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def answer_the_gone(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        await until(lambda: request.transport is None)
        try:
            return await public.answer(request)
        except ConnectionError as error:
            met.set_result(str(error))
            raise

    assert (await act(site)).data == [{"id": "c_1"}], "the token is known from now on, and its turn comes at once"
    headers = {"Authorization": f"Bearer {site.tokens['ann']}"}
    async with listening(answer_the_gone, "127.0.0.1", 0) as port, aiohttp.ClientSession() as ifttt:
        with pytest.raises(aiohttp.ClientError):
            await ifttt.post(
                f"http://127.0.0.1:{port}/ifttt/v1/actions/turn_on_light",
                json={"actionFields": {"light": "elm-light"}},
                headers=headers,
            )
        assert await met == "nobody waits any more"
    assert len(site.carried_out) == 1
