"""What can be seen of a configuration that is wrong: where its private pages would be, and which files it speaks of.

Checks nothing, and brings nothing that does. What cannot be read counts as not there.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from bridge.settings.addresses import parse_address
from bridge.settings.single import Address
from bridge.settings.text_files import read_text
from bridge.settings.toml_files import FOLDER, LARGEST_FILE

PRIVATE_LISTEN: Final = Address("127.0.0.1", 8081)
"""Where the private pages are unless somebody says otherwise."""

VARIABLE: Final = "BRIDGE_PRIVATE__LISTEN"
MOST_NAMED: Final = 200
"""More files than anybody's configuration names."""

Marks = tuple[tuple[str, tuple[int, ...]], ...]
"""Each file with what tells that it has changed; () where it is not there."""


def private_listen(file: Path, environ: Mapping[str, str]) -> Address:
    """Return where the private pages would be, as far as that can be read."""
    found = PRIVATE_LISTEN
    said = [_listen_in(table) for table in _tables(file)]
    for text in [*said, environ.get(VARIABLE)]:
        try:
            found = found if text is None else parse_address(text)
        except ValueError:
            continue
    return found


def marks_of(file: Path, environ: Mapping[str, str]) -> Marks:
    """Return what changes as soon as one of the files changes that the configuration is made of."""
    extra = file.parent / FOLDER
    named = [path for table in _tables(file) for path in _named_in(table, file.parent)][:MOST_NAMED]
    handed_over = _files_in(Path(environ["CREDENTIALS_DIRECTORY"])) if "CREDENTIALS_DIRECTORY" in environ else []
    return tuple((str(path), _mark(path)) for path in [file, extra, *_files_in(extra), *named, *handed_over])


def _tables(file: Path) -> Iterator[dict[str, object]]:
    """Yield what can be read of each file, in their order."""
    for one in [file, *(path for path in _files_in(file.parent / FOLDER) if path.suffix == ".toml")]:
        try:
            yield tomllib.loads(read_text(one, limit=LARGEST_FILE))
        except (ValueError, RecursionError):  # TOMLDecodeError is one of the first
            continue


def _listen_in(table: Mapping[str, object]) -> object:
    private = table.get("private")
    return private.get("listen") if isinstance(private, dict) else None


def _named_in(value: object, folder: Path) -> Iterator[Path]:
    """Yield the files that keys such as `password_file` name."""
    match value:
        case dict():
            for key, below in value.items():
                if key.endswith("_file") and isinstance(below, str) and "\0" not in below:
                    yield folder / below
                else:
                    yield from _named_in(below, folder)
        case list():
            for below in value:
                yield from _named_in(below, folder)


def _files_in(folder: Path) -> Iterable[Path]:
    try:
        return sorted(folder.iterdir())[:MOST_NAMED]
    except OSError:
        return []


def _mark(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_mode
