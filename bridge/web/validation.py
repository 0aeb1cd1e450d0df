"""The endpoints that judge what a person types into the fields of a trigger: one field, or all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bridge.errors import BadInput, NoSuchResource
from bridge.ifttt.declaring import Trigger
from bridge.ifttt.household import Household, HouseholdOf
from bridge.ifttt.validation import validate, validate_all
from bridge.web.bodies import read_object
from bridge.web.caller import Caller
from bridge.web.envelope import respond_with_data
from bridge.web.triggers import household_for, trigger_of


@dataclass(frozen=True, slots=True)
class ValidationEndpoints:
    """Judges. A wrong value is an answer like any other: only a request without one is an error."""

    household_of: HouseholdOf

    async def one(self, request: web.BaseRequest, caller: Caller, slug: str, field: str) -> web.StreamResponse:
        """Judge one field."""
        declared = next((each for each in trigger_of(slug).fields if each.slug == field and each.validated), None)
        if declared is None:
            raise NoSuchResource("There is no such field that is checked.")
        body = await read_object(request)
        if "value" not in body:
            raise BadInput("The value is missing.")
        return respond_with_data(validate(declared, body["value"], self._household(caller)), request)

    async def all(self, request: web.BaseRequest, caller: Caller, slug: str) -> web.StreamResponse:
        """Judge all fields of a trigger at once."""
        trigger = _checked(slug)
        values = (await read_object(request)).get("values")
        if not isinstance(values, Mapping):
            raise BadInput("The values are missing.")
        return respond_with_data(validate_all(trigger, values, self._household(caller)), request)

    def _household(self, caller: Caller) -> Household:
        return household_for(caller, self.household_of)


def _checked(slug: str) -> Trigger:
    trigger = trigger_of(slug)
    if not any(field.validated for field in trigger.fields):
        raise NoSuchResource("This trigger has no field that is checked.")
    return trigger
