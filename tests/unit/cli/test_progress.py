"""A bar is for people at a terminal: a file or a pipe gets nothing of it."""

import io

from bridge.cli.progress import Progress


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_bar_grows_to_its_end_and_leaves_an_empty_line() -> None:
    screen = Screen()
    progress = Progress("Copying", screen)
    progress(0, 2 * 1024 * 1024)
    progress(2 * 1024 * 1024, 2 * 1024 * 1024)
    lines = screen.getvalue().split("\r")
    assert lines[1].startswith("Copying [..............................]   0% of 2.0 MiB")
    assert lines[2].startswith("Copying [##############################] 100% of 2.0 MiB")
    progress.end()
    assert screen.getvalue().endswith(f"\r{' ' * len(lines[2])}\r")


def test_nothing_is_drawn_where_nobody_looks() -> None:
    pipe = io.StringIO()
    progress = Progress("Copying", pipe)
    progress(1, 2)
    progress.say("Verifying")
    progress.end()
    assert pipe.getvalue() == ""


def test_of_nothing_at_all_a_bar_is_full_of_nothing() -> None:
    screen = Screen()
    Progress("Copying", screen)(0, 0)
    assert "0% of 0.0 MiB" in screen.getvalue()
