"""Whether a daemon runs, and which of its parts do not work."""

import socket

import pytest

from bridge.desk.rows import Condition
from bridge.doctor.broker import cause_and_cure, check_broker
from bridge.doctor.daemon import Daemon, check_daemon, check_parts
from bridge.mqtt import reasons
from bridge.mqtt.session import Broker

BROKER = Broker("broker.lan", 1883, "bridge")
WELL = Condition("1.0", 812, "2026-11-24T18:00:00Z", "broker.lan:1883", {"broker": "", "storage": ""}, (), {})


@pytest.mark.parametrize(
    ("daemon", "verdict", "cause"),
    [
        (Daemon(WELL), "ok", "version 1.0, running since 2026-11-24T18:00:00Z as process 812"),
        (Daemon(Condition("0.9", 1, "", "", {}, (), {})), "warning", "installed is 1.0"),
        (Daemon(None), "warning", "not running"),
        (Daemon(None, held=True), "problem", "nobody listens at the control socket"),
        (Daemon(None, "it stands still"), "problem", "it stands still"),
        (Daemon(None, out_of_reach="it belongs to pi"), "warning", "nobody could look: it belongs to pi"),
    ],
)
def test_each_state_of_the_daemon_is_told(daemon: Daemon, verdict: str, cause: str) -> None:
    check = check_daemon(daemon, version="1.0")
    assert check.verdict == verdict
    assert cause in check.cause


def test_every_part_is_told_once_and_those_with_a_check_of_their_own_there() -> None:
    parts = {"broker": "away", "storage": "full", "realtime": "IFTTT is away", "later": ""}
    found = list(check_parts(Condition("1.0", 1, "", "", parts, (), {})))
    assert [(check.name, check.verdict) for check in found] == [("realtime", "problem"), ("later", "ok")]
    assert list(check_parts(None)) == []


def test_what_the_daemon_says_of_its_files_is_told_unless_the_doctor_has_found_it_already() -> None:
    lost = Condition("1.0", 1, "", "", {"configuration": "the file is gone"}, (), {})
    assert [(check.verdict, check.cause) for check in check_parts(lost)] == [("problem", "the file is gone")]
    assert list(check_parts(lost, refused=True)) == []
    assert list(check_parts(Condition("1.0", 1, "", "", {"configuration": ""}, (), {}))) == []


def test_a_connected_daemon_is_believed_and_its_limits_are_told() -> None:
    def attempt() -> str:
        raise AssertionError("a daemon that is connected must not be disturbed")

    limited = Condition("1.0", 1, "", "broker.lan:1883", {"broker": ""}, ("it keeps no sessions",), {})
    found = list(check_broker("broker.lan:1883", limited, attempt))
    assert [(check.verdict, check.cause) for check in found] == [
        ("ok", "the daemon is connected to broker.lan:1883"),
        ("warning", "it keeps no sessions"),
    ]


def test_a_broker_inside_the_daemon_is_not_looked_for_without_it() -> None:
    [check] = check_broker("127.0.0.1:1883", None, None)
    assert (check.verdict, check.cause) == ("ok", "it runs inside the daemon, and only with it")


@pytest.mark.parametrize(
    ("trouble", "cure"),
    [
        (str(reasons.refused(0x87, "Not authorized", BROKER)), "mosquitto_passwd"),
        (str(reasons.unreachable(ConnectionRefusedError(), BROKER)), "start the broker"),
        (str(reasons.unreachable(socket.gaierror(socket.EAI_NONAME, ""), BROKER)), "check mqtt.url"),
        (str(reasons.unreachable(TimeoutError(), BROKER)), "stand still"),
        (str(reasons.silent(BROKER)), "stand still"),
        (f"no connection to {BROKER.address}: trying", "stand still"),
        ("what waited at the broker is still coming in", "wait"),
        ("something never seen", "log of the broker"),
    ],
)
def test_each_trouble_has_its_cure(trouble: str, cure: str) -> None:
    cause, told = cause_and_cure(trouble)
    assert cure in told
    assert trouble.startswith(cause)
