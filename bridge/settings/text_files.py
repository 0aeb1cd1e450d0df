"""Reading a text file, or telling in a sentence why it cannot be read. Knows nothing of what stands in it."""

import stat
from pathlib import Path


def read_text(file: Path, *, limit: int, what: str = "") -> str:
    """Read a text file, without the mark that editors of Windows put first and nobody sees.

    Raises ValueError with a sentence that goes on after `what`.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(limit + 1)
    except OSError as error:
        raise ValueError(what + reason_of(error)) from None
    except ValueError:
        raise ValueError(f"{what}has a NUL character in its path; remove it") from None
    if len(content) > limit:
        raise ValueError(f"{what}is larger than {limit // 1024} KiB; is it the right file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{what}is not UTF-8 text; save it as UTF-8") from None


def reason_of(error: OSError) -> str:
    """Say why something could not be read, and what to do."""
    match error:
        case FileNotFoundError():
            return "does not exist; check the path"
        case PermissionError():
            return "may not be read by this user; check its owner and mode"
        case IsADirectoryError():
            return "is a folder; give the path of a file"
        case _:
            return f"cannot be read: {error.strerror or type(error).__name__}"


def is_open_to_all(file: Path) -> bool:
    """Tell whether every user of the machine may read a file: its own mode lets them, and each folder above it."""
    try:
        whole = file.resolve(strict=True)
        return bool(whole.stat().st_mode & stat.S_IROTH) and all(
            folder.stat().st_mode & stat.S_IXOTH for folder in whole.parents
        )
    except OSError:
        return False
