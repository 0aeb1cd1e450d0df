"""The shapes in which the service is declared: a trigger, an action, a query. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.commands import Wish
from bridge.devices.entity import EntityKind
from bridge.ifttt.fields import ANY, Field
from bridge.ifttt.ingredients import Ingredient
from bridge.timeline.entry import TimelineKey

KindOf = Callable[[Mapping[str, str]], str]
"""From the fields of a trigger to the kind of its timeline."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that may happen. `kind_of` gives the kind of its timeline; `entity_field` names whose it is.

    `says`: what an Applet waits for, in words, with the fields in braces.
    """

    slug: str
    name: str
    description: str
    fields: tuple[Field, ...]
    ingredients: tuple[Ingredient, ...]
    entity_field: str
    kind_of: KindOf
    says: str

    def timeline(self, home: str, fields: Mapping[str, str]) -> TimelineKey:
        """Return the timeline that these fields ask for."""
        entity = fields[self.entity_field]
        return TimelineKey(home, None if entity == ANY else entity, self.kind_of(fields))

    def sentence(self, fields: Mapping[str, str], name_of: Callable[[str], str]) -> str:
        """Return what these fields wait for, such as `when Front door opens`. `name_of` knows whatever has an id."""
        said = {field.slug: field.said(fields.get(field.slug, ""), name_of) for field in self.fields}
        return f"when {self.says.format_map(said)}"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be asked for. `entity_field` and `entity_kind` None: it is for no entity.

    `if_allowed`: it is offered only where the configuration allows it for some entity.
    """

    slug: str
    name: str
    description: str
    fields: tuple[Field, ...]
    entity_field: str | None
    entity_kind: EntityKind | None
    wish: Wish
    if_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Something that can be asked about. Its rows have these ingredients."""

    slug: str
    name: str
    description: str
    fields: tuple[Field, ...]
    ingredients: tuple[Ingredient, ...]
