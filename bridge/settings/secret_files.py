"""Secrets that stand in files of their own: the file that KEY_file names, and the credentials that systemd hands over.

A credential has the name of its key (`mqtt.password`, `oauth.clients.CLIENT_ID.client_secret`). It beats the files of
the configuration, as everything does that is given to this very service, and is beaten by the environment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.settings.draft import Draft, InSecretFile, InToml, InVariable, Location, identity_of
from bridge.settings.model import ARRAYS, SECTIONS, list_keys, secret_keys
from bridge.settings.problems import nearest
from bridge.settings.tables import Table
from bridge.settings.text_files import is_open_to_all, read_text, reason_of
from bridge.settings.values import SourceFile
from bridge.settings.words import one_line

CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"
LARGEST_SECRET: Final = 128 * 1024
EXAMPLE: Final = "replace-me"
"""How the secrets begin that stand in our own examples, known to everybody."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a secret belongs: a key of a table."""

    table: dict[str, object]
    location: Location
    key: str
    listed: bool

    @property
    def where(self) -> Location:
        """The location of the secret itself."""
        return (*self.location, self.key)

    @property
    def file_key(self) -> Location:
        """The location of the key that may name its file."""
        return (*self.location, f"{self.key}_file")

    def credential(self, draft: Draft) -> str:
        """Return the name of the credential: the keys and ids on the way, joined by dots."""
        steps = []
        for length, step in enumerate(self.where, start=1):
            identity = identity_of(draft.at(self.where[:length])) if isinstance(step, int) else None
            steps.append(identity[1] if identity is not None else str(step))
        return ".".join(steps)


def read_credentials(draft: Draft, environ: Mapping[str, str]) -> None:
    """Take the secrets that systemd hands over, and tell those that nobody takes."""
    if not environ.get(CREDENTIALS_VARIABLE):
        return
    folder = Path(environ[CREDENTIALS_VARIABLE])
    try:
        given = sorted(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        return  # a service whose credentials are all gone may have no folder either
    except OSError as error:
        draft.strays.append(f"{CREDENTIALS_VARIABLE}: the folder {one_line(str(folder))} {reason_of(error)}")
        return
    slots = {slot.credential(draft): slot for slot in _slots(draft)}
    for name in given:
        if name in slots:
            _take_credential(draft, slots[name], folder / name)
        elif not _is_named(draft, folder / name):
            _tell_stray(draft, folder / name, list(slots))


def read_secret_files(draft: Draft, folder: Path) -> None:
    """Replace each KEY_file by what the file holds. Relative paths start at `folder`."""
    for slot in _slots(draft):
        if slot.file_key[-1] in slot.table:
            _read_named_file(draft, slot, folder)
        elif slot.key in slot.table:
            _remark_on_plain_secret(draft, slot)
        _remark_on_example(draft, slot)


def _slots(draft: Draft) -> Iterator[_Slot]:
    """Yield every place where a secret may stand in what was gathered."""
    for location, table, model in _tables(draft):
        for key in secret_keys(model):
            yield _Slot(table, location, key, listed=key in list_keys(model))


def _tables(draft: Draft) -> Iterator[tuple[Location, dict[str, object], type[Table]]]:
    for section, model in SECTIONS.items():
        table = draft.section(section)
        if table is not None:
            yield (section,), table, model
    for location, model in ARRAYS.items():
        elements = draft.at(location)
        for index, element in enumerate(elements if isinstance(elements, list) else ()):
            if isinstance(element, dict):
                yield (*location, index), element, model


def _take_credential(draft: Draft, slot: _Slot, path: Path) -> None:
    for location in (slot.where, slot.file_key):
        if location[-1] not in slot.table:
            continue
        if isinstance(draft.origin(location)[1], InVariable):
            return
        # told with its place as it is before the credential takes it
        draft.asides.append(f"{draft.place(location)}: is not used: the credential {path.name} takes its place")
    slot.table.pop(str(slot.file_key[-1]), None)
    draft.comes_from(slot.where, InSecretFile(str(path), ()))
    try:
        _fill(draft, slot, path, what="")
    except ValueError as error:
        draft.blame(slot.where, str(error))
        draft.unread.add(slot.where)
    else:
        draft.sources.append(SourceFile(f"{path.name}: the credential", path.absolute()))


def _is_named(draft: Draft, path: Path) -> bool:
    """Tell whether a key names a credential by its path, whatever it is called."""
    return any(str(path) in table.values() for _, table, _ in _tables(draft))


def _tell_stray(draft: Draft, path: Path, known: list[str]) -> None:
    """Refuse what is nearly the name of a secret. What resembles nothing may be for something else."""
    near = nearest(path.name, known, cutoff=0.8)
    if near is not None:
        draft.strays.append(f"{one_line(str(path))}: no secret has this name; did you mean {near}?")
    elif path.name.partition(".")[0] in SECTIONS:
        listed = ", ".join(known)
        draft.asides.append(f"{one_line(str(path))}: is not used: no secret has this name; known here: {listed}")


def _read_named_file(draft: Draft, slot: _Slot, folder: Path) -> None:
    given = slot.table.pop(str(slot.file_key[-1]))
    if slot.key in slot.table:
        draft.blame(slot.file_key, f"{slot.key} is given as well; keep one of the two")
        return
    try:
        if not isinstance(given, str) or not given:
            raise ValueError("must be the path of a file, in quotes")  # noqa: TRY301 -- told like the faults of the file
        path = folder / given
        _fill(draft, slot, path, what=f"the file {one_line(str(path))} ")
    except ValueError as error:
        draft.blame(slot.file_key, str(error))
        draft.unread.add(slot.where)
        return
    if path.is_file():  # a pipe can be read once only
        draft.sources.append(SourceFile(f"{slot.credential(draft)}_file: the file", path.absolute()))
    if is_open_to_all(path):
        draft.remark(slot.file_key, f"every user of this machine may read {one_line(str(path))}; chmod o-r it")


def _fill(draft: Draft, slot: _Slot, path: Path, *, what: str) -> None:
    """Put what a file holds in its place. Raises ValueError with a sentence that goes on after `what`."""
    text = read_text(path, limit=LARGEST_SECRET, what=what)
    if slot.listed:
        kept = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        slot.table[slot.key] = [line for _, line in kept]
        lines = tuple(number for number, _ in kept)
    else:
        slot.table[slot.key] = _single(text, what)
        lines = (1,)
    draft.comes_from(slot.where, InSecretFile(str(path), lines))


def _single(text: str, what: str) -> str:
    line = text.removesuffix("\n").removesuffix("\r")
    if not line or "\n" in line:
        raise ValueError(f"{what}must hold one line and nothing else")
    return line


def _remark_on_plain_secret(draft: Draft, slot: _Slot) -> None:
    """Say that a secret stands open: the file of the configuration holds it, and everybody may read that."""
    _, origin = draft.origin(slot.where)
    if isinstance(origin, InToml) and is_open_to_all(Path(origin.file)):
        draft.remark(slot.where, "every user of this machine may read this secret; chmod o-r the file")


def _remark_on_example(draft: Draft, slot: _Slot) -> None:
    """Say that a secret is none: somebody copied an example and left it as it was."""
    value = slot.table.get(slot.key)
    listed = [((*slot.where, index), one) for index, one in enumerate(value)] if isinstance(value, list) else []
    for location, secret in [(slot.where, value), *listed]:
        if isinstance(secret, str) and secret.startswith(EXAMPLE):
            draft.remark(location, "is still the one of the example, which everybody knows; put your own in its place")
