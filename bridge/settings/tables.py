"""What all tables of the configuration are made of: how a table behaves, and the types that several of them use.

Knows no section.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, Strict

from bridge.settings.single import Secret
from bridge.settings.words import (
    DURATION,
    ID,
    LONGEST_NAME,
    SERVICE_KEY,
    parse_duration,
    parse_id,
    parse_name,
    parse_service_key,
    parse_topic,
)


def written(
    parse: Callable[[object], object],
    form: object = str,
    *,
    pattern: str | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
) -> PlainValidator:
    """Return what checks a value with one of our parsers.

    `form`, `pattern` (of the whole text) and the lengths only tell an editor what may be written.
    """
    whole = None if pattern is None else f"^(?:{pattern})$"
    described: Any = Annotated[form, Field(pattern=whole, min_length=min_length, max_length=max_length)]
    limited = whole or min_length or max_length
    return PlainValidator(parse, json_schema_input_type=described if limited else form)


Id = Annotated[str, written(parse_id, pattern=ID.pattern)]
Name = Annotated[str, written(parse_name, min_length=1, max_length=LONGEST_NAME)]
Topic = Annotated[str, written(parse_topic, pattern=r"[^$+#][^+#]*")]
DurationText = Annotated[str, Field(pattern=rf"^\s*{DURATION.pattern}\s*$")]
Seconds = Annotated[float, written(parse_duration, DurationText | Annotated[float, Field(ge=0)])]
ServiceKey = Annotated[Secret, written(parse_service_key, pattern=SERVICE_KEY.pattern)]
# TOML and JSON have lists only; what comes out must not be changed
Loose: Final = Strict(strict=False)


class Table(BaseModel):
    """Any table of the configuration: immutable, and no key that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)
