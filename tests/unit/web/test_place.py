"""The public address, and what follows from it."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.web.place import Place


@pytest.mark.parametrize(
    ("issuer", "origin"),
    [
        ("https://home.example.org", "https://home.example.org"),
        ("https://Home.Example.org/api", "https://home.example.org"),
        ("https://home.example.org:443/", "https://home.example.org"),
        ("https://home.example.org:8443", "https://home.example.org:8443"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_origin_is_spelled_as_browsers_do(issuer: str, origin: str) -> None:
    assert Place(issuer).origin == origin


def test_pages_are_below_the_path_of_the_public_address() -> None:
    place = Place("https://home.example.org/api")
    assert place.account_url == "https://home.example.org/api/oauth/account"
    assert place.authorize_url("a=b%20c") == "https://home.example.org/api/oauth/authorize?a=b%20c"


def test_only_https_has_cookies_that_no_other_host_can_set() -> None:
    assert Place("https://home.example.org").cookies.session.startswith("__Host-")
    assert not Place("http://127.0.0.1:8080").cookies.session.startswith("__Host-")


@given(st.binary(max_size=200))
def test_any_query_is_kept_and_fits_into_a_header(query: bytes) -> None:
    text = query.decode("utf-8", "surrogateescape")
    address = Place("https://home.example.org").authorize_url(text)
    assert address.isascii()
    assert address.isprintable()
    again = urlsplit(address).query if "#" not in text else address.partition("?")[2]
    assert parse_qsl(again, errors="surrogateescape") == parse_qsl(text, errors="surrogateescape")
