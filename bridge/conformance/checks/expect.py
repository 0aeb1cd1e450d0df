"""Small questions about an answer; Unmet is raised where the answer is another one."""

from bridge.conformance.answer import Answer, printable
from bridge.conformance.finding import Unmet

OK = 200
BAD = 400
UNAUTHORIZED = 401
NOT_FOUND = 404


def expect_status(answer: Answer, status: int) -> None:
    """Expect a status."""
    if answer.status != status:
        raise Unmet(str(answer))


def data_of(answer: Answer) -> object:
    """Expect success, and return `data`."""
    expect_status(answer, OK)
    said = answer.object()
    if "data" not in said:
        raise Unmet(f"{answer}: no `data`")
    return said["data"]


def data_object(answer: Answer) -> dict[str, object]:
    """Expect success with an object."""
    data = data_of(answer)
    if not isinstance(data, dict):
        raise Unmet(f"{answer}: `data` is not an object")
    return data


def rows_of(answer: Answer) -> list[dict[str, object]]:
    """Expect success with a list of objects."""
    data = data_of(answer)
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise Unmet(f"{answer}: `data` is not a list of objects")
    return data


def cursor_of(answer: Answer) -> str | None:
    """Return where the next page begins, None where there is none."""
    cursor = answer.object().get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise Unmet(f"`cursor` is not a string but {shown(cursor)}")
    return cursor


def expect_count(rows: list[dict[str, object]], least: int, most: int) -> None:
    """Expect so many rows."""
    if not least <= len(rows) <= most:
        raise Unmet(f"200 with {len(rows)} items")


def expect_same(first: list[dict[str, object]], second: list[dict[str, object]]) -> None:
    """Expect the same rows in the same order."""
    if first != second:
        raise Unmet(f"another answer: {shown(second)} instead of {shown(first)}")


def id_of(row: dict[str, object]) -> str:
    """Expect `meta.id` to be a string, and return it."""
    found = _meta(row).get("id")
    if not isinstance(found, str) or not found:
        raise Unmet(f"`meta.id` is {shown(found)}")
    return found


def timestamp_of(row: dict[str, object]) -> int:
    """Expect `meta.timestamp` to be a whole number, and return it."""
    found = _meta(row).get("timestamp")
    if not isinstance(found, int) or isinstance(found, bool):
        raise Unmet(f"`meta.timestamp` is {shown(found)}")
    return found


def _meta(row: dict[str, object]) -> dict[str, object]:
    meta = row.get("meta")
    if not isinstance(meta, dict):
        raise Unmet(f"an item without `meta`: {shown(row)}")
    return meta


def shown(value: object) -> str:
    """Return a value fit for a person."""
    return printable(repr(value))
