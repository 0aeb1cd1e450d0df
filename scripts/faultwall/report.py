"""The table at the end of the fault wall, and what of it did not hold."""

from collections.abc import Sequence

from scripts.faultwall.wall import Row
from scripts.markdown import markdown_table

_HEADINGS = ("fault", "done", "found", "")


def report(rows: Sequence[Row]) -> str:
    """Return the table, and below it in words what did not hold."""
    table = markdown_table(_HEADINGS, [(row.fault, row.done, row.found, _verdict(row)) for row in rows])
    broken = [f"BROKEN: {row.fault}: {what}" for row in rows for what in row.broken]
    return "\n".join([table, *(["", *broken] if broken else [])])


def _verdict(row: Row) -> str:
    if row.broken:
        return "BROKEN"
    return "left out" if row.left_out else "held"
