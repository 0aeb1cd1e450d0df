"""One request and what came of it, and how both are told to a person. Knows no connection.

What a service sends is shown in excerpts: bounded, without what a terminal would obey, and without tokens.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from bridge.conformance.finding import Unmet

MOST_SHOWN: Final = 160
MOST_TOLD: Final = 600
"""How long a whole line about something may be."""
_SECRET: Final = re.compile(
    r'("(?:access_?token|refresh_?token|api_?token|code)"\s*:\s*")[^"]*|((?:code|token)=)[^&\s]+', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `path` follows the prefix of the service; `credential` says in words what it presented."""

    method: str
    path: str
    credential: str
    headers: Mapping[str, str]
    body: bytes | None

    def __str__(self) -> str:
        """Tell it in one line."""
        body = "" if self.body is None else f" {excerpt(self.body)}" if self.body else " (empty body)"
        return f"{self.method} {printable(self.path)} [{self.credential}]{body}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. `status` is None where no whole answer came, and `trouble` says why. Header names are small."""

    status: int | None
    headers: Mapping[str, str]
    body: bytes
    took_s: float
    trouble: str = ""

    def __str__(self) -> str:
        """Tell it in one line."""
        if self.status is None:
            return self.trouble
        where = f" to {excerpt(self.headers['location'].encode())}" if "location" in self.headers else ""
        return f"{self.status}{where} {excerpt(self.body) or '(empty body)'}"

    def json(self) -> object:
        """Return the body as JSON. Raises Unmet where it is none."""
        try:
            parsed: object = json.loads(self.body.decode(), parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise Unmet(f"{self}: not JSON") from None
        return parsed

    def object(self) -> dict[str, object]:
        """Return the body as a JSON object. Raises Unmet where it is none."""
        parsed = self.json()
        if not isinstance(parsed, dict):
            raise Unmet(f"{self}: not a JSON object")
        return parsed


def excerpt(content: bytes) -> str:
    """Return the beginning of what was sent, fit for a terminal, without the tokens in it."""
    text = content[: 4 * MOST_SHOWN].decode(errors="replace")
    text = _SECRET.sub(lambda found: f"{found[1] or found[2]}...", text)
    return printable(" ".join(text.split()))


def printable(text: str, most: int = MOST_SHOWN) -> str:
    """Return a text in bounds and without what a terminal would obey."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text[: most + 1])
    return shown if len(shown) <= most else f"{shown[:most]}..."


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
