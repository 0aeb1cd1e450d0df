"""The owner hears of wrong keys and tokens, and from where; never what was presented."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from tests.integration.web.site import WITH_KEY, running_site

LOOPBACK = (IPv4Network("127.0.0.1/32"),)


def refused(logs: list[Any]) -> list[tuple[str, int, str]]:
    return [(line["address"], line["count"], line["reason"]) for line in logs if line["event"] == "web.refused"]


async def test_a_wrong_key_is_told_with_the_address_that_the_proxy_saw(tmp_path: Path) -> None:
    async with running_site(tmp_path, trusted_proxies=LOOPBACK) as site:
        with capture_logs() as logs:
            headers = {"IFTTT-Service-Key": "guessed-by-somebody", "X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
            assert (await site.request("GET", "status", headers=headers)).is_error(401)
    assert refused(logs) == [("203.0.113.7", 1, "The service key is not valid.")]
    assert "guessed-by-somebody" not in str(logs)
    assert "198.51.100.1" not in str(logs)


async def test_a_proxy_that_nobody_named_is_not_believed(tmp_path: Path) -> None:
    async with running_site(tmp_path) as site:
        with capture_logs() as logs:
            await site.request("GET", "status", headers={"X-Forwarded-For": "203.0.113.7"})
    assert refused(logs) == [("127.0.0.1", 1, "The service key is not valid.")]


async def test_a_thousand_wrong_tokens_are_two_lines_and_right_ones_none(tmp_path: Path) -> None:
    async with running_site(tmp_path, trusted_proxies=LOOPBACK) as site:
        with capture_logs() as logs:
            assert (await site.request("GET", "status", headers=WITH_KEY)).status == 200
            assert (await site.poll("ann")).status == 200
            for number in range(1000):
                await site.request("GET", "user/info", token=f"guess-{number}")
            site.clock.seconds += 60
            await site.request("GET", "user/info", token="the-last-guess")
    assert refused(logs) == [
        ("127.0.0.1", 1, "The access token is not valid."),
        ("127.0.0.1", 999, "The access token is not valid."),
    ]
    assert "guess" not in str(logs)
