"""The only table from errors to HTTP statuses (protocol reference, section 1.6)."""

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

log = structlog.get_logger("bridge.web")


def respond_to(error: BridgeError) -> web.Response:  # noqa: PLR0911 -- a table of answers
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
            return respond_to_bug(error)


def respond_to_bug(error: Exception) -> web.Response:
    """Answer a request that failed for a reason we do not know: the detail is for the log alone."""
    log.error("request.failed", exc_info=error)
    return respond_with_error("Something went wrong on our side.", 500)
