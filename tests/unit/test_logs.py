"""How log lines look. Each test logs in a process of its own, for loggers keep what they were configured with."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

_OPENING = """
import logging, sys, structlog
from bridge.logs import configure_logs
log = structlog.get_logger("bridge.test")
configure_logs(sys.argv[1], sys.argv[2])
"""


def logged(program: str, *, level: str = "info", style: str = "text") -> list[str]:
    """Run a few lines of logging and return what went to standard error, line by line."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _OPENING + program, level, style],
        check=True,
        capture_output=True,
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.stdout == b""
    return done.stderr.decode().splitlines()


def journalled(folder: Path, program: str, *, level: str = "info", style: str = "text", stream: str = "") -> list[str]:
    """The same with a file that stands in for the journal; `stream` is what $JOURNAL_STREAM says instead of it."""
    with (folder / "journal").open("w+b") as journal:
        place = os.fstat(journal.fileno())
        subprocess.run(
            [sys.executable, "-W", "error", "-c", _OPENING + program, level, style],
            check=True,
            stderr=journal,
            env={
                "PYTHONPATH": ":".join(sys.path),
                "PYTHONIOENCODING": "utf-8",
                "JOURNAL_STREAM": stream or f"{place.st_dev}:{place.st_ino}",
            },
        )
        journal.seek(0)
        return journal.read().decode().splitlines()


def logged_json(program: str, *, level: str = "info") -> list[dict[str, Any]]:
    return [msgspec.json.decode(line, type=dict[str, Any]) for line in logged(program, level=level, style="json")]


def test_a_text_line_has_time_level_and_event_and_then_its_facts() -> None:
    (line,) = logged('log.info("bridge.started", public=8080, broker="localhost:1883", note=None)')
    timestamp, rest = line.split(" ", 1)
    assert timestamp.startswith("timestamp=2")
    assert timestamp.endswith("Z")
    assert rest == "level=info event=bridge.started public=8080 broker=localhost:1883 note=None"


def test_a_json_line_is_an_object_with_the_same() -> None:
    (line,) = logged_json('log.info("bridge.started", public=8080, broker="localhost:1883", note=None)')
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "event": "bridge.started",
        "public": 8080,
        "broker": "localhost:1883",
        "note": None,
    }


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("kitchen", "kitchen"),
        ("Küche", "Küche"),
        ("Große Küche", '"Große Küche"'),
        ("", '""'),
        ('say "hi"', '"say \\"hi\\""'),
        ("a=b", '"a=b"'),
        ("one\ntwo", '"one\\ntwo"'),
        ("one\rtwo", '"one\\rtwo"'),
        ("\x1b[31mred", '"\\u001b[31mred"'),
        ("\x9b31mred", '"\\u009b31mred"'),
        ("one\u2028two", '"one\\u2028two"'),
        (b"\xff", "b'\\xff'"),
        (1.5, "1.5"),
    ],
)
def test_a_value_cannot_be_taken_for_another_field_or_another_line(value: object, written: str) -> None:
    (line,) = logged(f'log.warning("event", value={value!r})')
    assert line.split(" event=event value=")[1] == written


@pytest.mark.parametrize("style", ["text", "json"])
def test_every_event_is_one_line_whatever_it_is_made_of(style: str) -> None:
    lines = logged(r'log.info("a\nb", c="d\ne\r\nf\u2028g\x85h"); log.info("second")', style=style)
    assert len(lines) == 2


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("call", ['log.exception("boom")', 'log.error("boom", exc_info=error)'])
def test_an_exception_is_on_the_line_of_its_event(style: str, call: str) -> None:
    (line,) = logged(f"try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    {call}", style=style)
    assert "boom" in line
    assert "Traceback" in line
    assert "ZeroDivisionError: division by zero" in line


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("WARNING", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_only_what_is_grave_enough_is_said(level: str, said: list[str]) -> None:
    program = 'for name in ("debug", "info", "warning", "error"): getattr(log, name)("event")'
    assert [line["level"] for line in logged_json(program, level=level)] == said


@pytest.mark.parametrize(
    ("level", "said"), [("debug", ["warning", "error"]), ("info", ["warning", "error"]), ("error", ["error"])]
)
def test_libraries_are_heard_from_warnings_upwards(level: str, said: list[str]) -> None:
    program = 'for name in ("debug", "info", "warning", "error"): getattr(logging.getLogger("aiohttp"), name)("%s", 1)'
    assert [line["level"] for line in logged_json(program, level=level)] == said


def test_lines_of_libraries_look_like_ours_and_name_their_logger() -> None:
    program = 'logging.getLogger("aiohttp.server").warning("Unclosed %s", "connection")'
    (line,) = logged_json(program)
    assert line.pop("timestamp")
    assert line == {"level": "warning", "event": "Unclosed connection", "logger": "aiohttp.server"}
    (text,) = logged(program)
    assert text.endswith('level=warning event="Unclosed connection" logger=aiohttp.server')


def test_an_exception_of_a_library_is_on_its_line() -> None:
    program = 'try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.getLogger("aiohttp.server").exception("boom")'
    (line,) = logged_json(program)
    assert line["event"] == "boom"
    assert "ZeroDivisionError" in line["exception"]


def test_what_a_library_set_up_for_itself_does_not_say_everything_twice() -> None:
    program = """
logging.getLogger().addHandler(logging.StreamHandler())
configure_logs(sys.argv[1], sys.argv[2])
logging.getLogger("aiohttp").warning("theirs")
"""
    assert [line["event"] for line in logged_json(program)] == ["theirs"]


def test_configuring_twice_does_not_say_everything_twice() -> None:
    program = """
configure_logs(sys.argv[1], sys.argv[2])
log.info("ours")
logging.getLogger("aiohttp").warning("theirs")
"""
    assert [line["event"] for line in logged_json(program)] == ["ours", "theirs"]


def test_in_the_journal_each_line_has_its_priority_and_no_time_of_its_own(tmp_path: Path) -> None:
    program = 'for name in ("debug", "info", "warning", "error", "critical"): getattr(log, name)("event", fact=1)'
    assert journalled(tmp_path, program, level="debug") == [
        "<7>level=debug event=event fact=1",
        "<6>level=info event=event fact=1",
        "<4>level=warning event=event fact=1",
        "<3>level=error event=event fact=1",
        "<2>level=critical event=event fact=1",
    ]


def test_in_the_journal_json_stands_behind_the_priority(tmp_path: Path) -> None:
    [line] = journalled(tmp_path, 'log.warning("storage.unavailable", reason="disk full")', style="json")
    assert line.startswith("<4>{")
    assert msgspec.json.decode(line[3:]) == {"level": "warning", "event": "storage.unavailable", "reason": "disk full"}


def test_in_the_journal_libraries_have_priorities_too_and_a_stack_trace_stays_on_its_line(tmp_path: Path) -> None:
    program = """
logging.getLogger("aiohttp").warning("theirs")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("boom")
    logging.getLogger("aiohttp").exception("their boom")
"""
    theirs, boom, their_boom = journalled(tmp_path, program)
    assert theirs == "<4>level=warning event=theirs logger=aiohttp"
    assert boom.startswith("<3>level=error event=boom exception=")
    assert their_boom.startswith('<3>level=error event="their boom"')


@pytest.mark.parametrize("stream", ["8:1", "nonsense", "0:0"])
def test_a_stream_that_is_not_the_journal_is_written_as_ever(tmp_path: Path, stream: str) -> None:
    [line] = journalled(tmp_path, 'log.info("bridge.started")', stream=stream)
    assert line.startswith("timestamp=2")
    assert line.endswith("level=info event=bridge.started")
