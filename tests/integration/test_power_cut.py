"""The power cut of the fault wall can fail: a daemon on a disk that only says that it syncs breaks what it promised."""

import random
from pathlib import Path

import pytest

from scripts.faultwall.power import outcomes, record
from tests.parts.disk import NoCompiler
from tests.parts.programs import required

CUTS = 20


@pytest.mark.parametrize("careless", [True, False])
async def test_without_syncs_promises_are_broken_and_with_them_none_is(tmp_path: Path, *, careless: bool) -> None:
    chance = random.Random(2026)  # noqa: S311 -- chooses instants, guards nothing
    try:
        recording = await record(tmp_path, chance, careless=careless)
    except NoCompiler as error:
        required(str(error))

    found = await outcomes(recording, chance, tmp_path, cuts=CUTS)

    assert any(found) == careless, found
