"""Where the others come from: PyPI and npm, in exact versions, into a folder of the benchmark's own."""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FROM_PYPI: Final = ("mqttwarn==0.36.1", "fastapi==0.165.0", "uvicorn==0.54.0")
FROM_NPM: Final = ("node-red@4.1.15", "ifttt@0.1.2", "express@4.22.2")
INSTALLING_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Installed:
    """What was installed. `programs`: of Python's packages; `modules`: of npm's."""

    programs: Path
    modules: Path


async def install(folder: Path) -> Installed:
    """Install all of them. Raises RuntimeError with what the installer said."""
    environment, node = folder / "python", folder / "node"
    node.mkdir(parents=True)
    await _run(sys.executable, "-m", "venv", str(environment))
    await _run(str(environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *FROM_PYPI)
    await _run(
        *("npm", "install", "--prefix", str(node), "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"),
        *FROM_NPM,
    )
    return Installed(environment / "bin", node / "node_modules")


async def _run(*command: str) -> None:
    with tempfile.TemporaryFile() as said:
        try:
            process = await asyncio.create_subprocess_exec(*command, stdout=said, stderr=said)
        except FileNotFoundError:
            raise RuntimeError(f"{command[0]} is missing; on Debian: sudo apt-get install nodejs npm") from None
        try:
            status = await asyncio.wait_for(process.wait(), INSTALLING_S)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise RuntimeError(f"{command[0]} does not come to an end") from None
        if status != 0:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed:\n{said.read().decode(errors='replace')[-2000:]}")
