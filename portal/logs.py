"""One JSON line per log record."""

import logging
import re

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Who reads the log could follow the address of a one-time link first, or use the code that a provider sends back.
SECRET = re.compile(r"(/accounts/welcome/|[?&]code=)[^/\s?&]+")


def formatter() -> logging.Formatter:
    """A formatter for the standard logging tree: time, level, logger, event, request id; no local variables."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_secrets,
            structlog.processors.JSONRenderer(),
        ],
    )


def without_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The same record, the secrets of one-time links left out of every text."""
    return {key: SECRET.sub(r"\1…", value) if isinstance(value, str) else value for key, value in event.items()}
