"""What IFTTT asks for goes through Caddy and nginx unchanged, and nothing else does."""

from typing import Final

import aiohttp
import msgspec
import pytest

from tests.acceptance.proxies.conftest import Home
from tests.acceptance.proxies.outside import JSON, WITH_KEY, Outside
from tests.parts.daemon import DOOR_TOPIC, SERVICE_KEY
from tests.parts.proxies import EXAMPLES, Caddy, Nginx, Proxy
from tests.parts.waiting import until

IDENTITY = "92429d82a41e93048cf0e2a1b7d4c55e61f0a9b3"
POLL = {"triggerFields": {"door": "front-door"}, "trigger_identity": IDENTITY}
README: Final = EXAMPLES / "README.md"
BODY_LIMIT = 64 * 1024
BURST = 300
SOURCES: Final[dict[type[Proxy], str]] = {Caddy: "127.0.0.2", Nginx: "127.0.0.3"}
"""One address each: the second refusal of one within a minute would not be told at once."""
ELSEWHERE = ("/", "/metrics", "/readyz", "/livez", "//livez", "/index.html", "/ifttt", "/ifttt/v2/status", "/.env")
ROUND_ABOUT = ("/ifttt/v1/../../livez", "/ifttt/v1/%2e%2e/%2e%2e/livez", "/ifttt/v1/..%2f..%2flivez")


async def count_openings(outside: Outside, home: Home) -> int:
    """Return how often the door has opened, as IFTTT sees it."""
    [answer] = await outside.poll(home.token, POLL)
    return len(answer.json["data"])


async def until_opened(outside: Outside, home: Home, times: int) -> None:
    """Wait until IFTTT sees that the door has opened that often."""

    async def seen() -> bool:
        return await count_openings(outside, home) == times

    await until(seen, what=f"{times} openings being seen through the proxy")


async def test_the_service_key_opens_and_without_it_the_bridge_says_401(outside: Outside) -> None:
    assert (await outside.ask("GET", "/ifttt/v1/status", headers=WITH_KEY)).status == 200
    for headers in ({}, {"IFTTT-Service-Key": "wrong-key"}):
        refused = await outside.ask("GET", "/ifttt/v1/status", headers=headers)
        assert refused.is_error(401)
        assert f"`{refused.body.decode()}`" in README.read_text()  # what its readers are told to look for


async def test_a_poll_sees_the_door_open_at_once_and_delete_is_a_method_like_others(
    outside: Outside, home: Home
) -> None:
    before = await count_openings(outside, home)
    await home.broker.publish_many(DOOR_TOPIC, ["closed", "open"])
    await until_opened(outside, home, before + 1)  # so nothing on the way has kept the first answer

    [after] = await outside.poll(home.token, POLL)

    assert after.headers["Cache-Control"] == "no-store"
    path = f"/ifttt/v1/triggers/door_opened/trigger_identity/{IDENTITY}"
    headers = {"Authorization": f"Bearer {home.token}"}
    assert (await outside.ask("DELETE", path, headers=headers)).status == 200
    assert (await outside.ask("DELETE", path)).is_error(401)


async def test_gzip_is_given_where_it_is_asked_for_and_nowhere_else(outside: Outside, home: Home) -> None:
    before = await count_openings(outside, home)
    await home.broker.publish_many(DOOR_TOPIC, ["closed", "open"] * 5)
    await until_opened(outside, home, before + 5)
    answers = [
        (await outside.poll(home.token, POLL, headers={"Accept-Encoding": coding}))[0]
        for coding in ("gzip, deflate", "identity")
    ]
    assert [answer.headers.get("Content-Encoding") for answer in answers] == ["gzip", None]
    assert answers[0].json == answers[1].json
    assert len(answers[0].body) < len(answers[1].body) / 2


@pytest.mark.parametrize("path", ["//ifttt/v1/status", "///ifttt//v1/status", "/ifttt/v1/status/"])
async def test_a_prefix_that_ends_in_a_slash_does_no_harm(outside: Outside, path: str) -> None:
    answer = await outside.raw(path, f"IFTTT-Service-Key: {SERVICE_KEY}\r\n")
    assert answer.startswith(b"HTTP/1.1 200 "), answer


