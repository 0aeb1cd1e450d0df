"""The files that the next start needs, looked at while the daemon runs: each trouble is named, and said once."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.settings import SourceFile
from bridge.sources import CONSEQUENCE, Sources, trouble_of
from tests.parts.waiting import until


@pytest.fixture
def secret(tmp_path: Path) -> SourceFile:
    path = tmp_path / "secret"
    path.write_text("open sesame\n")
    return SourceFile("mqtt.password_file: the file", path)


@asynccontextmanager
async def looking(*files: SourceFile, patience_s: float = 10.0) -> AsyncIterator[Sources]:
    sources = Sources(lambda: files, every_s=0.01, patience_s=patience_s)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(sources.run())
        yield sources
        task.cancel()


@pytest.mark.parametrize(
    ("replacement", "reason"),
    [
        ("none", "does not exist; check the path"),
        ("empty", "is empty; write into it what it held"),
        ("folder", "is a folder"),
    ],
)
def test_what_cannot_be_read_again_is_told_with_key_file_and_reason(
    secret: SourceFile, replacement: str, reason: str
) -> None:
    assert trouble_of(secret) == ""
    secret.path.unlink()
    if replacement == "folder":
        secret.path.mkdir()
    elif replacement == "empty":
        secret.path.touch()
    assert trouble_of(secret).startswith(f"mqtt.password_file: the file {secret.path} {reason}")


async def test_it_is_said_once_and_once_when_it_is_over(secret: SourceFile, tmp_path: Path) -> None:
    other = SourceFile("mqtt.ca_file: the file", tmp_path / "authority.pem")
    other.path.write_text("PEM")
    with capture_logs() as lines:
        async with looking(secret, other) as sources:
            secret.path.unlink()
            await until(lambda: bool(sources.trouble), what="the first being missed")
            other.path.unlink()
            await until(lambda: "authority.pem" in sources.trouble, what="the second being missed")
            assert sources.trouble == f"{trouble_of(secret)}; {trouble_of(other)}; {CONSEQUENCE}"
            for file in (secret, other):
                file.path.write_text("back\n")
            await until(lambda: not sources.trouble, what="both being back")
    assert [line["event"] for line in lines] == [*["config.file_lost"] * 2, *["config.file_back"] * 2]
    assert [line.get("reason", "").partition(" ")[0] for line in lines[:2]] == ["mqtt.password_file:", "mqtt.ca_file:"]


async def test_a_file_that_never_answers_holds_nothing_up_and_is_named(secret: SourceFile) -> None:
    secret.path.unlink()
    os.mkfifo(secret.path)
    async with looking(secret, patience_s=0.1) as sources:
        await until(lambda: "nothing answers" in sources.trouble, what="the silence being noticed")
        writing = os.open(secret.path, os.O_WRONLY)
        os.write(writing, b"late")
        os.close(writing)
        secret.path.unlink()
        secret.path.write_text("open sesame\n")
        await until(lambda: not sources.trouble, what="the answer being taken")
