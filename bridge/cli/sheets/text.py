"""A page as plain text, for a terminal. Lines are not broken: what is copied from them stays whole."""

from collections.abc import Sequence

from bridge.ifttt.sheet_blocks import Block, Bullets, Exact, Facts, Heading, Paragraph, Table, Value

_INDENT = "  "


def as_text(page: Sequence[Block]) -> str:
    """Return the whole text."""
    return "\n\n".join("\n".join(_lines(block)) for block in page) + "\n"


def _lines(block: Block) -> list[str]:
    match block:
        case Heading(level, title):
            rule = {1: "=", 2: "-"}.get(level)
            return [title, rule * len(title)] if rule else [f"[{title}]"]
        case Paragraph(text):
            return [text]
        case Bullets(items):
            return [f"- {item}" for item in items]
        case Facts(rows, title):
            lines = [line for name, values in rows for line in _fact(name, values, max(len(name) for name, _ in rows))]
            return [f"{_INDENT}{title}", *(f"{_INDENT}{line}" for line in lines)] if title else lines
        case Table(columns, rows, side_by_side=True):
            return _one_below_the_other(columns, rows)
        case Table(columns, rows):
            return _aligned([list(columns), *([_joined(cell) for cell in row] for row in rows)])


def _fact(name: str, values: Sequence[Value], width: int) -> list[str]:
    first, *others = [_plain(value) for value in values] or [""]
    lines = [f"{_INDENT}{name:<{width}}  {first}", *(f"{_INDENT}{'':<{width}}  {other}" for other in others)]
    return [line.rstrip() for line in lines]


def _one_below_the_other(columns: Sequence[str], rows: Sequence[tuple[tuple[Value, ...], ...]]) -> list[str]:
    """Show what is side by side elsewhere: a terminal is not wide enough for two addresses."""
    names = [_joined(row[0]) for row in rows]
    width = max(map(len, names))
    lines: list[str] = []
    for number, column in enumerate(columns[1:], 1):
        facts = [line for name, row in zip(names, rows, strict=True) for line in _fact(name, row[number], width)]
        lines += [*([""] if lines else []), f"{_INDENT}{column}", *(f"{_INDENT}{fact}" for fact in facts)]
    return lines


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (_INDENT * 2 + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def _joined(cell: Sequence[Value]) -> str:
    return ", ".join(map(_plain, cell))


def _plain(value: Value) -> str:
    return value.text if isinstance(value, Exact) else value