@pytest.mark.parametrize(
    "path",
    [*ELSEWHERE, *ROUND_ABOUT],
)
async def test_the_private_side_is_not_behind_the_proxy(outside: Outside, home: Home, path: str) -> None:
    assert await home.daemon.is_alive()  # so it is there to be found, beside the public side
    answer = await outside.raw(path)
    assert answer.split()[1] in (b"404", b"400"), answer
    assert b"alive" not in answer.partition(b"\r\n\r\n")[2]


async def test_what_the_bridge_takes_goes_through_and_a_byte_more_does_not(outside: Outside, home: Home) -> None:
    empty = len(msgspec.json.encode(POLL | {"padding": ""}))
    [largest] = await outside.poll(home.token, POLL | {"padding": "x" * (BODY_LIMIT - empty)})
    [too_large] = await outside.poll(home.token, POLL | {"padding": "x" * (BODY_LIMIT - empty + 1)})
    assert largest.status == 200
    assert too_large.is_error(400)


async def test_a_huge_body_is_refused_before_the_bridge_sees_it(outside: Outside) -> None:
    body = b"x" * 150_000
    answer = await outside.ask("POST", "/ifttt/v1/triggers/door_opened", data=body)
    assert answer.is_error(413)  # the bridge would have said 401: there is no token


async def test_a_forged_x_forwarded_for_is_not_believed(outside: Outside, home: Home) -> None:
    source = SOURCES[type(outside.proxy)]
    forged = {"X-Forwarded-For": "203.0.113.66", "X-Real-IP": "203.0.113.67", "Forwarded": "for=203.0.113.68"}

    answer = await outside.ask("GET", "/ifttt/v1/status", headers=forged, source=source)

    assert answer.is_error(401)
    await until(lambda: f"event=web.refused address={source} " in home.daemon.log, what="the refusal being told")
    assert "203.0.113." not in home.daemon.log


async def test_a_burst_of_ifttts_is_answered_whole(outside: Outside, home: Home) -> None:
    answers = await outside.poll(home.token, POLL, times=BURST)
    assert [answer.status for answer in answers] == [200] * BURST


async def test_browsers_are_told_to_come_by_https_and_pages_elsewhere_get_no_access(outside: Outside) -> None:
    stranger = {"Origin": "https://elsewhere.example"}
    for path, headers in (("/ifttt/v1/status", WITH_KEY), ("/ifttt/v1/status", {}), ("/", {})):
        answer = await outside.ask("GET", path, headers=headers | stranger)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert not any(name.startswith("Access-Control-") for name in answer.headers)


async def test_nothing_is_served_by_http(outside: Outside) -> None:
    url = f"http://127.0.0.1:{outside.proxy.http_port}/ifttt/v1/status"
    headers = WITH_KEY | {"Host": "localhost"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers=headers, allow_redirects=False) as response,
    ):
        assert response.status in (308, 404)
        assert response.headers.get("Location", "https://").startswith("https://")


async def test_no_key_no_token_and_no_query_is_in_the_logs_of_the_proxy(outside: Outside, home: Home) -> None:
    path = "/ifttt/v1/user/info?state=from-the-query"
    assert (await outside.ask("GET", path, headers={"Authorization": f"Bearer {home.token}"})).status == 200
    assert (await outside.ask("GET", "/ifttt/v1/status?state=from-the-query", headers=WITH_KEY)).status == 200
    await until(lambda: "/ifttt/v1/status" in outside.proxy.logs, what="the proxy noting the request")
    assert "/ifttt/v1/user/info" in outside.proxy.logs
    for secret in (home.token, SERVICE_KEY, "from-the-query"):
        assert secret not in outside.proxy.logs


async def test_while_the_bridge_is_away_the_proxy_says_so_and_finds_it_again_by_itself(
    outside: Outside, home: Home
) -> None:
    assert home.daemon.stop() == 0
    try:
        away = await outside.ask("GET", "/ifttt/v1/status", headers=WITH_KEY)
        elsewhere = await outside.ask("GET", "/readyz")
    finally:
        await home.daemon.start(ready=False)  # it has something to tell to an IFTTT that is not there
    assert away.is_error(502, 503)
    assert elsewhere.status == 404  # by the proxy itself: it did not even try
    assert (await outside.ask("GET", "/ifttt/v1/status", headers=WITH_KEY)).status == 200
    [answer] = await outside.poll(home.token, POLL)
    assert (answer.status, answer.headers["Content-Type"]) == (200, JSON)
