"""A migrated database in a file of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.storage.database import Database, open_database
from bridge.storage.migrate import migrate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bridge.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with open_database(path, busy_timeout_ms=200) as opened:
        await migrate(opened)
        yield opened
