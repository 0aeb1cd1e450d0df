"""The endpoints of actions: carrying them out, and the choices of fields."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp import web

from bridge.commands import Command
from bridge.errors import BadInput, NoSuchResource, TemporarilyUnavailable
from bridge.ifttt.actions import read_command
from bridge.ifttt.declaring import Action
from bridge.ifttt.household import Household, HouseholdOf
from bridge.ifttt.service import ACTIONS
from bridge.web.bodies import read_object
from bridge.web.caller import Caller
from bridge.web.envelope import respond_with_data
from bridge.web.triggers import household_for, options_response

MAX_REQUEST_ID_CHARACTERS: Final = 128
CARRY_OUT_S: Final = 7.0
"""How long the home may take: IFTTT must have its answer within 8 s (reference, 1.7)."""


class CarryOut(Protocol):
    """The way to the devices."""

    async def __call__(self, command: Command, *, user: str, request_id: str | None) -> str:
        """Carry a command out and return its id."""
        ...


@dataclass(frozen=True, slots=True)
class ActionEndpoints:
    """Turns actions into commands. `within_s`: how long one may take."""

    carry_out: CarryOut
    household_of: HouseholdOf
    within_s: float = CARRY_OUT_S

    async def run(self, request: web.BaseRequest, caller: Caller, slug: str) -> web.StreamResponse:
        """Carry an action out; for a test everything but that."""
        household = household_for(caller, self.household_of)
        action = _action(slug, household)
        body = await read_object(request)
        command = read_command(action, body.get("actionFields"), household, home=caller.user.home)
        if caller.test:
            return respond_with_data([{"id": f"test_{secrets.token_hex(8)}"}], request)
        request_id, user = _request_id(request), caller.user.id
        command_id = await in_time(self.carry_out, command, user=user, request_id=request_id, within_s=self.within_s)
        return respond_with_data([{"id": command_id}], request)

    async def options(self, request: web.BaseRequest, caller: Caller, slug: str, field: str) -> web.StreamResponse:
        """Return the choices of a field."""
        household = household_for(caller, self.household_of)
        fields = _action(slug, household).fields
        declared = next((each for each in fields if each.slug == field and each.has_options), None)
        if declared is None:
            raise NoSuchResource("There is no such field with choices.")
        return options_response(declared.choices(household), request)


async def in_time(
    carry_out: CarryOut, command: Command, *, user: str, request_id: str | None = None, within_s: float = CARRY_OUT_S
) -> str:
    """Carry a command out in time, and return its id. Who asks again with the same id learns what became of it.

    Raises TemporarilyUnavailable where it takes too long.
    """
    limit = asyncio.timeout(within_s)
    try:
        async with limit:
            return await carry_out(command, user=user, request_id=request_id)
    except TimeoutError:
        if not limit.expired():
            raise  # a fault of ours, not a home that takes its time
        raise TemporarilyUnavailable("The home did not answer in time.") from None


def _action(slug: str, household: Household) -> Action:
    """Return an action that this household offers: some are there only where the home allows them."""
    action = ACTIONS.get(slug)
    if action is None or (action.if_allowed and not household.unlockable()):
        raise NoSuchResource("There is no such action.")
    return action


def _request_id(request: web.BaseRequest) -> str | None:
    """Return what makes a repetition recognisable. Raises BadInput for one that no sane sender makes."""
    request_id = request.headers.get("X-Request-ID", "").strip()
    if len(request_id) > MAX_REQUEST_ID_CHARACTERS or not (request_id.isascii() and request_id.isprintable()):
        raise BadInput("X-Request-ID must be a short text.")
    return request_id or None
