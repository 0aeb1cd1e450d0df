"""What a page is made of, however it is shown. Values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exact:
    """A text to be typed, or copied, letter by letter."""

    text: str


Value = str | Exact
"""What stands in a page: prose, or something exact."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. The page has one of level 1."""

    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with their values, in the order of a form. `title`: what they are all about, "" after a heading."""

    rows: tuple[tuple[str, tuple[Value, ...]], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values. `side_by_side`: each column is a thing of its own, and the first has the names of the facts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[Value, ...], ...], ...]
    side_by_side: bool = False


Block = Heading | Paragraph | Bullets | Facts | Table
