"""Password hashes: Argon2id with parameters that a small computer can bear (OWASP: 19 MiB, two passes, one lane)."""

from typing import Final

MIN_CHARACTERS: Final = 8
MAX_CHARACTERS: Final = 1024
_MEMORY_KIB: Final = 19 * 1024


def hash_password(password: str) -> str:
    """Return the hash to keep. Takes tens of milliseconds and 19 MiB: never on the event loop."""
    from argon2 import PasswordHasher  # noqa: PLC0415 -- only signing up needs it; it would weigh on the daemon

    return PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1).hash(password)
