"""When what was written is to be brought into the database, and when the next commit has to wait for it."""

from bridge.storage.durable import Written

LONG = 16_384
"""Pages of a log that the writer brings in itself."""


def written(units: int) -> Written:
    """Return what counts after so many small units of work."""
    found = Written()
    for _ in range(units):
        found.add(0)
    return found


def test_it_is_due_now_and_then_and_no_commit_waits_for_that() -> None:
    assert not written(100).due
    assert written(200).due
    assert not written(200).overdue


def test_where_nobody_brought_it_in_the_writer_does() -> None:
    assert written(LONG // 8).overdue


def test_a_log_that_was_brought_in_and_is_long_all_the_same_is_brought_in_once_more_by_the_writer() -> None:
    found = written(200)
    found.begin_anew(log_pages=LONG)
    assert found.overdue
    found.begin_anew()
    assert not found.overdue


def test_a_reader_in_the_way_makes_one_commit_wait_and_not_each() -> None:
    found = written(0)
    found.begin_anew(log_pages=LONG)
    found.try_later()
    assert not found.overdue
    assert not found.due
