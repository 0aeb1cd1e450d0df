"""Trying a command from a page: the very way that IFTTT's actions go, and what came of it in a person's words.

Knows no page; what a form says becomes a command by the rules of IFTTT's actions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from bridge.commands import Command
from bridge.errors import NoSuchResource
from bridge.homes.user import User
from bridge.ifttt.actions import command_for
from bridge.ifttt.fields import read_fields
from bridge.ifttt.service import ACTIONS
from bridge.web.actions import CarryOut, in_time

CONFIRMED_WITHIN_S: Final = 4.0
"""How long the page is held back for the device's answer."""

_ACTIONS: Final = {
    ("light", "turn_on"): "turn_on_light",
    ("light", "turn_off"): "turn_off_light",
    ("switch", "turn_on"): "turn_on_switch",
    ("switch", "turn_off"): "turn_off_switch",
    ("cover", "set_position"): "set_cover",
    ("lock", "lock"): "lock_door",
    ("lock", "unlock"): "unlock_door",
}
"""The action that does what a form asks of each kind."""


class Confirmed(Protocol):
    """Looks whether devices do what they were told."""

    async def __call__(self, command: Command, *, within_s: float) -> bool:
        """Tell whether a device is as a command asks for, as soon as it is, at the latest then."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """What is told something. `name`: as people call it."""

    home: str
    entity: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Trying:
    """Sends commands and waits for the devices."""

    carry_out: CarryOut
    confirmed: Confirmed

    async def order(self, target: Target, fields: Mapping[str, str], owner: User) -> str:
        """Tell a device what the fields of a form say, and return what came of it. Raises BridgeError."""
        command = command_of(target, fields)
        await in_time(self.carry_out, command, user=owner.id)
        if await self.confirmed(command, within_s=CONFIRMED_WITHIN_S):
            return f"{target.name} has done it, and says so."
        return (
            f"The message is out, but {target.name} has not said yet that it did it. "
            "If nothing happens, see whether it has power and is within reach."
        )


def command_of(target: Target, fields: Mapping[str, str]) -> Command:
    """Return the command that a form asks for. Raises NoSuchResource or BadInput."""
    action = ACTIONS.get(_ACTIONS.get((target.kind, fields.get("order", "")), ""))
    if action is None or action.entity_field is None:
        raise NoSuchResource(f"{target.name} cannot be told that.")
    said = read_fields(action.fields, {**fields, action.entity_field: target.entity})
    return command_for(action, target.entity, said, home=target.home)
