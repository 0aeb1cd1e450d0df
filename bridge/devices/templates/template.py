"""Templates and conditions: a text of the whitelisted language, read once, worked out for each message.

    temperature = parse_template("{{ value_json.temperature | round(1) }}")
    temperature.render(b'{"temperature": 21.46}')       # "21.5"

Jinja, which parses them, is loaded with the first one: a home without templates does without it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bridge.devices.payloads import parse_text, parse_value
from bridge.devices.templates.steps import Step
from bridge.devices.templates.values import LONGEST_TEXT, UNDEFINED, Run, json_items
from bridge.errors import UnreadableMessage

TEXT: Final = "value"
JSON: Final = "value_json"
MESSAGE_NAMES: Final = frozenset({TEXT, JSON})
LONGEST_RESULT: Final = 10_000

TOO_LARGE: Final = "larger than 32 KiB, too large for a template"
RESULT_TOO_LONG: Final = "a template made a text of more than 10,000 characters"


@dataclass(frozen=True, slots=True)
class Template:
    """A text with what is to be put in. Its evaluation raises UnreadableMessage and nothing else."""

    text: str
    _step: Step = field(compare=False, repr=False)
    _uses: frozenset[str] = field(compare=False, repr=False)

    def render(self, payload: bytes) -> str:
        """Work it out for a message: `value` is its text, `value_json` what that is as JSON."""
        return self.fill(_variables(payload, self._uses))

    def fill(self, variables: Mapping[str, object]) -> str:
        """Work it out for variables of any names. One that is missing is undefined."""
        run = Run(dict(variables))
        result = run.text(self._step(run)).strip()
        if len(result) > LONGEST_RESULT:
            raise UnreadableMessage(RESULT_TOO_LONG)
        return result


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression that holds for a message or does not. Its evaluation raises UnreadableMessage and nothing else."""

    text: str
    _step: Step = field(compare=False, repr=False)
    _uses: frozenset[str] = field(compare=False, repr=False)

    def holds(self, payload: bytes) -> bool:
        """Tell whether it is true of a message. What is not there is not true."""
        return bool(self._step(Run(_variables(payload, self._uses))))


def parse_template(text: str, names: Iterable[str] = MESSAGE_NAMES) -> Template:
    """Read a template that may use some names. Raises TemplateRefused, which tells what is not allowed."""
    from bridge.devices.templates.reading import read_template  # noqa: PLC0415 -- Jinja, for homes with templates only

    return Template(text, *read_template(text, names))


def parse_condition(text: str) -> Condition:
    """Read a condition, such as `value_json.weight > 50`. Raises TemplateRefused, which tells what is not allowed."""
    from bridge.devices.templates.reading import read_condition  # noqa: PLC0415 -- the same

    return Condition(text, *read_condition(text, MESSAGE_NAMES))


def _variables(payload: bytes, uses: frozenset[str]) -> dict[str, object]:
    if len(payload) > LONGEST_TEXT:
        raise UnreadableMessage(TOO_LARGE)
    variables: dict[str, object] = {}
    if TEXT in uses:
        variables[TEXT] = parse_text(payload)
    if JSON in uses:
        variables[JSON] = _json(payload)
    return variables


def _json(payload: bytes) -> object:
    json_items(payload)
    try:
        return parse_value(payload)
    except UnreadableMessage:
        return UNDEFINED
