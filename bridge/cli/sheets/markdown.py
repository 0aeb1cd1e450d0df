"""A page as Markdown, as code hosts show it. What stands in it stays text, whatever its signs mean to Markdown."""

import re
from collections.abc import Sequence
from typing import Final

from bridge.ifttt.sheet_blocks import Block, Bullets, Exact, Facts, Heading, Paragraph, Table, Value

_SIGN: Final = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_LINK: Final = re.compile(r"(?i)\b(https?)://")  # would become a link of its own
_TICKS: Final = re.compile(r"`+")


def as_markdown(page: Sequence[Block]) -> str:
    """Return the whole Markdown."""
    return "\n\n".join("\n".join(_lines(block)) for block in page) + "\n"


def _lines(block: Block) -> list[str]:
    match block:
        case Heading(level, title):
            return [f"{'#' * level} {_prose(title)}"]
        case Paragraph(text):
            return [_prose(text)]
        case Bullets(items):
            return [f"- {_prose(item)}" for item in items]
        case Facts(rows, title):
            lines = [f"- {_prose(name)}: {', '.join(map(_value, values))}" for name, values in rows]
            return [f"**{_prose(title)}**", "", *lines] if title else lines
        case Table(columns, rows):
            head = _row([_prose(column) for column in columns])
            body = [_row([_cell(cell) for cell in row]) for row in rows]
            return [head, _row(["---"] * len(columns)), *body]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(values: Sequence[Value]) -> str:
    """Return what stands in a cell. There a bar ends the cell even inside code."""
    parts = [_code(value.text).replace("|", "\\|") if isinstance(value, Exact) else _prose(value) for value in values]
    return "<br>".join(parts)


def _value(value: Value) -> str:
    return _code(value.text) if isinstance(value, Exact) else _prose(value)


def _code(text: str) -> str:
    """Quote a text by more backticks than it has itself."""
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{' '.join(text.split())}{space}{ticks}"


def _prose(text: str) -> str:
    return _LINK.sub(r"\1\\://", _SIGN.sub(r"\\\1", " ".join(text.split())))
