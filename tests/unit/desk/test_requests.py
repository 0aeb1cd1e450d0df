"""Requests travel as JSON and come out as they went in; anything else is refused in words."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.desk.requests import (
    AddToken,
    AddUser,
    AnyRequest,
    Examine,
    ListDevices,
    ListGrants,
    ListTokens,
    ListUsers,
    ReadDevice,
    ReadEvents,
    ReadHouse,
    RemoveUser,
    RevokeGrant,
    RevokeToken,
    SetPassword,
    ShowDevice,
    request_from_bytes,
    request_to_bytes,
)
from bridge.errors import BridgeError

TEXT = st.text(st.characters(codec="utf-8"))
REQUESTS: st.SearchStrategy[AnyRequest] = st.one_of(
    st.builds(AddUser, TEXT, st.none() | TEXT, st.none() | TEXT),
    st.just(ListUsers()),
    st.builds(RemoveUser, TEXT),
    st.builds(SetPassword, TEXT, TEXT),
    st.builds(AddToken, TEXT, TEXT),
    st.builds(ListTokens, st.none() | TEXT),
    st.builds(RevokeToken, TEXT),
    st.builds(ListGrants, st.none() | TEXT),
    st.builds(RevokeGrant, TEXT),
    st.builds(ReadEvents, st.integers(0, 2**53), st.none() | TEXT, st.booleans()),
    st.builds(ListDevices, st.none() | TEXT),
    st.builds(ShowDevice, TEXT),
    st.builds(ReadHouse, TEXT, st.integers(0, 2**53), st.integers(0, 2**53)),
    st.builds(ReadDevice, TEXT),
    st.just(Examine()),
)


@given(REQUESTS)
def test_a_request_comes_out_as_it_went_in(request: AnyRequest) -> None:
    assert request_from_bytes(request_to_bytes(request)) == request


@given(st.binary() | st.recursive(st.none() | st.integers() | TEXT, st.lists).map(msgspec.json.encode))
def test_anything_else_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(BridgeError, match="another version; restart it"):
        request_from_bytes(content)


@pytest.mark.parametrize(
    "content", [b'{"ask":"user list","more":1}', b'{"ask":"dance"}', b'{"ask":"user add","name":1}']
)
def test_what_another_version_might_ask_is_refused_whole(content: bytes) -> None:
    with pytest.raises(BridgeError, match="another version"):
        request_from_bytes(content)


def test_only_questions_may_be_asked_again() -> None:
    again = [
        ListUsers(),
        ListTokens(None),
        ListGrants(None),
        ReadEvents(0, None, wait=False),
        ListDevices(None),
        ShowDevice("a"),
        ReadHouse(),
        ReadDevice("a"),
        Examine(),
    ]
    once = [
        AddUser("a", None, None),
        RemoveUser("a"),
        SetPassword("a", "b"),
        AddToken("a", "b"),
        RevokeToken("a"),
        RevokeGrant("a"),
    ]
    assert not any(request.changes for request in again)
    assert all(request.changes for request in once)


def test_a_name_that_is_no_text_is_refused_before_it_is_sent() -> None:
    with pytest.raises(BridgeError, match="UTF-8"):
        request_to_bytes(RemoveUser("\udcff"))
