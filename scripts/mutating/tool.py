"""Runs mutmut, in a copy of the tree, with two kinds of change that it lacks: a call left out, a condition turned.

An acknowledgement that is never sent, a watermark that is never moved: these are the faults that matter here. Started
as a program of its own, for mutmut believes that the present folder is the project.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import libcst as cst
import msgspec
import mutmut.mutation.file_mutation as generating
from mutmut.__main__ import cli
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

_LOGGED = re.compile(r"^(log|say)\b")


def left_out(node: cst.Expr) -> Iterable[cst.Pass]:
    """Leave out a call that is made for what it does, unless it only logs."""
    call = node.value.expression if isinstance(node.value, cst.Await) else node.value
    if isinstance(call, cst.Call) and not _LOGGED.match(cst.Module([]).code_for_node(call)):
        yield cst.Pass()


def turned_round(node: cst.If) -> Iterable[cst.If]:
    """Turn a condition round that is neither compared nor combined: those are changed in other ways."""
    if isinstance(node.test, cst.Name | cst.Attribute | cst.Call | cst.Await):
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), node.test))


def found() -> list[dict[str, str]]:
    """Return every change with what became of it: its module and function, what stood there and what stands there."""
    return [
        {"module": str(path), "function": _function(name), "status": status_by_exit_code[code], **_lines(name, path)}
        for path in sorted(walk_mutatable_files())
        for name, code in _changes(path).items()
    ]


def _changes(path: Path) -> dict[str, int | None]:
    data = SourceFileMutationData(path=path)
    data.load()
    codes: dict[str, int | None] = data.exit_code_by_key
    return codes


def _function(name: str) -> str:
    function, owner = orig_function_and_class_names_from_key(name)
    return f"{owner}.{function}" if owner else function


def _lines(name: str, path: Path) -> dict[str, str]:
    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    return {key: " ".join(line[1:].strip() for line in lines if line[:1] == sign) for key, sign in _SIGNS.items()}


_SIGNS = {"before": "-", "after": "+"}


def main() -> None:
    """Without arguments print as JSON what became of the changes, otherwise hand the arguments to mutmut."""
    generating.mutation_operators = [*generating.mutation_operators, (cst.Expr, left_out), (cst.If, turned_round)]
    if sys.argv[1:]:
        cli()
    else:
        sys.stdout.buffer.write(msgspec.json.encode(found()))


if __name__ == "__main__":
    main()
