"""One trial: a copy of the tree, all changes of one target in it, and what the tests said to each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from scripts.mutating.targets import Target

LOGGED: Final = r"\blog\.|\bsay\("
"""Lines that only log are left as they are: what is said of a failure is tested where it matters, letter by letter."""

SEED: Final = "2026"

_SETTINGS = """
[tool.mutmut]
source_paths = ["bridge"]
also_copy = ["tests", "scripts", "config"]
use_git_change_detection = false
do_not_mutate_patterns = ['{logged}']
timeout_multiplier = 6
timeout_constant = 4
pytest_add_cli_args = ["-p", "no:cacheprovider", "--hypothesis-seed={seed}"]
only_mutate = {modules}
pytest_add_cli_args_test_selection = {tests}
"""


class Change(msgspec.Struct, frozen=True):
    """A small change of a function: what stood there, what stands there instead, and what became of it."""

    module: str
    function: str
    before: str
    after: str
    status: str

    @property
    def noticed(self) -> bool:
        """Whether a test failed. One that came to no end has noticed it too."""
        return self.status in {"killed", "timeout", "segfault"}


def copy_tree(root: Path, folder: Path) -> None:
    """Copy what git knows of the tree or would take, as it is now."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.split("\0"):
        source = root / name
        if name and source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)


def try_changes(target: Target, folder: Path, *, at_once: int) -> list[Change]:
    """Try all changes of a target in this copy, so many at once. RuntimeError where mutmut cannot."""
    settings = folder / "pyproject.toml"
    with settings.open("a") as file:
        file.write(_SETTINGS.format(logged=LOGGED, seed=SEED, modules=list(target.modules), tests=list(target.tests)))
    ran = subprocess.run(
        _tool("run", "--max-children", str(at_once)), cwd=folder, env=_around(folder), check=False, stdout=sys.stderr
    )
    if ran.returncode:
        raise RuntimeError(f"{target.name}: mutmut ended with {ran.returncode}")
    said = subprocess.run(_tool(), cwd=folder, env=_around(folder), check=True, capture_output=True)
    return msgspec.json.decode(said.stdout, type=list[Change])


def _tool(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "scripts.mutating.tool", *arguments]


def _around(folder: Path) -> dict[str, str]:
    """Return the environment: the copy is what is imported, and mutmut from where this program has it."""
    paths = (path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path)
    return os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), *paths))}
