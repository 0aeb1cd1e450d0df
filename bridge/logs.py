"""How log lines look: a dotted event name, facts as fields. Never a secret: none is ever handed to a log call."""

import logging
import sys
from typing import Literal

import structlog


def configure_logs(level: str, style: Literal["text", "json"]) -> None:
    """Send log lines to standard error, one a line. Whatever libraries log comes along from warnings upwards."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    renderer = structlog.processors.JSONRenderer() if style == "json" else _text_renderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=max(threshold, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )


def _text_renderer() -> structlog.typing.Processor:
    return structlog.processors.KeyValueRenderer(
        key_order=["timestamp", "level", "event"], drop_missing=True, repr_native_str=False
    )
