"""Authorization codes: who gets something for one (RFC 6749, section 4.1.3; RFC 7636, section 4.6).

Decides on a code that is kept; knows not where.
"""

import hmac
from dataclasses import dataclass
from typing import Final

from bridge.oauth.grants import Code, Moment, Redemption, Refusal

MAX_CODES: Final = 32
"""How many codes of one user may wait to be redeemed; beyond it the eldest goes."""


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A code that has not been redeemed, and when it was given out."""

    code: Code
    issued: Moment


def refusal_of(kept: KeptCode, presented: Redemption, *, run_ms: int, life_ms: int) -> Refusal | None:
    """Return why a client gets nothing for a code, None if it gets what the code stands for."""
    code = kept.code
    if code.client != presented.client:
        return Refusal.OTHER_CLIENT
    if run_ms - kept.issued.run_ms >= life_ms:
        return Refusal.EXPIRED
    if not _same(code.redirect_uri, presented.redirect_uri):
        return Refusal.OTHER_REDIRECT
    if not _same_challenge(code.challenge, presented.challenge):
        return Refusal.OTHER_VERIFIER
    return None


def burns(refusal: Refusal | None) -> bool:
    """Tell whether a code is used up. Only another client leaves it whole, else any client could spoil all codes."""
    return refusal is not Refusal.OTHER_CLIENT


def _same_challenge(kept: str | None, presented: str | None) -> bool:
    """A verifier for a code without a challenge is a downgrade: somebody took the challenge away (RFC 9700, 2.1.1)."""
    if kept is None or presented is None:
        return kept is presented
    return _same(kept, presented)


def _same(kept: str, presented: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(*(text.encode(errors="surrogatepass") for text in (kept, presented)))
