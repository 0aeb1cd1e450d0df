"""Password hashes: Argon2id with parameters that a small computer can bear (OWASP: 19 MiB, two passes, one lane).

Each hash or check takes tens of milliseconds and 19 MiB: never on the event loop (hashing.py). The library is loaded
when it is first needed, since it would weigh on a daemon that nobody signs in to.
"""

import base64
import secrets
from typing import TYPE_CHECKING, Final

from bridge.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_CHARACTERS: Final = 8
MAX_CHARACTERS: Final = 1024
_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2
_LANES: Final = 1
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32


def hash_password(password: str) -> str:
    """Return the hash to keep."""
    return _hasher().hash(_octets(password))


def verify_password(password_hash: str, password: str) -> bool:
    """Tell whether a hash was made of this password. Raises TemporarilyUnavailable if there is no memory to tell.

    A hash that is damaged fits no password.
    """
    from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError  # noqa: PLC0415 -- see above

    try:
        return _hasher().verify(password_hash, _octets(password))
    except (VerifyMismatchError, InvalidHashError, UnicodeEncodeError):
        return False
    except VerificationError as error:
        if "allocation" in str(error).lower():
            raise TemporarilyUnavailable("The password cannot be checked now. Please try again later.") from error
        return False


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    from argon2.exceptions import InvalidHashError  # noqa: PLC0415 -- see above

    try:
        return _hasher().check_needs_rehash(password_hash)
    except InvalidHashError:
        return True


def dummy_hash() -> str:
    """Return a hash with today's parameters that no password is known to fit. Costs nothing."""
    salt, digest = (_as_text(secrets.token_bytes(size)) for size in (_SALT_BYTES, _HASH_BYTES))
    return f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p={_LANES}${salt}${digest}"


def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 -- see above

    return PasswordHasher(_PASSES, _MEMORY_KIB, _LANES, _HASH_BYTES, _SALT_BYTES)


def _octets(password: str) -> bytes:
    """Return a password's bytes; a browser or a terminal may send what is no text, which must not fail."""
    return password.encode(errors="surrogatepass")


def _as_text(octets: bytes) -> str:
    return base64.b64encode(octets).rstrip(b"=").decode()
