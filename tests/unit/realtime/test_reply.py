"""What each status of an answer means, and which wish to be asked later is heeded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.realtime.client import LONGEST_RETRY_AFTER_S, Verdict, reply_to

WRONG_KEY = {401, 403}
NOT_ABOUT_WHAT_WAS_SAID = {407, 408, 421, 425, 429}


def expected(status: int) -> Verdict:
    """Return the verdict by the protocol reference (section 8) and decision 12."""
    if 200 <= status <= 299:
        return Verdict.TOLD
    if status in WRONG_KEY:
        return Verdict.WRONG_KEY
    if 400 <= status <= 499 and status not in NOT_ABOUT_WHAT_WAS_SAID:
        return Verdict.REFUSED
    return Verdict.LATER


@pytest.mark.parametrize("status", range(100, 600))
def test_every_status_has_its_meaning(status: int) -> None:
    reply = reply_to(status, None)
    assert (reply.verdict, reply.status, reply.retry_after_s) == (expected(status), status, None)


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_what_the_reference_says_to_drop_is_refused(status: int) -> None:
    assert reply_to(status, "5").verdict is Verdict.REFUSED


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_no_success(status: int) -> None:
    assert reply_to(status, None).verdict is Verdict.LATER


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize(
    ("said", "heeded_s"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("3600", 3600.0),
        ("3601", LONGEST_RETRY_AFTER_S),
        ("999999999", LONGEST_RETRY_AFTER_S),
        ("9" * 4000, None),
        ("-1", None),
        ("1.5", None),
        ("1e9", None),
        ("inf", None),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("²", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_a_sane_number_of_seconds_is_heeded(status: int, said: str, heeded_s: float | None) -> None:
    assert reply_to(status, said).retry_after_s == heeded_s


@given(st.integers(100, 599), st.none() | st.text() | st.integers().map(str))
def test_whatever_is_answered_the_wait_is_bounded(status: int, said: str | None) -> None:
    retry_after_s = reply_to(status, said).retry_after_s
    assert retry_after_s is None or 0 <= retry_after_s <= LONGEST_RETRY_AFTER_S
