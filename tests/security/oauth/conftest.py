"""One running listener for all tests of a file, with an hour between them: no test meets the failures of another."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.web.reception import PUBLIC_URL
from tests.integration.web.site import Site, running_site
from tests.security.oauth.acting import right

BETWEEN_S = 4000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listener(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with running_site(tmp_path_factory.mktemp("site"), public_url=PUBLIC_URL, verify=right) as running:
        yield running


@pytest.fixture
def site(listener: Site) -> Site:
    """Return the listener after everybody has been signed out and forgiven."""
    listener.clock.seconds += BETWEEN_S
    listener.clock.ms += BETWEEN_S * 1000
    return listener
