"""Which paths lead where, with and without a path of the public address."""

from pathlib import Path

import pytest
import yarl

from tests.integration.web.site import WITH_KEY, Site, running_site


@pytest.mark.parametrize(
    "path",
    ["/ifttt/v1/status", "//ifttt/v1/status", "/ifttt//v1///status", "/ifttt/v1/status/", "/%69fttt/v1/status?x=1#y"],
)
async def test_doubled_slashes_and_one_at_the_end_are_forgiven(site: Site, path: str) -> None:
    assert (await raw_status(site, path)) == 200


async def raw_status(site: Site, path: str, method: str = "GET") -> int:
    """Ask for exactly this path, which the client library would tidy up."""
    assert site.session is not None
    url = yarl.URL(f"http://127.0.0.1:{site.port}{path}", encoded=True)
    async with site.session.request(method, url, headers=WITH_KEY) as response:
        return response.status


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ifttt",
        "/ifttt/v1",
        "/ifttt/v1/",
        "/ifttt/v2/status",
        "/IFTTT/v1/status",
        "/ifttt/v1/Status",
        "/ifttt/v1/status/x",
        "/ifttt/v1/test",
        "/ifttt/v1/test/teardown",
        "/ifttt/v1/webhooks/connection/enabled",
        "/x/ifttt/v1/status",
        "/ifttt/v1/../v1/status",
        "/ifttt%2Fv1/status",
        "/metrics",
        "/readyz",
        "/oauth/nothing",
        "/favicon.ico",
        "/" * 5000,
        "/ifttt/v1/status" + "/" * 40,
        "/%zz/%00/%ff",
    ],
)
async def test_every_other_path_is_a_plain_404(site: Site, path: str) -> None:
    assert (await raw_status(site, path)) == 404


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "OPTIONS", "TRACE", "DELETE", "PROPFIND", "POST"])
async def test_other_methods_open_nothing(site: Site, method: str) -> None:
    assert await raw_status(site, "/ifttt/v1/status", method) == 404
    wrong = await site.request(method, "user/info", token=site.tokens["ann"])
    assert wrong.status == 404
    assert (await site.request(method, "user/info")).status == 401


@pytest.mark.parametrize(
    ("public_url", "paths"),
    [
        ("https://example.org/api", ["/api/ifttt/v1/status", "/ifttt/v1/status", "//api//ifttt/v1/status/"]),
        ("https://example.org/a/b/", ["/a/b/ifttt/v1/status", "/ifttt/v1/status"]),
        ("https://example.org/ifttt", ["/ifttt/ifttt/v1/status", "/ifttt/v1/status"]),
        ("https://example.org/ifttt/v1", ["/ifttt/v1/ifttt/v1/status", "/ifttt/v1/status"]),
        ("https://example.org/caf%C3%A9", ["/caf%C3%A9/ifttt/v1/status", "/caf%c3%a9/ifttt/v1/status"]),
    ],
)
async def test_a_path_of_the_public_address_may_be_there_or_be_stripped(
    tmp_path: Path, public_url: str, paths: list[str]
) -> None:
    async with running_site(tmp_path, public_url=public_url) as site:
        for path in paths:
            assert await raw_status(site, path) == 200
        assert await raw_status(site, "/other/ifttt/v1/status") == 404


async def test_one_connection_serves_many_requests_whatever_became_of_each(site: Site) -> None:
    for _ in range(3):
        assert (await site.poll("ann")).status == 200
        assert (await site.poll("ann", fields=[])).status == 400
        assert (await site.request("POST", "triggers/door_opened", data=b"x" * 5000)).status == 401
