"""One browser and one street for all tests of a process, and visitors for each.

A browser takes a second or two to start and belongs to the event loop that started it. So all tests of this folder run
on one loop, that of the session. An async fixture says so itself, `@pytest_asyncio.fixture(loop_scope="session")`: what
it serves on another loop would not answer while the test runs.
"""

from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.street import Street, running_street
from tests.parts.axe import Axe, axe_in
from tests.parts.browser import DESKTOP, Screen, Visitor, running_browser, visitor

HERE: Final = Path(__file__).parent


class Visit(Protocol):
    """Lets somebody new come, until the test ends."""

    def __call__(self, screen: Screen = ..., *, dark: bool = ..., scripts: bool = ...) -> Awaitable[Visitor]:
        """Open a window for a fresh visitor."""
        ...


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Run all tests of this folder on the loop of the session."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    async with running_street(tmp_path_factory.mktemp("street")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    async with AsyncExitStack() as visits:

        async def come(screen: Screen = DESKTOP, *, dark: bool = False, scripts: bool = True) -> Visitor:
            return await visits.enter_async_context(visitor(browser, screen, dark=dark, scripts=scripts))

        yield come


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Axe:
    cache = getattr(request.config, "cache", None)
    return axe_in(tmp_path_factory.mktemp("axe") if cache is None else Path(cache.mkdir("axe")))
