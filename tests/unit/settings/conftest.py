"""Configurations written to real files."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bridge.errors import ConfigurationError
from bridge.settings import Settings, load

Load = Callable[..., Settings]
Refused = Callable[..., list[str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bridge.toml"


@pytest.fixture
def loaded(file: Path) -> Load:
    def load_text(text: str, environ: Mapping[str, str] | None = None) -> Settings:
        file.write_text(text)
        return load(file, environ or {})

    return load_text


@pytest.fixture
def refused(loaded: Load, file: Path) -> Refused:
    """Return the problems of a wrong configuration, with FILE for the file's name and FOLDER for its folder's."""

    def problems(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            loaded(text, environ)
        lines = str(caught.value).splitlines()
        return [line.replace(str(file), "FILE").replace(str(file.parent), "FOLDER") for line in lines]

    return problems
