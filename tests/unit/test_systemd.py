"""Telling systemd over a real socket, and living without one."""

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.systemd import notify, reloading, watchdog_s


@contextmanager
def service_manager(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(5)
        yield listener


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "notify")


def test_each_state_is_one_message(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", path)
    with service_manager(path) as manager:
        notify("READY=1")
        notify("STOPPING=1")
        assert [manager.recv(100), manager.recv(100)] == [b"READY=1", b"STOPPING=1"]


def test_an_abstract_socket_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"ifttt-bridge-test-{secrets.token_hex(8)}@home"
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
    with service_manager(f"\0{name}") as manager:
        notify("READY=1")
        assert manager.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", [None, "", "relative/path", "vsock:2:1234"])
def test_nothing_is_said_without_a_socket_that_we_know(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if address is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    with capture_logs() as lines:
        notify("READY=1")
    assert lines == []


def test_a_manager_that_is_gone_does_not_end_the_daemon(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", path)
    with capture_logs() as lines:
        notify("READY=1")
    assert [(line["event"], line["state"]) for line in lines] == [("systemd.not_told", "READY=1")]


def test_a_manager_that_does_not_listen_does_not_hang_the_daemon(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", path)
    with service_manager(path), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as flood:
        flood.settimeout(0)
        flood.connect(path)
        with suppress(BlockingIOError):
            while flood.send(b"WATCHDOG=1"):
                pass
        with capture_logs() as lines:
            notify("READY=1")
    assert [line["event"] for line in lines] == ["systemd.not_told"]


def test_an_address_that_is_too_long_does_not_end_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/" + "x" * 200)
    with capture_logs() as lines:
        notify("READY=1")
    assert [line["event"] for line in lines] == ["systemd.not_told"]


@pytest.mark.parametrize(
    ("usec", "pid", "limit_s"),
    [
        (None, None, None),
        ("", None, None),
        ("0", None, None),
        ("soon", None, None),
        ("-5", None, None),
        ("٣", None, None),
        ("60000000", None, 60.0),
        ("1500000", "", 1.5),
        ("60000000", "own", 60.0),
        ("60000000", "1", None),
    ],
)
def test_a_watchdog_counts_that_waits_for_this_very_process(
    usec: str | None, pid: str | None, limit_s: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("WATCHDOG_USEC", usec), ("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert watchdog_s() == limit_s


def test_what_is_for_people_is_one_line_whatever_it_holds(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", path)
    with service_manager(path) as manager:
        notify("READY=1", status="a broker that says\nSTOPPING=1\x85MAINPID=1")
        assert manager.recv(100) == b"READY=1\nSTATUS=a broker that says STOPPING=1 MAINPID=1"


def test_reading_again_says_when_it_began() -> None:
    before = time.monotonic_ns() // 1000
    state, _, began = reloading().partition("\nMONOTONIC_USEC=")
    assert state == "RELOADING=1"
    assert before <= int(began) <= time.monotonic_ns() // 1000
