"""What holds for every test: a timing is never a test, not even one of Hypothesis."""

import gc

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

gc.disable()  # while ten thousand tests are collected, which stay: 7 s instead of 13


def pytest_collection_finish() -> None:
    """Leave what was collected out of each later look for garbage."""
    gc.freeze()
    gc.enable()
