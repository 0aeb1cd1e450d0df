"""Writing many rows in few statements.

One statement a row needs the interpreter for each of them, and a busy event loop does not give it. One JSON text for
all of them, taken apart by SQLite, took 1.4 times as long.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Final

SIZES: Final = (64, 8, 1)
"""How many rows a statement has: few different statements, so that each is prepared once."""


class Rows:
    """Inserts rows of so many columns. `insert` ends before VALUES; `then`: what is done about those there already."""

    def __init__(self, insert: str, *, columns: int, then: str = "") -> None:
        row = f"({', '.join('?' * columns)})"
        self._statements = [(size, f"{insert} VALUES {', '.join([row] * size)} {then}") for size in SIZES]

    def write(self, connection: sqlite3.Connection, rows: Sequence[Sequence[object]]) -> None:
        """Insert them, inside the transaction that there is."""
        begin = 0
        for size, statement in self._statements:
            while len(rows) - begin >= size:
                connection.execute(statement, [*chain.from_iterable(rows[begin : begin + size])])
                begin += size
