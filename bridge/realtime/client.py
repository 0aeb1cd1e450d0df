"""One request to IFTTT's Realtime API and what its answer means (protocol reference, section 8). Knows no retries."""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import aiohttp
import msgspec

from bridge.realtime.recipients import Recipient

REQUEST_TIMEOUT_S: Final = 15.0
"""An upstream that takes ten seconds over each answer is slow, not away: with less it would never be believed."""

CONNECT_TIMEOUT_S: Final = 5.0
MAX_ENTRIES: Final = 1000
LONGEST_RETRY_AFTER_S: Final = 3600.0
TIMEOUT: Final = "timeout"
NO_CONNECTION: Final = "no connection"
NO_ANSWER: Final = "no answer"
BODY_TIMEOUT_S: Final = 1.0
MAX_BODY_BYTES: Final = 65536


class Verdict(Enum):
    """What an answer means for the entries of the request."""

    TOLD = "told"
    WRONG_KEY = "wrong key"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Reply:
    """A verdict; `status` None: there was no answer. `retry_after_s`: what IFTTT asked for, if it did."""

    verdict: Verdict
    status: int | None = None
    retry_after_s: float | None = None
    reason: str = ""

    @property
    def outcome(self) -> str:
        """The status, or what there was instead of an answer."""
        if self.status is not None:
            return str(self.status)
        return TIMEOUT if "Timeout" in self.reason else NO_CONNECTION if "Connector" in self.reason else NO_ANSWER


class RealtimeClient:
    """Calls one Realtime API with one service key."""

    def __init__(self, session: aiohttp.ClientSession, url: str, service_key: str) -> None:
        self._session = session
        self.use(url, service_key)

    def use(self, url: str, service_key: str) -> None:
        """Call this one with this key, from the next request on."""
        self._url = url
        self._headers = {
            "IFTTT-Service-Key": service_key,
            "Accept": "application/json",
            "Accept-Charset": "utf-8",
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": "application/json",
        }

    async def notify(self, recipients: Sequence[Recipient]) -> Reply:
        """Tell of up to MAX_ENTRIES identities and users. Never raises for what the outside world does."""
        body = msgspec.json.encode({"data": [recipient.entry for recipient in recipients]})
        headers = self._headers | {"X-Request-ID": secrets.token_hex(16)}
        try:
            async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
                if not response.content.is_eof():  # a short one, as nearly all are, has come with the headers
                    await _read_to_the_end(response.content)
                return reply_to(response.status, response.headers.get("Retry-After"))
        except (aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
            return Reply(Verdict.LATER, reason=type(error).__name__)


def open_session(
    *, request_timeout_s: float = REQUEST_TIMEOUT_S, tls: ssl.SSLContext | None = None
) -> aiohttp.ClientSession:
    """Return the session for all calls to IFTTT: few kept connections, bounded waiting, no cookies.

    Without `tls` servers are trusted that the system's certificate authorities vouch for.
    """
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=request_timeout_s, connect=CONNECT_TIMEOUT_S),
        connector=aiohttp.TCPConnector(limit=4, keepalive_timeout=75, ssl=tls or True),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def reply_to(status: int, retry_after: str | None) -> Reply:
    """Read an answer. Nothing is documented beyond 200, so the classes of codes decide; a redirect is no success."""
    match status:
        case _ if 200 <= status < 300:  # noqa: PLR2004 -- the class of success
            return Reply(Verdict.TOLD, status)
        case 401 | 403:
            return Reply(Verdict.WRONG_KEY, status)
        case 407 | 408 | 421 | 425 | 429:  # about the way or the moment, not about what was said
            return Reply(Verdict.LATER, status, _seconds(retry_after))
        case _ if 400 <= status < 500:  # noqa: PLR2004 -- the class of what the sender did wrong
            return Reply(Verdict.REFUSED, status)
        case _:
            return Reply(Verdict.LATER, status, _seconds(retry_after))


async def _read_to_the_end(body: aiohttp.StreamReader) -> None:
    """Read what nobody needs, so that the connection can be used again. The verdict stands whatever comes of it."""
    with contextlib.suppress(aiohttp.ClientError, OSError, asyncio.IncompleteReadError):
        async with asyncio.timeout(BODY_TIMEOUT_S):
            await body.readexactly(MAX_BODY_BYTES)  # a shorter one, as all are, ends in IncompleteReadError


def _seconds(retry_after: str | None) -> float | None:
    """Read a Retry-After in seconds. The form with a date is not trusted: our clock may be wrong."""
    if retry_after is None or not retry_after.strip().isdecimal() or len(retry_after) > 9:  # noqa: PLR2004 -- a lifetime
        return None
    return min(float(retry_after), LONGEST_RETRY_AFTER_S)
