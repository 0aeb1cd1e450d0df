"""The only table from errors to HTTP statuses (protocol reference, section 1.6)."""

import traceback
from typing import Final

import structlog
from aiohttp import web

from bridge.errors import (
    BadInput,
    BridgeError,
    BrokerError,
    NoSuchResource,
    NotAuthorized,
    StorageError,
    TemporarilyUnavailable,
)
from bridge.web.envelope import respond_with_error

RETRY_AFTER_S: Final = "10"
MAX_PLACES: Final = 100
"""More would mean that the lines of the log are the trouble."""

log = structlog.get_logger("bridge.web")


class Failures:
    """Answers requests that failed. A fault of ours is told in the log once for each place where it arises, however
    often IFTTT asks again; how often that is shows in the figures.
    """  # noqa: D205 -- one sentence

    def __init__(self) -> None:
        self._spoken_of: set[tuple[str, str]] = set()

    def respond_to(self, error: BridgeError) -> web.Response:  # noqa: PLR0911 -- a table of answers
        """Answer a request that failed for a reason we know. On user endpoints 401 is a dead token and nothing else."""
        match error:
            case NotAuthorized():
                return respond_with_error(str(error), 401, WWW_Authenticate='Bearer realm="ifttt"')
            case NoSuchResource():
                return respond_with_error(str(error), 404)
            case BadInput():
                return respond_with_error(str(error), 400, skip=error.skip)
            case TemporarilyUnavailable():
                return respond_with_error(str(error), 503, Retry_After=RETRY_AFTER_S)
            case BrokerError():
                return respond_with_error("The home cannot be reached right now.", 503, Retry_After=RETRY_AFTER_S)
            case StorageError():
                return respond_with_error("The service is not available right now.", 503, Retry_After=RETRY_AFTER_S)
            case _:
                return self.respond_to_bug(error)

    def respond_to_bug(self, error: Exception) -> web.Response:
        """Answer a request that failed for a reason we do not know: the detail is for the log alone."""
        place = _place(error)
        if place not in self._spoken_of and len(self._spoken_of) < MAX_PLACES:
            self._spoken_of.add(place)
            log.error("request.failed", exc_info=error, note="said once: further ones from this place are only counted")
        return respond_with_error("Something went wrong on our side.", 500)


def _place(error: Exception) -> tuple[str, str]:
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__, f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
