"""What a form on the page of a device asks for, and what is said about it."""

import pytest

from bridge.commands import Command, Wish
from bridge.dashboard.trying import Target, Trying, command_of
from bridge.errors import BadInput, NoSuchResource, TemporarilyUnavailable
from bridge.homes.user import User

ANN = User("u_1", "elm", "ann", 0)


def target(kind: str) -> Target:
    return Target("elm", "e_1", kind, "Lamp")


@pytest.mark.parametrize(
    ("kind", "fields", "command"),
    [
        ("light", {"order": "turn_on"}, Command("elm", "e_1", Wish.TURN_ON)),
        ("light", {"order": "turn_on", "brightness": "40"}, Command("elm", "e_1", Wish.TURN_ON, 40)),
        ("light", {"order": "turn_on", "color": "#ff8800"}, Command("elm", "e_1", Wish.TURN_ON, color="#ff8800")),
        ("light", {"order": "turn_off"}, Command("elm", "e_1", Wish.TURN_OFF)),
        ("switch", {"order": "turn_on"}, Command("elm", "e_1", Wish.TURN_ON)),
        ("cover", {"order": "set_position", "position": "stop"}, Command("elm", "e_1", Wish.STOP)),
        ("cover", {"order": "set_position", "position": "30"}, Command("elm", "e_1", Wish.SET_POSITION, position=30)),
        ("lock", {"order": "lock"}, Command("elm", "e_1", Wish.LOCK)),
        ("lock", {"order": "unlock"}, Command("elm", "e_1", Wish.UNLOCK)),
    ],
)
def test_a_form_becomes_the_command_that_ifttt_would_give(kind: str, fields: dict[str, str], command: Command) -> None:
    assert command_of(target(kind), fields) == command


@pytest.mark.parametrize(("kind", "order"), [("contact", "turn_on"), ("light", "lock"), ("light", ""), ("lock", "x")])
def test_what_a_thing_cannot_be_told_is_refused(kind: str, order: str) -> None:
    with pytest.raises(NoSuchResource, match="Lamp cannot be told that"):
        command_of(target(kind), {"order": order})


def test_fields_that_make_no_sense_are_refused_in_words() -> None:
    with pytest.raises(BadInput, match="Brightness must be a number from 0 to 100"):
        command_of(target("light"), {"order": "turn_on", "brightness": "much"})
    with pytest.raises(BadInput, match="Position is missing"):
        command_of(target("cover"), {"order": "set_position"})


def test_a_form_cannot_choose_another_thing_than_the_page_is_about() -> None:
    assert command_of(target("light"), {"order": "turn_on", "light": "e_2"}).entity == "e_1"


@pytest.mark.parametrize(("confirms", "said"), [(True, "has done it"), (False, "has not said yet that it did it")])
async def test_it_is_told_whether_the_device_has_done_it_and_who_asked(*, confirms: bool, said: str) -> None:
    asked: list[tuple[str, str | None]] = []

    async def carry_out(command: Command, *, user: str, request_id: str | None) -> str:  # noqa: ARG001 -- as it is called
        asked.append((user, request_id))
        return "c_1"

    async def confirmed(command: Command, *, within_s: float) -> bool:  # noqa: ARG001 -- as it is called
        return confirms

    assert said in await Trying(carry_out, confirmed).order(target("light"), {"order": "turn_on"}, ANN)
    assert asked == [("u_1", None)]


async def test_a_device_that_is_offline_is_told_of_as_it_is() -> None:
    async def carry_out(command: Command, *, user: str, request_id: str | None) -> str:  # noqa: ARG001 -- as it is called
        raise TemporarilyUnavailable("Lamp is offline.")

    async def confirmed(command: Command, *, within_s: float) -> bool:  # noqa: ARG001 -- as it is called
        raise AssertionError("nothing was sent")

    with pytest.raises(TemporarilyUnavailable, match="Lamp is offline"):
        await Trying(carry_out, confirmed).order(target("light"), {"order": "turn_on"}, ANN)
