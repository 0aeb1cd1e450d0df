"""IFTTT's checks of a connection (user/info) are told of with their result, and nothing else is taken for one."""

from bridge.oauth.tokens import digest_of
from tests.integration.web.site import Site
from tests.integration.web.test_storage_away import break_file


async def test_a_check_that_passes_is_told_of_with_its_user_and_client(site: Site) -> None:
    for path in ("user/info", "/ifttt/v1/user//info/"):
        assert (await site.request("GET", path, token=site.tokens["ann"])).status == 200
    assert site.passed == [(site.users["ann"].id, "ifttt")] * 2
    assert site.checks_failed == []


async def test_a_check_with_a_dead_token_is_told_of_by_the_digest_of_what_was_presented(site: Site) -> None:
    assert (await site.request("GET", "user/info", token="a-dead-one")).status == 401
    assert site.checks_failed == [(digest_of("a-dead-one"), 401)]


async def test_a_check_that_the_bridge_cannot_answer_is_told_of_as_its_own_failure(site: Site) -> None:
    break_file(site.path)
    assert (await site.request("GET", "user/info", token=site.tokens["ann"])).status == 503
    assert site.checks_failed == [(digest_of(site.tokens["ann"]), 503)]


async def test_tests_strangers_and_other_questions_are_no_checks(site: Site) -> None:
    ann = site.tokens["ann"]
    assert (await site.request("GET", "user/info", token=await site.test_token())).status == 200
    assert (await site.request("GET", "user/info", token=ann, headers={"IFTTT-Test-Mode": "1"})).status == 200
    assert (await site.request("GET", "user/info")).status == 401
    assert (await site.request("POST", "user/info", token="a-dead-one")).status == 401
    assert (await site.request("GET", "user/info/more", token="a-dead-one")).status == 401
    assert (await site.request("POST", "triggers/door_opened", token="a-dead-one", body={})).status == 401
    assert (await site.poll("ann")).status == 200
    assert (site.passed, site.checks_failed) == ([], [])
