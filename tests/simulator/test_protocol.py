"""What IFTTT sends, and how it reads what comes back."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.simulator.protocol import (
    Entry,
    Item,
    ProtocolError,
    is_skip,
    read_action_id,
    read_items,
    read_notification,
    trigger_identity,
)

fields = st.dictionaries(st.text("abc", max_size=3), st.text("abc", max_size=3), max_size=4)


@settings(deadline=None)
@given(fields=fields)
def test_an_identity_is_forty_hex_digits_whatever_the_order_of_the_fields(fields: dict[str, str]) -> None:
    identity = trigger_identity("ann", "door_opened", fields)

    assert len(identity) == 40
    assert set(identity) <= set(string.hexdigits.lower())
    assert identity == trigger_identity("ann", "door_opened", dict(reversed(fields.items())))


def test_an_identity_stands_for_one_user_one_trigger_and_one_set_of_values() -> None:
    identities = {
        trigger_identity("ann", "door_opened", {"door": "a"}),
        trigger_identity("bob", "door_opened", {"door": "a"}),
        trigger_identity("ann", "door_closed", {"door": "a"}),
        trigger_identity("ann", "door_opened", {"door": "b"}),
        trigger_identity("ann", "door_opened", {"gate": "a"}),
        trigger_identity("ann", "door_opened", {}),
    }

    assert len(identities) == 6


def test_events_are_read_in_the_order_they_are_listed() -> None:
    body = {"data": [{"room": "Hall", "meta": {"id": "b", "timestamp": 2}}, {"meta": {"id": "a", "timestamp": 1}}]}

    assert read_items(json.dumps(body).encode()) == [Item("b", 2, {"room": "Hall"}), Item("a", 1, {})]


@pytest.mark.parametrize(
    "item",
    [
        "{}",
        "7",
        '{"meta": {}}',
        '{"meta": {"id": "a"}}',
        '{"meta": {"timestamp": 1}}',
        '{"meta": {"id": 7, "timestamp": 1}}',
        '{"meta": {"id": "", "timestamp": 1}}',
        '{"meta": {"id": "a", "timestamp": 1.5}}',
        '{"meta": {"id": "a", "timestamp": "1"}}',
        '{"meta": {"id": "a", "timestamp": true}}',
        '{"room": null, "meta": {"id": "a", "timestamp": 1}}',
        '{"level": 7, "meta": {"id": "a", "timestamp": 1}}',
    ],
)
def test_an_event_that_breaks_the_protocol_is_refused(item: str) -> None:
    with pytest.raises(ProtocolError, match="An event has"):
        read_items(f'{{"data": [{item}]}}'.encode())


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"data": {}}', b"\xff", b"[" * 100_000])
def test_an_answer_without_a_list_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_items(body)


def test_an_action_answers_with_a_list_of_one_object_with_an_id() -> None:
    assert read_action_id(b'{"data": [{"id": "c-1", "url": "https://example.org"}]}') == "c-1"
    for data in ('{"id": "c-1"}', "[]", '[{"id": 7}]', '[{"id": "a"}, {"id": "b"}]', "null"):
        with pytest.raises(ProtocolError):
            read_action_id(f'{{"data": {data}}}'.encode())


@pytest.mark.parametrize(
    ("status", "body", "skips"),
    [
        (400, b'{"errors": [{"status": "SKIP", "message": "no"}]}', True),
        (400, b'{"errors": [{"message": "no"}, {"status": "SKIP", "message": "no"}]}', True),
        (400, b'{"errors": [{"message": "no"}]}', False),
        (400, b'{"errors": {"status": "SKIP"}}', False),
        (400, b'{"errors": ["SKIP"]}', False),
        (400, b"SKIP", False),
        (503, b'{"errors": [{"status": "SKIP", "message": "no"}]}', False),
    ],
)
def test_only_a_400_with_a_skip_among_its_errors_skips(status: int, body: bytes, *, skips: bool) -> None:
    assert is_skip(status, body) is skips


def test_a_notification_may_mix_identities_and_users() -> None:
    body = b'{"data": [{"trigger_identity": "abc"}, {"user_id": "u_1"}]}'

    assert read_notification(body) == (Entry(trigger_identity="abc"), Entry(user_id="u_1"))


@settings(deadline=None)
@given(body=st.binary())
def test_no_body_breaks_a_reader(body: bytes) -> None:
    for read in (read_items, read_action_id, read_notification):
        with pytest.raises(ProtocolError):
            read(body)
