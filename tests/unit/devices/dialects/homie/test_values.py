"""What Homie properties say, and what is written to them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Command, Publication, Wish
from bridge.devices.described import DescribedEntity
from bridge.devices.dialects.color_spaces import from_rgb
from bridge.devices.dialects.homie.convention import Homie
from bridge.devices.entity import Dialect
from bridge.devices.reading import AvailabilityReading, PressReading, Reading, StateReading
from bridge.errors import UnreadableMessage
from tests.unit.devices.dialects.hearing import only_device
from tests.unit.devices.dialects.homie.examples import described, single, version4

SETTABLE: dict[str, Any] = {"settable": True}
TOPIC = "homie/5/thing/node/value"


def said(entity: DescribedEntity, payload: bytes, topic: str | None = None) -> Reading | str | None:
    """Return what a value means, or why it cannot be read."""
    try:
        return entity.dialect.read(topic or entity.dialect.state_topics[0], payload)
    except UnreadableMessage as error:
        return error.reason


def command(wish: Wish, **wanted: Any) -> Command:  # noqa: ANN401 -- what a wish may hold
    return Command("home", "thing", wish, **wanted)


def parts(**properties: dict[str, Any]) -> Dialect:
    """Return the dialect of a lamp or a blind out of properties."""
    node = "blind" if "position" in properties else "lamp"
    return described({node: {"properties": properties}}).entities[1].dialect


UNKNOWN_WORD = "not one of the described words"


@pytest.mark.parametrize(
    ("entity", "payload", "reading"),
    [
        (single("boolean", "contact"), b"true", StateReading("open")),
        (single("boolean", "contact"), b"false", StateReading("closed")),
        (single("boolean", "contact"), b"True", UNKNOWN_WORD),
        (single("boolean", "contact"), b"1", UNKNOWN_WORD),
        (single("boolean", "contact"), b"", None),
        (single("boolean", "closed", "door"), b"true", StateReading("closed")),
        (single("boolean", "contact", format="closed,open"), b"true", StateReading("open")),
        (single("boolean", "contact", format="open,closed"), b"true", StateReading("closed")),
        (single("boolean", "locked", "door"), b"true", StateReading("locked")),
        (single("boolean", "lock", format="locked,unlocked"), b"true", StateReading("unlocked")),
        (single("boolean", "motion"), b"true", StateReading("on")),
        (single("enum", format="open,closed"), b"open", StateReading("open")),
        (single("enum", format="open,closed"), b"OPEN", UNKNOWN_WORD),
        (single("enum", format="open,closed,ajar"), b"ajar", None),
        (single("enum", format="locked,unlocked,jammed"), b"jammed", StateReading("jammed")),
        (single("enum", format="open,closed,opening,closing"), b"opening", StateReading("opening")),
        (single("float"), b"21.50", StateReading("21.5")),
        (single("float"), b"warm", "not a number"),
        (single("float"), b"\x00", None),
        (single("integer", "battery", unit="%"), b"101", None),
        (single("enum", "action", format="single,hold", retained=False), b"hold", PressReading("long")),
        (single("boolean", "pushed", retained=False), b"true", PressReading("single")),
        (single("boolean", "pushed", retained=False), b"false", None),
        (single("boolean", "pushed", retained=False), b"yes", UNKNOWN_WORD),
        (single("string", "code", retained=False), b"not one word", PressReading("not_one_word")),
        (single("string", "code", retained=False), b"?!", "not a press"),
    ],
)
def test_a_value_means(entity: DescribedEntity, payload: bytes, reading: Reading | str | None) -> None:
    assert said(entity, payload) == reading


@pytest.mark.parametrize(
    ("word", "online"),
    [("ready", True), ("sleeping", True), ("alert", True), ("lost", False), ("disconnected", False), ("init", None)],
)
def test_a_device_that_is_on_its_way_is_neither_there_nor_away(word: str, online: bool | None) -> None:  # noqa: FBT001 -- a column
    availability = described({}).entities[0]
    expected = None if online is None else AvailabilityReading(0, online=online)
    assert said(availability, word.encode()) == expected


def test_a_light_reads_each_of_its_properties() -> None:
    lamp = parts(
        power={"datatype": "boolean", **SETTABLE},
        brightness={"datatype": "integer", "format": "0:255", **SETTABLE},
        color={"datatype": "color", "format": "hsv", **SETTABLE},
    )
    base = "homie/5/thing/lamp"
    assert lamp.state_topics == (f"{base}/power", f"{base}/brightness", f"{base}/color")
    assert lamp.read(f"{base}/power", b"false") == StateReading("off")
    assert lamp.read(f"{base}/brightness", b"51") == StateReading(None, 20)
    assert lamp.read(f"{base}/brightness", b"0") is None
    assert lamp.read(f"{base}/brightness", b"300") is None
    assert lamp.read(f"{base}/color", b"hsv,0,100,50") == StateReading(color="#ff0000")
    assert lamp.read(f"{base}/color", b"hsv,0,100,0") is None


@pytest.mark.parametrize(
    ("format_", "written", "color"),
    [
        ("rgb", b"rgb,255,136,0", "#ff8800"),
        ("xyz", b"xyz,0.64,0.33", "#ff0000"),
        ("hsv,rgb", b"rgb,0,0,9", "#0000ff"),
    ],
)
def test_a_colour_says_in_which_way_it_is_written(format_: str, written: bytes, color: str) -> None:
    lamp = parts(power={"datatype": "boolean", **SETTABLE}, color={"datatype": "color", "format": format_, **SETTABLE})
    assert lamp.read("homie/5/thing/lamp/color", written) == StateReading(color=color)


@pytest.mark.parametrize("written", [b"rgb,1,2", b"cmyk,1,2,3", b"255,136,0", b"rgb,a,b,c", b"hsv"])
def test_what_is_no_colour_is_unreadable(written: bytes) -> None:
    lamp = parts(power={"datatype": "boolean", **SETTABLE}, color={"datatype": "color", "format": "rgb", **SETTABLE})
    with pytest.raises(UnreadableMessage):
        lamp.read("homie/5/thing/lamp/color", written)


def test_version_4_writes_colours_without_saying_how() -> None:
    color = {"$datatype": "color", "$format": "rgb", "$settable": "true"}
    nodes = {"lamp": {"power": {"$datatype": "boolean", "$settable": "true"}, "color": color}}
    lamp = only_device(Homie(), version4(nodes)).entities[1].dialect
    assert lamp.read("homie/thing/lamp/color", b"255,136,0") == StateReading(color="#ff8800")
    told = lamp.write(command(Wish.TURN_ON, color="#ff8800"))
    assert told[0] == Publication("homie/thing/lamp/color/set", b"255,136,0")


def test_a_dimmer_without_a_switch_is_on_when_it_shines() -> None:
    lamp = parts(brightness={"datatype": "float", "format": "0:1", **SETTABLE})
    topic = "homie/5/thing/lamp/brightness"
    assert lamp.read(topic, b"0.5") == StateReading("on", 50)
    assert lamp.read(topic, b"0") == StateReading("off")
    assert lamp.write(command(Wish.TURN_ON)) == (Publication(f"{topic}/set", b"1"),)
    assert lamp.write(command(Wish.TURN_ON, brightness=30)) == (Publication(f"{topic}/set", b"0.3"),)
    assert lamp.write(command(Wish.TURN_OFF)) == (Publication(f"{topic}/set", b"0"),)


@pytest.mark.parametrize(
    ("entity", "wanted", "payload"),
    [
        (single("boolean", "power", **SETTABLE), command(Wish.TURN_ON), b"true"),
        (single("boolean", "power", **SETTABLE), command(Wish.TURN_OFF), b"false"),
        (single("enum", format="OFF,ON", **SETTABLE), command(Wish.TURN_ON), b"ON"),
        (single("boolean", "locked", **SETTABLE), command(Wish.LOCK), b"true"),
        (single("boolean", "unlocked", **SETTABLE), command(Wish.LOCK), b"false"),
        (single("enum", format="lock,unlock", **SETTABLE), command(Wish.UNLOCK), b"unlock"),
        (single("enum", format="open,close,stop", **SETTABLE), command(Wish.STOP), b"stop"),
        (single("enum", format="OPEN,CLOSED", **SETTABLE), command(Wish.CLOSE), b"CLOSED"),
        (single("boolean", "power", **SETTABLE), command(Wish.LOCK), None),
        (single("boolean", "contact"), command(Wish.TURN_ON), None),
        (single("enum", format="locked,unlocked"), command(Wish.LOCK), None),
        (single("enum", format="open,close", **SETTABLE), command(Wish.STOP), None),
        (single("float"), command(Wish.TURN_ON), None),
    ],
)
def test_a_wish_is_written_in_the_words_of_the_property(
    entity: DescribedEntity, wanted: Command, payload: bytes | None
) -> None:
    topic = f"{entity.dialect.state_topics[0]}/set"
    assert entity.dialect.write(wanted) == (() if payload is None else (Publication(topic, payload),))


def test_a_light_is_told_how_to_shine_before_it_is_told_to() -> None:
    lamp = parts(
        power={"datatype": "boolean", **SETTABLE},
        brightness={"datatype": "integer", **SETTABLE},
        color={"datatype": "color", "format": "rgb", **SETTABLE},
    )
    base = "homie/5/thing/lamp"
    assert lamp.write(command(Wish.TURN_ON, brightness=40, color="#ff8800")) == (
        Publication(f"{base}/color/set", b"rgb,255,136,0"),
        Publication(f"{base}/brightness/set", b"40"),
        Publication(f"{base}/power/set", b"true"),
    )
    assert lamp.write(command(Wish.TURN_ON, brightness=0)) == (Publication(f"{base}/power/set", b"false"),)
    assert lamp.write(command(Wish.TURN_OFF, color="#ff8800")) == (Publication(f"{base}/power/set", b"false"),)
    assert lamp.write(command(Wish.OPEN)) == ()


POSITION: dict[str, Any] = {"datatype": "integer", "unit": "%"}


def test_a_cover_without_words_is_open_or_closed_by_where_it_is() -> None:
    blind = parts(position=POSITION | SETTABLE)
    topic = "homie/5/thing/blind/position"
    assert blind.read(topic, b"0") == StateReading("closed", position=0)
    assert blind.read(topic, b"30") == StateReading("open", position=30)
    assert blind.read(topic, b"-1") is None
    assert blind.write(command(Wish.OPEN)) == (Publication(f"{topic}/set", b"100"),)
    assert blind.write(command(Wish.SET_POSITION, position=30)) == (Publication(f"{topic}/set", b"30"),)
    assert blind.write(command(Wish.STOP)) == ()
    assert parts(position=POSITION).write(command(Wish.OPEN)) == ()


def test_a_cover_that_is_open_by_a_hair_is_open() -> None:
    blind = parts(position=POSITION | {"format": "0:1000"})
    assert blind.read("homie/5/thing/blind/position", b"1") == StateReading("open", position=1)


def test_a_cover_with_words_says_by_them_what_it_does() -> None:
    blind = parts(
        position=POSITION,
        state={"datatype": "enum", "format": "open,closed,opening,closing"},
        action={"datatype": "enum", "format": "up,down,stop,open,close", "retained": False, **SETTABLE},
    )
    base = "homie/5/thing/blind"
    assert blind.read(f"{base}/state", b"closing") == StateReading("closing")
    assert blind.read(f"{base}/position", b"30") == StateReading(position=30)
    assert blind.write(command(Wish.STOP)) == (Publication(f"{base}/action/set", b"stop"),)
    assert blind.write(command(Wish.SET_POSITION, position=30)) == ()


@given(st.integers(1, 100), st.tuples(*[st.integers(0, 255)] * 3).filter(any), st.sampled_from([(0, 255), (0, 1000)]))
def test_a_light_that_reports_what_it_was_told_is_as_was_asked_for(
    percent: int, rgb: tuple[int, int, int], ends: tuple[int, int]
) -> None:
    lamp = parts(
        power={"datatype": "boolean", **SETTABLE},
        brightness={"datatype": "integer", "format": f"{ends[0]}:{ends[1]}", **SETTABLE},
        color={"datatype": "color", "format": "rgb", **SETTABLE},
    )
    color = from_rgb(rgb)
    told = lamp.write(command(Wish.TURN_ON, brightness=percent, color=color))
    read = [lamp.read(publication.topic.removesuffix("/set"), publication.payload) for publication in told]
    assert read == [StateReading(color=color), StateReading(None, percent), StateReading("on")]
