"""The only table from errors to HTTP statuses (protocol reference, section 1.6)."""

from typing import Final

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
from bridge.web.bugs import Bugs
from bridge.web.envelope import respond_with_error

RETRY_AFTER_S: Final = "10"


class Failures:
    """Answers requests that failed. A fault of ours is told in the log once for each place where it arises, however
    often IFTTT asks again; how often that is shows in the figures.
    """  # noqa: D205 -- one sentence

    def __init__(self) -> None:
        self._bugs = Bugs("bridge.web")

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
        self._bugs.note("request.failed", error)
        return respond_with_error("Something went wrong on our side.", 500)
