"""axe-core, a library that looks for what keeps people out of a page. Comes from npm, this one version of it."""

import hashlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page

VERSION: Final = "4.14.1"
_DIGEST: Final = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
_INSTALL: Final = ("install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
_PATIENCE_S: Final = 60
_LOOK: Final = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map(found => `${found.impact} ${found.id}: ${found.help}: ${found.nodes.map(node => node.html).join(" ")}`)"""


@dataclass(frozen=True, slots=True)
class Axe:
    """The library as text."""

    source: str

    async def findings(self, page: Page) -> list[str]:
        """Return what it finds on a page, how bad it is first."""
        await page.evaluate(self.source)
        found: list[str] = await page.evaluate(_LOOK)
        return found


def axe_in(folder: Path) -> Axe:
    """Return it from a folder that outlives the tests, installed if need be; skip the test where that cannot be."""
    kept = folder / f"axe-{VERSION}.min.js"
    if not kept.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not there, so axe-core is not; what it would find is not looked for")
        _install(npm, kept)
    source = kept.read_bytes()
    assert hashlib.sha256(source).hexdigest() == _DIGEST, f"{kept} is not what axe-core {VERSION} was"
    return Axe(source.decode())


def _install(npm: str, kept: Path) -> None:
    """Install it. Several test processes may do so at once."""
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        try:
            command = [npm, *_INSTALL, "--prefix", folder, f"axe-core@{VERSION}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE_S)
            reason = done.stderr if done.returncode else ""
        except subprocess.TimeoutExpired:
            reason = f"nothing within {_PATIENCE_S} s"
        if reason:
            pytest.skip(f"npm does not give axe-core, so what it would find is not looked for: {reason}")
        (Path(folder) / "node_modules" / "axe-core" / "axe.min.js").replace(kept)
