"""What the C library keeps of memory that nobody uses any more."""

import subprocess
import sys

import pytest

CHURN = """
import threading
from pathlib import Path

def resident_kib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

def use_and_leave():
    kept = []
    for _ in range(20_000):
        kept.append(bytes(900))
    keep.append(kept[-1])  # what is at the end holds all before it

from bridge.heap import give_back, share_one_arena
share_one_arena()
keep = []
for _ in range(4):
    thread = threading.Thread(target=use_and_leave)
    thread.start()
    thread.join()
before = resident_kib()
give_back()
print(before - resident_kib())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks glibc")
def test_what_a_start_has_used_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", CHURN], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) > 10_000, "of the 18 MB that the last thread had used"
