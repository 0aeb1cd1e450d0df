"""What a sheet says of a service: its triggers, actions and queries with fields and ingredients.

The shape is that of `ifttt-bridge sheet --json`; keys that are not known are left alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KINDS: Final = ("triggers", "actions", "queries")


class UnreadableSheet(ValueError):
    """A sheet is none; says what is wrong, in one sentence."""


@dataclass(frozen=True, slots=True)
class FieldOnSheet:
    """A field. `options`: its choices are fetched; `validated`: its values are checked while they are typed."""

    slug: str
    required: bool
    options: bool
    validated: bool


@dataclass(frozen=True, slots=True)
class IngredientOnSheet:
    """An ingredient. `type` as on the platform, in small letters."""

    slug: str
    type: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A trigger, an action or a query."""

    slug: str
    fields: tuple[FieldOnSheet, ...]
    ingredients: tuple[IngredientOnSheet, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A service, as the platform was told. `of[kind][slug]`."""

    of: Mapping[str, Mapping[str, Declared]]


def read_sheet(content: bytes) -> Sheet:
    """Read a sheet. Raises UnreadableSheet."""
    try:
        said: object = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableSheet("it is not JSON") from None
    if not isinstance(said, dict) or not any(kind in said for kind in KINDS):
        raise UnreadableSheet(f"it is not an object with {', '.join(KINDS)}")
    return Sheet({kind: {one.slug: one for one in map(_declared, _list(said, kind))} for kind in KINDS})


def _declared(said: Mapping[str, object]) -> Declared:
    fields = tuple(
        FieldOnSheet(
            _slug(one),
            required=one.get("required", True) is not False,
            options=one.get("options") in (True, "dynamic"),
            validated=bool(one.get("validated", False)),
        )
        for one in _list(said, "fields")
    )
    ingredients = tuple(
        IngredientOnSheet(_slug(one), str(one.get("type", "")).lower()) for one in _list(said, "ingredients")
    )
    return Declared(_slug(said), fields, ingredients)


def _list(said: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    found = said.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UnreadableSheet(f"`{key}` is not a list of objects")
    return found


def _slug(said: Mapping[str, object]) -> str:
    slug = said.get("slug")
    if not isinstance(slug, str) or not slug:
        raise UnreadableSheet("something on it has no `slug`")
    return slug
