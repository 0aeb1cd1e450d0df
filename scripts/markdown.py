"""How the tables of benchmarks and of the fault wall look. Knows nothing of what they say."""

from collections.abc import Sequence


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table that is also readable as it stands. Each row has as many cells as there are headings."""
    all_rows = [headings, *rows]
    widths = [max(len(row[column]) for row in all_rows) for column in range(len(headings))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in all_rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
