"""Homes as their people see them on the pages: one like many, one with much in it and long names, one with nothing."""

from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "a right password of everybody here"
SECRET: Final = "the-secret-of-production"
CLIENT: Final = "production"
TRIAL: Final = "staging"

MANY: Final = 60
LONGEST_WORD: Final = "Donaudampfschifffahrtsgesellschaftskapit"
"""40 characters without a place to break them, as names may be."""
LONG_NAME: Final = f"The house of the {LONGEST_WORD} by the lake"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, and the home that they live in."""

    name: str
    home: str


ANNA: Final = Person("anna", "elm")
BEA: Final = Person("bea", "elm")
CARL: Final = Person("carl", "elm")
DORA: Final = Person("dora", "elm")
LIVES_WITH_MUCH: Final = Person(f"Bartholomew_{LONGEST_WORD}", "lake")
LIVES_WITH_NOTHING: Final = Person("noah", "new")
PEOPLE: Final = (ANNA, BEA, CARL, DORA, LIVES_WITH_MUCH, LIVES_WITH_NOTHING)

_HOMES: Final = f"""
[public]
url = "{{url}}"

[[oauth.clients]]
client_id = "{CLIENT}"
client_secret = "{SECRET}"
redirect_uris = ["{{back}}"]

[[oauth.clients]]
client_id = "{TRIAL}"
name = "IFTTT (trial)"
client_secret = "the-secret-of-staging"
redirect_uris = ["{{back}}/trial"]

[[homes]]
id = "elm"
name = "Elm Street 4"
publish_topics = ["elm/announce/+"]

[[homes]]
id = "lake"
name = "{LONG_NAME}"
publish_topics = ["lake/announce/#", "lake/a-topic-with-a-rather-long-name/of/many/levels/as/some/people/have/them/+"]

[[homes]]
id = "new"
name = "A new home"

[[devices]]
id = "front-door-lock"
name = "Front door lock"
kind = "lock"
state_topic = "elm/lock"
command_topic = "elm/lock/set"
allow_unlock = true

[[devices]]
id = "bedroom-blind"
name = "Bedroom blind"
kind = "cover"
state_topic = "elm/blind"
command_topic = "elm/blind/set"

[[devices]]
id = "cellar-leak"
name = "Cellar"
kind = "leak"
state_topic = "elm/leak"
"""


def homes(url: str, back: str) -> str:
    """Return the configuration. `url`: where people come to; `back`: where IFTTT awaits them."""
    return "\n".join([_HOMES.format(url=url, back=back), *_much()])


def _much() -> list[str]:
    kinds = ("contact", "button", "light", "switch", "motion", "smoke", "lock", "cover", "sensor", "leak")
    return [_device(number, kinds[number % len(kinds)]) for number in range(MANY)]


def _device(number: int, kind: str) -> str:
    name = LONGEST_WORD if number == 2 else f"Device number {number + 1} on the upper floor"
    lines = [f'id = "lake-{number}"', f'name = "{name}"', 'home = "lake"', f'kind = "{kind}"']
    lines.append(f'state_topic = "lake/{number}"')
    if kind in {"light", "switch", "lock", "cover"}:
        lines.append(f'command_topic = "lake/{number}/set"')
    if kind == "lock":
        lines.append("allow_unlock = true")
    if kind != "button":
        lines.append(f'availability_topic = "lake/{number}/there"')
    return "\n".join(["[[devices]]", *lines, ""])
