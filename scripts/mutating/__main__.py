"""Changes the core in hundreds of small ways, one at a time and on a copy, and looks whether a test notices each.

Prints a table, and in full each change that nobody noticed: to be noticed by a better test, or to be written down in
scripts/mutating/equivalent.toml with the reason why it makes no difference. Ends with 1 where there is such a one.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from scripts.markdown import markdown_table
from scripts.mutating.known import Place, known, place_of, unknown
from scripts.mutating.targets import TARGETS, Target
from scripts.mutating.trial import Change, copy_tree, try_changes

ROOT: Final = Path(__file__).parents[2]
NICE: Final = 10
_HEADINGS = ("target", "module", "changes", "noticed", "make no difference", "not noticed", "score")


def main() -> None:
    """Change, look and report."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up, as for Ctrl-C
    os.nice(NICE)
    targets = [target for target in TARGETS if target.name in options.only]
    try:
        found = {target: _try(target, options.at_once) for target in targets}
    except KeyboardInterrupt:
        sys.exit("Interrupted: nothing is reported.")
    changes = [change for some in found.values() for change in some]
    written = known()
    left = unknown(changes, written)
    print(_table(found, written))
    print(
        "".join(f"\n{each.module} {each.function} ({each.status})\n- {each.before}\n+ {each.after}\n" for each in left)
    )
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(changes)))
    if left:
        sys.exit(1)


def _try(target: Target, at_once: int) -> list[Change]:
    with tempfile.TemporaryDirectory(prefix="ifttt-bridge-mutation-") as name:
        copy_tree(ROOT, Path(name))
        return try_changes(target, Path(name), at_once=at_once)


def _table(found: dict[Target, list[Change]], written: dict[Place, str]) -> str:
    rows = [
        _row(target.name, module, [change for change in changes if change.module == module], written)
        for target, changes in found.items()
        for module in target.modules
    ]
    rows.append(_row("all", "", [change for changes in found.values() for change in changes], written))
    return markdown_table(_HEADINGS, rows)


def _row(target: str, module: str, changes: Sequence[Change], written: dict[Place, str]) -> tuple[str, ...]:
    noticed = sum(change.noticed for change in changes)
    same = sum(not change.noticed and place_of(change) in written for change in changes)
    counted = len(changes) - same
    score = f"{100 * noticed / counted:.1f} %" if counted else ""
    return target, module, str(len(changes)), str(noticed), str(same), str(counted - noticed), score


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [target.name for target in TARGETS]
    parser.add_argument(
        "--only", type=_names, default=names, metavar="NAME,…", help=f"some of {', '.join(names)} (default: all)"
    )
    parser.add_argument("--at-once", type=int, default=1, help="so many changes at a time (default: 1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write there what became of every change")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown_names = set(names) - {target.name for target in TARGETS}
    if unknown_names:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown_names))}")
    return names


if __name__ == "__main__":
    main()
