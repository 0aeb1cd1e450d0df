"""The table of attacks in this folder's README is whole."""

import ast
import re
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
_SECTION: Final = re.compile(r"^## .*`(\S+\.py)`$")
_ROW: Final = re.compile(r"^\| (\S.*) \| (\S.*) \| `(test_\w+)` \|$")


def tried() -> list[tuple[str, str]]:
    """Return each test of the folder, by its file."""
    return [
        (path.relative_to(FOLDER).as_posix(), node.name)
        for path in FOLDER.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]


def rows() -> list[tuple[str, str]]:
    """Return each row of the tables, by the file that its section is about."""
    found: list[tuple[str, str]] = []
    file = ""
    for line in (FOLDER / "README.md").read_text().splitlines():
        section, row = _SECTION.match(line), _ROW.match(line)
        file = section[1] if section else file
        if row:
            found.append((file, row[3]))
    return found


def test_this_page_names_every_attack_that_is_tried_and_no_other() -> None:
    assert sorted(rows()) == sorted(tried())
