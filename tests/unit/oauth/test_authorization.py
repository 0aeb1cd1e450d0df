"""What is read from the query of the authorize address, and where a browser is sent back to."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.oauth.authorization import (
    MAX_PARAMETERS,
    MAX_STATE_CHARACTERS,
    AuthorizationRequest,
    SendBack,
    Unanswerable,
    address_back,
    is_our_scope,
    read_request,
)
from bridge.oauth.clients import Client, Clients

REDIRECT = "https://ifttt.example/channels/home/authorize"
WITH_QUERY = "https://ifttt.example/back?service=home"
CLIENT = Client("production", "IFTTT", ("a-secret-of-the-client",), (REDIRECT, WITH_QUERY))
OTHER = Client("staging", "IFTTT (trial)", ("another-secret-of-one",), ("https://ifttt.example/staging",))
CLIENTS = Clients((CLIENT, OTHER))
RIGHT = {"client_id": "production", "response_type": "code", "scope": "ifttt", "state": "s", "redirect_uri": REDIRECT}
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # of RFC 7636, appendix B


def read(**changes: str | None) -> AuthorizationRequest | SendBack | Unanswerable:
    asked = {name: value for name, value in {**RIGHT, **changes}.items() if value is not None}
    return read_request(urlencode(asked), CLIENTS)


def test_what_ifttt_sends_is_understood() -> None:
    assert read() == AuthorizationRequest(CLIENT, REDIRECT, "s", None)
    assert read(state=None, scope=None) == AuthorizationRequest(CLIENT, REDIRECT, None, None)
    assert read(unknown="x", request_uri="y") == AuthorizationRequest(CLIENT, REDIRECT, "s", None)


@pytest.mark.parametrize("client_id", [None, "", "Production", "production ", "nobody", "production\0"])
def test_nobody_is_sent_anywhere_for_a_client_that_is_not_ours(client_id: str | None) -> None:
    assert isinstance(read(client_id=client_id), Unanswerable)


def test_the_redirect_uri_of_another_client_is_not_this_ones() -> None:
    assert isinstance(read(redirect_uri=OTHER.redirect_uris[0]), Unanswerable)


@pytest.mark.parametrize("twice", ["client_id=staging", f"redirect_uri={quote(REDIRECT)}"])
def test_who_is_asking_may_be_said_only_once(twice: str) -> None:
    for query in (f"{urlencode(RIGHT)}&{twice}", f"{twice}&{urlencode(RIGHT)}"):
        assert isinstance(read_request(query, CLIENTS), Unanswerable)


@pytest.mark.parametrize("name", ["response_type", "scope", "code_challenge", "code_challenge_method"])
def test_anything_else_that_is_said_twice_is_sent_back(name: str) -> None:
    back = read_request(f"{urlencode(RIGHT)}&{name}=a&{name}=b", CLIENTS)
    assert isinstance(back, SendBack)
    assert (back.redirect_uri, back.state, back.error) == (REDIRECT, "s", "invalid_request")


def test_a_state_that_is_said_twice_is_not_given_back() -> None:
    back = read_request(f"{urlencode(RIGHT)}&state=other", CLIENTS)
    assert isinstance(back, SendBack)
    assert (back.state, back.error) == (None, "invalid_request")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"scope": "ifttt admin"}, "invalid_scope"),
        ({"scope": "*"}, "invalid_scope"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE[:-1], "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_what_the_client_must_mend_is_sent_back_in_oauths_words(changes: dict[str, str | None], error: str) -> None:
    back = read(**changes)
    assert isinstance(back, SendBack)
    assert (back.redirect_uri, back.state, back.error) == (REDIRECT, "s", error)


def test_a_challenge_is_kept() -> None:
    asked = read(code_challenge=CHALLENGE, code_challenge_method="S256")
    assert isinstance(asked, AuthorizationRequest)
    assert asked.challenge == CHALLENGE


def test_endless_addresses_are_refused() -> None:
    assert isinstance(read(state="x" * (MAX_STATE_CHARACTERS + 1)), Unanswerable)
    assert isinstance(read_request(urlencode(RIGHT) + "&a=b" * MAX_PARAMETERS, CLIENTS), Unanswerable)


@given(st.text(max_size=200))
def test_only_a_redirect_uri_that_equals_one_of_the_clients_is_ever_gone_to(text: str) -> None:
    for candidate in (text, REDIRECT + text, text + REDIRECT, REDIRECT[: len(text)] + text):
        asked = read_request(urlencode({**RIGHT, "redirect_uri": candidate}, errors="replace"), CLIENTS)
        assert isinstance(asked, Unanswerable) or candidate in CLIENT.redirect_uris


@given(st.binary(max_size=300))
def test_no_query_raises_and_none_leads_astray(query: bytes) -> None:
    match read_request(query.decode("utf-8", "surrogateescape"), CLIENTS):
        case SendBack(redirect_uri=redirect_uri) | AuthorizationRequest(redirect_uri=redirect_uri):
            assert redirect_uri in CLIENT.redirect_uris + OTHER.redirect_uris
        case Unanswerable(reason=reason):
            assert reason


@given(st.binary(max_size=200), st.sampled_from([REDIRECT, WITH_QUERY]))
def test_the_state_comes_back_byte_for_byte(state: bytes, redirect_uri: str) -> None:
    query = urlencode({**RIGHT, "redirect_uri": redirect_uri, "state": state})
    asked = read_request(query, CLIENTS)
    assert isinstance(asked, AuthorizationRequest)
    address = address_back(asked.redirect_uri, [("code", "c")], state=asked.state, issuer="https://home.example")
    assert address.isascii()
    assert address.isprintable()
    parts = urlsplit(address)
    assert redirect_uri.split("?", maxsplit=1)[0] == f"{parts.scheme}://{parts.netloc}{parts.path}"
    said = dict(parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape"))
    assert said["state"].encode("utf-8", "surrogateescape") == state
    assert (said["code"], said["iss"]) == ("c", "https://home.example")


@pytest.mark.parametrize(
    ("scope", "ours"), [("", True), ("ifttt", True), ("ifttt ", True), ("IFTTT", False), ("a", False)]
)
def test_there_is_one_scope(scope: str, ours: bool) -> None:  # noqa: FBT001 -- a case of the table
    assert is_our_scope(scope) is ours
