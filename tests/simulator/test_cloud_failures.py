"""How the simulated IFTTT bears a service that fails: it records, and asks again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.simulator.canned_service import CannedService, Reply, event
from tests.simulator.running import DOOR, OFTEN, Factory, notify_of


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(500, b""), "answered 500"),
        (Reply(503, b'{"errors": [{"message": "later"}]}'), "answered 503"),
        (Reply(404, b"<html>"), "answered 404"),
        (Reply(307, b"", location="/ifttt/v1/triggers/door_opened"), "answered 307"),
        (Reply(201, b'{"data": []}'), "answered 201"),
        (Reply(200, b"<html>"), "The body is not JSON."),
        (Reply(200, b"{}"), "The answer has no list `data`."),
        (Reply(200, b'{"data": [{"room": "Hall"}]}'), "An event has no `meta`"),
        (Reply(200, b'{"data": [' * 50_000), "The body is not JSON."),
    ],
)
async def test_a_failing_check_is_recorded_and_changes_nothing(
    service: CannedService, ifttt: Factory, reply: Reply, problem: str
) -> None:
    async with ifttt.make(DOOR) as cloud:
        await cloud.wait_for_checks(DOOR, 1)
        service.planned["check"].append(reply)
        await notify_of(cloud, DOOR)
        (failure,) = await cloud.wait_for_failures(1)
        service.events["door_opened"] = [event(1)]
        await notify_of(cloud, DOOR)
        await cloud.wait_for_runs(DOOR, 1)

    assert (failure.applet, failure.what, failure.status) == ("door", "check", reply.status)
    assert failure.problem.startswith(problem)
    assert not cloud.user_is_offline
    assert len(cloud.checks(DOOR)) == 2


async def test_a_failing_first_check_leaves_the_first_to_come(service: CannedService, ifttt: Factory) -> None:
    service.planned["check"].append(Reply(503))
    service.events["door_opened"] = [event(1)]
    async with ifttt.make(DOOR) as cloud:
        await cloud.wait_for_failures(1)
        await notify_of(cloud, DOOR)
        await cloud.wait_for_checks(DOOR, 1)
        service.events["door_opened"].insert(0, event(2))
        await notify_of(cloud, DOOR)
        (run,) = await cloud.wait_for_runs(DOOR, 1)

    assert run.item.id == "event-2"


async def test_a_401_takes_the_user_offline(service: CannedService, ifttt: Factory) -> None:
    async with ifttt.make(DOOR) as cloud:
        await cloud.wait_for_checks(DOOR, 1)
        assert not cloud.user_is_offline
        service.planned["check"].append(Reply(401))
        await notify_of(cloud, DOOR)
        (failure,) = await cloud.wait_for_failures(1)

    assert failure.status == 401
    assert cloud.user_is_offline


async def test_a_service_that_never_answers_is_given_up_after_a_while(service: CannedService, ifttt: Factory) -> None:
    service.open.clear()
    async with ifttt.make(DOOR, habits=replace(OFTEN, request_timeout_s=0.1)) as cloud:
        failure, *_ = await cloud.wait_for_failures(1)
        service.open.set()
        await cloud.wait_for_checks(DOOR, 1)

    assert (failure.status, failure.problem) == (None, "no answer in time")


@pytest.fixture(params=[b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b"\x00" * 70_000])
async def broken_service(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    said: bytes = request.param

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


async def test_a_service_that_speaks_no_http_is_a_failure_and_asked_again(broken_service: str, ifttt: Factory) -> None:
    async with ifttt.make(DOOR, habits=OFTEN, base_url=broken_service) as cloud:
        failures = await cloud.wait_for_failures(3)

    assert all(failure.status is None and failure.problem for failure in failures)


async def test_a_service_that_is_gone_is_a_failure_and_asked_again(ifttt: Factory) -> None:
    async with CannedService() as gone:
        address = gone.url
    async with ifttt.make(DOOR, habits=OFTEN, base_url=address) as cloud:
        failures = await cloud.wait_for_failures(3)

    assert all(failure.status is None and failure.problem for failure in failures)
