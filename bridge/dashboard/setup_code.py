"""The code that makes somebody the owner while there is none: printed where only who runs the bridge can read it.

Knows no page. After the first owner it is worth nothing.
"""

import hmac
import secrets
from collections.abc import Callable
from typing import Final

ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Nothing that is read for something else: no I, L, O, U, 0 and 1."""

CHARACTERS: Final = 10
"""49 bits: with one try a second, nobody lives to guess it."""

PAUSE_S: Final = 1.0
MAX_TYPED: Final = 64


class SetupCode:
    """The code of this run. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._code = "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))
        self._next_s = 0.0

    @property
    def text(self) -> str:
        """The code as people read it."""
        return f"{self._code[: CHARACTERS // 2]}-{self._code[CHARACTERS // 2 :]}"

    @property
    def must_wait(self) -> bool:
        """Whether somebody has typed a wrong one just now."""
        return self._monotonic() < self._next_s

    def fits(self, typed: str) -> bool:
        """Tell whether this is the code, however it was typed. A wrong one makes everybody wait a second."""
        if self.must_wait:
            return False
        letters = "".join(character for character in typed[:MAX_TYPED].upper() if character.isalnum())
        right = hmac.compare_digest(letters.encode(errors="replace"), self._code.encode())
        if not right:
            self._next_s = self._monotonic() + PAUSE_S
        return right
