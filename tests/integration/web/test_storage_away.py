"""A database that cannot be used now: IFTTT is asked to come back, never told that a token is dead."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.integration.web.site import WITH_KEY, Answer, Site


@contextmanager
def written_by_another(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def is_passing(answer: Answer) -> bool:
    return answer.is_error(503) and int(answer.headers["Retry-After"]) > 0 and b"bridge.db" not in answer.body


async def test_an_identity_that_cannot_be_written_is_503_and_remembered_by_nobody(site: Site) -> None:
    with written_by_another(site.path):
        assert is_passing(await site.poll("ann", trigger_identity="abc"))
        assert len(site.identities) == 0
        assert (await site.poll("ann")).status == 200
    assert (await site.poll("ann", trigger_identity="abc")).status == 200
    assert await site.register.load() == list(site.identities) != []


async def test_an_end_that_cannot_be_written_is_503_and_changes_nothing(site: Site) -> None:
    await site.poll("ann", trigger_identity="abc")
    path = "triggers/door_opened/trigger_identity/abc"
    with written_by_another(site.path):
        assert is_passing(await site.request("DELETE", path, token=site.tokens["ann"]))
        assert await site.register.load() == list(site.identities) != []
        assert site.forgotten == []
    assert (await site.request("DELETE", path, token=site.tokens["ann"])).status == 200
    assert await site.register.load() == list(site.identities) == []


async def test_with_a_broken_file_no_token_is_called_dead_and_what_needs_no_file_works(site: Site) -> None:
    await site.happen(times=2)
    assert (await site.request("GET", "user/info", token=site.tokens["ann"])).status == 200
    break_file(site.path)
    for token in (site.tokens["ben"], site.tokens["cay"], "never-given-out"):
        for method, path in (("GET", "user/info"), ("POST", "triggers/door_opened"), ("POST", "actions/nothing")):
            assert is_passing(await site.request(method, path, token=token))
    assert (await site.request("GET", "status", headers=WITH_KEY)).status == 200
    assert (await site.request("GET", "user/info", token=await site.test_token())).status == 200
    assert (await site.request("GET", "user/info", token=site.tokens["ann"])).status == 200  # still remembered


def break_file(path: Path) -> None:
    """Take the ground away: everything goes into the file itself, then the file goes."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("INSERT INTO settings (name, value) VALUES ('x', 'y')")
        other.commit()
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(path, 4096)
