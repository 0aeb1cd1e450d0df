"""What IFTTT sends to get a new access token, and how it reads the answer."""

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.simulator.authorization import Client, Renewal, Tokens, read_renewal, refresh_form

BEFORE = Tokens("old", "refresh-1")


def test_a_refresh_says_what_the_protocol_says() -> None:
    form = refresh_form(Client("http://service/token", "ifttt", "se&cret"), "refresh-1")

    assert parse_qs(form.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["ifttt"],
        "client_secret": ["se&cret"],
        "refresh_token": ["refresh-1"],
    }


@pytest.mark.parametrize(
    ("status", "body", "outcome", "after"),
    [
        (200, b'{"access_token": "new", "refresh_token": "refresh-2"}', Renewal.RENEWED, Tokens("new", "refresh-2")),
        (200, b'{"access_token": "new", "expires_in": 5}', Renewal.RENEWED, Tokens("new", "refresh-1")),
        (200, b'{"access_token": ""}', Renewal.LATER, BEFORE),
        (200, b'{"data": {"access_token": "new"}}', Renewal.LATER, BEFORE),
        (200, b"<html>", Renewal.LATER, BEFORE),
        (200, b"[]", Renewal.LATER, BEFORE),
        (400, b'{"error": "invalid_grant"}', Renewal.REFUSED, BEFORE),
        (401, b"", Renewal.REFUSED, BEFORE),
        (500, b"", Renewal.LATER, BEFORE),
        (503, b"", Renewal.LATER, BEFORE),
        (None, b"", Renewal.LATER, BEFORE),
    ],
)
def test_an_answer_is_a_yes_a_no_or_neither(status: int | None, body: bytes, outcome: Renewal, after: Tokens) -> None:
    assert read_renewal(status, body, BEFORE) == (outcome, after)


@given(body=st.binary(max_size=50))
def test_whatever_comes_back_leaves_tokens_to_go_on_with(body: bytes) -> None:
    _, after = read_renewal(200, body, BEFORE)

    assert after.access
    assert after.refresh
