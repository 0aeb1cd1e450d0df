"""Whether a daemon runs, and which of its parts do not work."""

import pytest

from bridge.desk.requests import Condition
from bridge.doctor.broker import check_broker, cure_of
from bridge.doctor.daemon import Daemon, check_daemon, check_parts

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
        ("[code:135] Not authorized", "mosquitto_passwd"),
        ("Bad user name or password", "mosquitto_passwd"),
        ("[Errno 111] Connection refused", "start the broker"),
        ("[Errno -2] Name or service not known", "correct the name"),
        ("Operation timed out", "stand still"),
        ("TLS: CERTIFICATE_VERIFY_FAILED", "certificate"),
        ("what waited at the broker is still coming in", "wait"),
        ("something never seen", "log of the broker"),
    ],
)
def test_each_trouble_has_its_cure(trouble: str, cure: str) -> None:
    assert cure in cure_of(trouble)
