"""The latest committed states."""

from msgspec.structs import fields, replace

from bridge.devices.last_known import NOTHING_KNOWN, EntityState, LastKnown, OverTime, Pending


def test_an_entity_that_never_spoke_has_nothing_known() -> None:
    assert LastKnown({}).of("front-door") is NOTHING_KNOWN


def test_what_has_been_committed_replaces_what_was_known_and_leaves_the_rest() -> None:
    known = LastKnown({"a": EntityState("open"), "b": EntityState("on")})
    known.replace({"a": EntityState("closed")})
    assert (known.of("a"), known.of("b")) == (EntityState("closed"), EntityState("on"))
    assert set(known) == {"a", "b"}


def test_it_does_not_change_with_what_it_was_made_of() -> None:
    loaded = {"a": EntityState("open")}
    known = LastKnown(loaded)
    loaded["a"] = EntityState("closed")
    assert known.of("a") == EntityState("open")


def test_it_knows_whose_state_has_not_lasted_yet() -> None:
    waits = EntityState("closed", pending=Pending("open", 1, 1))
    known = LastKnown({"a": waits, "b": EntityState("on")})
    assert set(known.waiting) == {"a"}
    known.replace({"a": EntityState("open"), "b": waits})
    assert set(known.waiting) == {"b"}


def test_a_state_that_takes_another_value_keeps_all_but_what_waited() -> None:
    waits = Pending("off", 1, 1)
    state = EntityState(
        "on",
        50,
        7,
        ("long",),
        30,
        ("battery.low",),
        waits,
        9,
        "#ff0000",
        2700,
        ("4",),
        ("online",),
        OverTime(heard_ms=3),
    )
    assert all(getattr(state, field.name) != field.default for field in fields(state)), "else it could not be lost"
    assert state.taking("off", 8) == replace(state, value="off", since_ms=8, pending=None)
