"""What IFTTT's answer about a key means."""

import pytest

from bridge.doctor.fetching import Fetched
from bridge.doctor.service_key import check_service_keys


@pytest.mark.parametrize(
    ("answer", "verdict", "cause"),
    [
        (Fetched(200, body=b'{"authentication_level":"service","service_id":"elm"}'), "ok", "elm"),
        (Fetched(200, body=b'{"authentication_level":"none"}'), "problem", "does not know"),
        (Fetched(401), "problem", "refuses"),
        (Fetched(403), "problem", "refuses"),
        (Fetched(503), "warning", "answers 503"),
        (Fetched(200, body=b"<html>"), "warning", "cannot be understood"),
        (Fetched(200, body=b"\xff"), "warning", "cannot be understood"),
        (Fetched(200, body=b"[]"), "warning", "cannot be understood"),
        (Fetched(0, trouble="the name is not known"), "warning", "could not be asked"),
    ],
)
def test_each_answer_has_its_meaning(answer: Fetched, verdict: str, cause: str) -> None:
    [check] = check_service_keys(["the-key-itself"], lambda _url, _headers: answer)
    assert (check.name, check.verdict) == ("service key", verdict)
    assert cause in check.cause
    assert "the-key-itself" not in check.cause + check.cure


def test_each_of_several_keys_is_asked_for() -> None:
    known = Fetched(200, body=b'{"authentication_level":"service"}')
    found = check_service_keys(
        ["first-key", "second-key"],
        lambda _url, headers: known if headers["IFTTT-Service-Key"] == "second-key" else Fetched(401),
    )
    assert [(check.name, check.verdict) for check in found] == [
        ("service key 1 of 2", "problem"),
        ("service key 2 of 2", "ok"),
    ]
