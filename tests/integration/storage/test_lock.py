"""One daemon per database, however the last one ended."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bridge.errors import AlreadyRunning, StorageUnavailable
from bridge.storage.lock import hold_lock, spoken_to_at

HOLDER = """
import sys, time
from pathlib import Path
from bridge.storage.lock import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def start_holder(path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_holder_is_refused_until_the_first_is_killed(path: Path) -> None:
    with start_holder(path) as process:
        try:
            for _ in range(2):
                with pytest.raises(AlreadyRunning, match="another ifttt-bridge"), hold_lock(path):
                    pass
        finally:
            process.kill()
            process.wait()
    with hold_lock(path):
        pass


def test_a_lock_that_is_let_go_can_be_taken_again(path: Path) -> None:
    for _ in range(2):
        with hold_lock(path), pytest.raises(AlreadyRunning), hold_lock(path):
            pass


def test_who_may_wait_gets_the_lock_when_it_is_let_go(path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = threading.Event()

        def wait() -> Path | None:
            waiting.set()
            with hold_lock(path, wait_s=30):
                return spoken_to_at(path)

        with hold_lock(path, spoken_to_at=Path("/run/somewhere")):
            assert spoken_to_at(path) == Path("/run/somewhere")
            second = pool.submit(wait)
            waiting.wait()
            with pytest.raises(AlreadyRunning), hold_lock(path, wait_s=0.05):
                pass
            assert not second.done()
        assert second.result(30) is None


def test_other_databases_are_not_concerned(path: Path) -> None:
    with hold_lock(path), hold_lock(path.with_name("other.db")):
        pass


def test_a_child_of_the_holder_does_not_keep_the_lock(path: Path) -> None:
    with hold_lock(path):
        child = subprocess.Popen(["sleep", "60"])
    try:
        with hold_lock(path):
            pass
    finally:
        child.kill()
        child.wait()


def test_a_place_where_no_file_can_be_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageUnavailable, match="cannot be opened"), hold_lock(tmp_path / "file" / "bridge.db"):
        pass
