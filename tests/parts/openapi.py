"""An OpenAPI document of the public listener, made from the declaration of the service as a home offers it."""

from collections.abc import Mapping
from typing import Any, Final

from bridge.ifttt.declaring import Action, Query, Trigger
from bridge.ifttt.fields import Field
from bridge.ifttt.household import Household
from bridge.ifttt.ingredients import Ingredient
from bridge.ifttt.samples import setup_samples
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_LIMIT: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 50, "default": 50}
_USER: Final[Schema] = {"type": "object", "properties": {"timezone": {"type": "string"}}}
_PARTS: Final[Mapping[str, Mapping[str, Trigger | Action | Query]]] = {
    "triggers": TRIGGERS,
    "actions": ACTIONS,
    "queries": QUERIES,
}
_ERRORS: Final = {
    "400": "Something is wrong with the request; with SKIP this event can never succeed",
    "401": "The credential is not valid",
    "404": "Nothing of that name",
    "503": "The same request may succeed later",
}


def document(household: Household) -> Schema:
    """Return the document; `household` says what may be chosen."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "ifttt-bridge", "version": "1"},
        "paths": {
            **_service(),
            **{f"/triggers/{slug}": {"post": _trigger(each, household)} for slug, each in TRIGGERS.items()},
            **{f"/actions/{slug}": {"post": _action(each, household)} for slug, each in ACTIONS.items()},
            **{f"/queries/{slug}": {"post": _query(each, household)} for slug, each in QUERIES.items()},
            **_about_fields(),
        },
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "IFTTT-Service-Key"},
            },
            "schemas": {"Errors": _errors()},
        },
    }


def _service() -> Schema:
    info = _data(_record({"name": _TEXT, "id": _TEXT}))
    setup = _data(_record({"accessToken": _TEXT, "samples": {"type": "object"}}))
    return {
        "/status": {"get": _operation("status", None, security="key")},
        "/test/setup": {"post": _operation("test_setup", setup, security="key")},
        "/user/info": {"get": _operation("user_info", info)},
        "/triggers/{slug}/trigger_identity/{identity}": {
            "delete": _operation("forget", None)
            | {"parameters": [_path("slug", sorted(TRIGGERS)), {**_path("identity"), "schema": _identity()}]}
        },
    }


def _trigger(trigger: Trigger, household: Household) -> Schema:
    meta = _record({"id": _TEXT, "timestamp": {"type": "integer", "minimum": 0, "exclusiveMaximum": 10**10}})
    item = _record(_ingredients(trigger.ingredients) | {"meta": meta})
    body = _request("triggerFields", trigger.fields, household, {"limit": _LIMIT, "trigger_identity": _identity()})
    forget = {
        "operationId": "forget",
        "parameters": {"slug": trigger.slug, "identity": "$request.body#/trigger_identity"},
    }
    return _operation(f"poll_{trigger.slug}", _data({"type": "array", "items": item}), body, links={"forget": forget})


def _action(action: Action, household: Household) -> Schema:
    done = _data({"type": "array", "items": _record({"id": _TEXT}), "minItems": 1, "maxItems": 1})
    return _operation(f"run_{action.slug}", done, _request("actionFields", action.fields, household, {}))


def _query(query: Query, household: Household) -> Schema:
    rows = {"type": "array", "items": _record(_ingredients(query.ingredients))}
    page = {
        "type": "object",
        "properties": {"data": rows, "cursor": _TEXT},
        "required": ["data"],
        "additionalProperties": False,
    }
    body = _request("queryFields", query.fields, household, {"limit": _LIMIT})
    again = {
        "operationId": f"ask_{query.slug}",
        "requestBody": {"queryFields": "$request.body#/queryFields", "cursor": "$response.body#/cursor", "limit": 1},
    }
    return _operation(f"ask_{query.slug}", page, body, links={"next_page": again})


def _about_fields() -> Schema:
    paths: Schema = {}
    choice = _record({"label": _TEXT, "value": _TEXT})
    for part, declared in _PARTS.items():
        fields = sorted({field.slug for each in declared.values() for field in each.fields if field.has_options})
        paths[f"/{part}/{{slug}}/fields/{{field}}/options"] = {
            "post": _operation(f"options_of_{part}", _data({"type": "array", "items": choice}))
            | {"parameters": [_path("slug", sorted(declared)), _path("field", fields)]}
        }
    return paths | _validation()


def _validation() -> Schema:
    verdict = {
        "type": "object",
        "properties": {"valid": {"type": "boolean"}, "message": _TEXT},
        "required": ["valid"],
        "additionalProperties": False,
    }
    checked = [trigger for trigger in TRIGGERS.values() if any(field.validated for field in trigger.fields)]
    slugs = [trigger.slug for trigger in checked]
    fields = sorted({field.slug for trigger in checked for field in trigger.fields if field.validated})
    one = _record({"value": _TEXT}, closed=False)
    every = _record({"values": {"type": "object", "additionalProperties": _TEXT}}, closed=False)
    verdicts = _data({"type": "object", "additionalProperties": verdict})
    return {
        "/triggers/{slug}/fields/{field}/validate": {
            "post": _operation("validate_field", _data(verdict), one)
            | {"parameters": [_path("slug", slugs), _path("field", fields)]}
        },
        **{
            path: {"post": _operation(name, verdicts, every) | {"parameters": [_path("slug", slugs)]}}
            for path, name in (
                ("/triggers/{slug}/validate", "validate_fields"),
                ("/triggers/{slug}/fields/validate", "validate_fields_there"),
            )
        },
    }


def _operation(
    name: str,
    answer: Schema | None,
    body: Schema | None = None,
    *,
    security: str = "token",
    links: Schema | None = None,
) -> Schema:
    """Describe one endpoint. `answer` None: what comes is empty."""
    good: Schema = {"description": "Done"}
    if answer is not None:
        good["content"] = {"application/json": {"schema": answer}}
    if links:
        good["links"] = links
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}
    operation: Schema = {
        "operationId": name,
        "security": [{security: []}],
        "responses": {"200": good}
        | {status: {"description": text, "content": content} for status, text in _ERRORS.items()},
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _request(name: str, fields: tuple[Field, ...], household: Household, more: Schema) -> Schema:
    given: Schema = {
        "type": "object",
        "properties": {field.slug: _field(field, household) for field in fields},
        "required": [field.slug for field in fields if field.required],
    }
    return {"type": "object", "properties": {name: given, "user": _USER} | more, "required": [name]}


def _field(field: Field, household: Household) -> Schema:
    choices = [choice.value for choice in field.choices(household)]
    if choices:
        return {"type": "string", "enum": choices}
    examples = {
        values[field.slug]
        for part in ("triggers", "actions")
        for values in setup_samples()[part].values()
        if field.slug in values
    }
    return {
        "type": "string",
        "minLength": int(field.required),
        "maxLength": field.most_characters,
        "examples": sorted(examples),
    }


def _ingredients(declared: tuple[Ingredient, ...]) -> Schema:
    return {ingredient.slug: _TEXT for ingredient in declared}


def _identity() -> Schema:
    return {"type": "string", "pattern": "^[0-9a-f]{40}$"}


def _path(name: str, values: list[str] | None = None) -> Schema:
    schema = _TEXT if values is None else {"type": "string", "enum": values}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _data(schema: Schema) -> Schema:
    return _record({"data": schema})


def _record(properties: Schema, *, closed: bool = True) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": not closed,
    }


def _errors() -> Schema:
    error = {
        "type": "object",
        "properties": {"message": {"type": "string", "minLength": 1}, "status": {"const": "SKIP"}},
        "required": ["message"],
        "additionalProperties": False,
    }
    return _record({"errors": {"type": "array", "items": error, "minItems": 1}})
