"""The endpoints of actions: carrying them out, and the choices of fields."""

import secrets
from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp import web

from bridge.commands import Command
from bridge.errors import BadInput, NoSuchResource
from bridge.ifttt.actions import read_command
from bridge.ifttt.declaring import Action
from bridge.ifttt.household import HouseholdOf
from bridge.ifttt.service import ACTIONS
from bridge.web.bodies import read_object
from bridge.web.caller import Caller
from bridge.web.envelope import respond_with_data
from bridge.web.triggers import household_for, options_response

MAX_REQUEST_ID_CHARACTERS: Final = 128


class CarryOut(Protocol):
    """The way to the devices."""

    async def __call__(self, command: Command, *, user: str, request_id: str | None) -> str:
        """Carry a command out and return its id."""
        ...


@dataclass(frozen=True, slots=True)
class ActionEndpoints:
    """Turns actions into commands."""

    carry_out: CarryOut
    household_of: HouseholdOf

    async def run(self, request: web.BaseRequest, caller: Caller, slug: str) -> web.Response:
        """Carry an action out; for a test everything but that."""
        action = _action(slug)
        body = await read_object(request)
        household = household_for(caller, self.household_of)
        command = read_command(action, body.get("actionFields"), household, home=caller.user.home)
        if caller.test:
            return respond_with_data([{"id": f"test_{secrets.token_hex(8)}"}], request)
        command_id = await self.carry_out(command, user=caller.user.id, request_id=_request_id(request))
        return respond_with_data([{"id": command_id}], request)

    async def options(self, request: web.BaseRequest, caller: Caller, slug: str, field: str) -> web.Response:
        """Return the choices of a field."""
        declared = next((each for each in _action(slug).fields if each.slug == field and each.has_options), None)
        if declared is None:
            raise NoSuchResource("There is no such field with choices.")
        return options_response(declared.choices(household_for(caller, self.household_of)), request)


def _action(slug: str) -> Action:
    action = ACTIONS.get(slug)
    if action is None:
        raise NoSuchResource("There is no such action.")
    return action


def _request_id(request: web.BaseRequest) -> str | None:
    """Return what makes a repetition recognisable. Raises BadInput for one that no sane sender makes."""
    request_id = request.headers.get("X-Request-ID", "").strip()
    if len(request_id) > MAX_REQUEST_ID_CHARACTERS or not (request_id.isascii() and request_id.isprintable()):
        raise BadInput("X-Request-ID must be a short text.")
    return request_id or None
