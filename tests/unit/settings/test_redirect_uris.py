"""Where a person may be sent back to: what is accepted leads to one place, whoever reads it."""

import re
from typing import Final
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from bridge.settings.addresses import LONGEST_REDIRECT_URI, parse_redirect_uri

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
starts = st.sampled_from(
    ["https://", "https://ifttt.com/", "http://localhost:1/", "http://127.0.0.1", "HTTPS://", "//", ""]
)
likely = st.text(st.sampled_from("aZ0.-_~:/?@!$&'()+,;=%"), max_size=20)
marks = st.text(st.sampled_from("aZ0.-_~:/?#[]@!$&'()*+,;=%\\ \t\n\r\0\x7f\"<>^`{|}ü\u2028"), max_size=20)


def accepted(text: str) -> bool:
    try:
        parse_redirect_uri(text)
    except ValueError:
        return False
    return True


@given(st.builds("{}{}".format, starts, likely | marks | st.text(max_size=20)))
@example("https://ifttt.com\\@example.org/")
@example("https://ifttt.com/\t/example.org")
def test_what_is_accepted_is_read_the_same_by_everybody(text: str) -> None:
    if not accepted(text):
        return
    assert parse_redirect_uri(text) == text, "not one letter differs"
    one, other = urlsplit(text), URL(text)
    assert one.hostname == other.host
    assert one.port == other.explicit_port
    assert (one.fragment, one.username, other.user) == ("", None, None)
    assert one.scheme == "https" or one.hostname in LOOPBACK
    assert not re.search(r"[\\\s\x00-\x1f\x7f-\uffff*#]", text)


@pytest.mark.parametrize(
    "text",
    [
        "https://ifttt.com/channels/my_service/authorize",
        "https://ifttt.com/a?service=elm%20street",
        "https://bridge.example.org:8443",
        "http://127.0.0.1:8765/callback",
        "http://localhost:8765/callback?trial=1",
        "http://[::1]:8765/",
        "http://localhost",
    ],
)
def test_those_of_ifttt_and_of_trials_on_this_machine_are_accepted(text: str) -> None:
    assert parse_redirect_uri(text) == text


def test_a_redirect_uri_has_an_end() -> None:
    longest = "https://ifttt.com/".ljust(LONGEST_REDIRECT_URI, "a")
    assert accepted(longest)
    assert not accepted(longest + "a")
