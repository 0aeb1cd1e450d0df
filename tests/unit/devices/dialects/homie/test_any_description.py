"""Whatever Homie devices say of themselves, nothing worse than UnreadableMessage comes of it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.devices.dialects.homie.convention import Homie
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.fuzzing import heard_without_harm, nearly
from tests.unit.devices.dialects.homie.examples import version4

DESCRIPTION: dict[str, Any] = {
    "homie": "5.0",
    "name": "Thing",
    "root": "hub",
    "nodes": {
        "lamp": {
            "type": "light",
            "properties": {
                "power": {"datatype": "boolean", "settable": True, "format": "off,on"},
                "brightness": {"datatype": "float", "settable": True, "format": "0:255:1"},
                "color": {"datatype": "color", "settable": True, "format": "hsv,xyz"},
            },
        },
        "blind": {
            "properties": {
                "position": {"datatype": "integer", "settable": True, "format": "0:100"},
                "state": {"datatype": "enum", "settable": True, "format": "open,closed,stop"},
            },
        },
        "rest": {
            "properties": {
                "button": {"datatype": "enum", "retained": False, "format": "single"},
                "locked": {"datatype": "boolean", "settable": True},
                "motion": {"datatype": "boolean"},
                "temperature": {"datatype": "float", "unit": "°C"},
            },
        },
    },
}
WORDS = st.sampled_from(
    [b"true", b"0", b"-1", b"1e15", b"nan", b"hsv,1,2,3", b"xyz,1,1", b"hsv,-1,1e9,1", b",,,", b"\x00", b"\xff", b""]
)
TYPES = st.sampled_from(["boolean", "integer", "float", "enum", "color", "string", ""])
FORMATS = st.sampled_from(["0:100", "9:1", "a:b", ":", "open,closed", "rgb", "xyz,hsv", ",,", "on,off", "x" * 2000])


@given(nearly(DESCRIPTION), WORDS, st.binary(max_size=16))
def test_odd_descriptions_do_no_harm(description: bytes, word: bytes, bytes_: bytes) -> None:
    messages = [("homie/5/thing/$state", b"ready"), ("homie/5/thing/$description", description)]
    heard_without_harm(Homie(), [*messages, ("x", word), ("x", bytes_)])


@given(TYPES, FORMATS, st.sampled_from(["true", "false", "x"]), st.sampled_from(["true", "false"]), WORDS)
def test_odd_attributes_do_no_harm(datatype: str, format_: str, settable: str, retained: str, word: bytes) -> None:
    said = {"$datatype": datatype, "$format": format_, "$settable": settable, "$retained": retained}
    nodes = {"lamp": {"power": said, "brightness": said, "color": said}, "blind": {"position": said, "lock": said}}
    heard_without_harm(Homie(), [*version4(nodes), ("x", word)])


@given(st.text(max_size=40), st.binary(max_size=40))
def test_any_message_on_any_topic_is_told_or_unreadable(topic: str, payload: bytes) -> None:
    for where in (
        topic,
        f"homie/{topic}",
        f"homie/5/{topic}/$state",
        f"homie/a/{topic}/$name",
        "homie/5/a/$description",
    ):
        try:
            Homie().tell(where, payload)
        except UnreadableMessage:
            continue


@given(
    st.sampled_from(["homie/thing", "homie/5/thing"]) | st.text(max_size=8),
    st.dictionaries(
        st.sampled_from(["$nodes", "$name", "a/$properties", "a/b/$datatype", "a/b/$format", "shown", "description"]),
        st.binary(max_size=40) | st.sampled_from([b"a", b"b", b"color", b"float"]) | nearly(DESCRIPTION),
    ),
)
def test_damaged_parts_are_unreadable_or_nothing(group: str, parts: dict[str, bytes]) -> None:
    try:
        Homie().read(group, parts)
    except UnreadableMessage as error:
        assert error.reason  # noqa: PT017 -- whether it is raised at all is not the question
