"""What buttons say."""

import pytest

from bridge.commands import Command, Wish
from bridge.devices.dialects.plain import PlainButton
from bridge.devices.reading import PressReading
from bridge.errors import UnreadableMessage

WORD = PlainButton("t")
JSON = PlainButton("t", ("event", "type"))


def test_it_listens_to_its_one_topic() -> None:
    assert PlainButton("home/bell").state_topics == ("home/bell",)


@pytest.mark.parametrize(
    ("payload", "word"),
    [(b"single", "single"), (b"SS", "double"), (b" hold\n", "long"), (b"ring", "ring"), (b"1", "1"), (b"ON", "on")],
)
def test_a_message_is_a_press_by_its_word(payload: bytes, word: str) -> None:
    assert WORD.read("t", payload) == PressReading(word)


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        (b'{"event":{"type":"double"}}', "double"),
        (b'{"event":{"type":2}}', "2"),
        (b'{"event":{"type":true}}', "true"),
    ],
)
def test_the_word_may_stand_in_an_object(payload: bytes, word: str) -> None:
    assert JSON.read("t", payload) == PressReading(word)


@pytest.mark.parametrize(
    ("dialect", "payload"),
    [
        (WORD, b""),
        (WORD, b"  "),
        (WORD, b"None"),
        (WORD, b"unknown"),
        (JSON, b""),
        (JSON, b'{"event":{"type":""}}'),
        (JSON, b'{"event":{"type":" "}}'),
        (JSON, b'{"event":{"type":null}}'),
        (JSON, b'{"event":{"type":"None"}}'),
        (JSON, b'{"event":{}}'),
        (JSON, b'{"battery":90}'),
        (JSON, b'{"event":{"type":["single"]}}'),
    ],
)
def test_a_reset_is_no_press(dialect: PlainButton, payload: bytes) -> None:
    assert dialect.read("t", payload) is None


@pytest.mark.parametrize(
    ("dialect", "payload", "reason"),
    [
        (WORD, b'{"event":{"type":"single"}}', "not a press"),
        (WORD, b"a very long story " * 9, "not a press"),
        (WORD, b"\xff\xd8", "not UTF-8"),
        (JSON, b"single", "not JSON"),
        (JSON, b'{"event":{"type":"a/b"}}', "not a press"),
        (JSON, b'{"event":{"type":1' + b"0" * 400 + b"}}", "not a press"),
    ],
)
def test_what_is_no_word_is_unreadable(dialect: PlainButton, payload: bytes, reason: str) -> None:
    with pytest.raises(UnreadableMessage, match=reason):
        dialect.read("t", payload)


def test_nobody_commands_a_button() -> None:
    assert WORD.write(Command("home", "bell", Wish.TURN_ON)) == ()
