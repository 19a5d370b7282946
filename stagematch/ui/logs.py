"""Structured logs: one JSON object a line, with a request id and never a personal value."""

import logging
from typing import Any

import structlog

from stagematch.ui.secrets import mask

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# Keys that libraries like to add and that say who somebody is.
_PERSONAL = frozenset({"ip", "user_agent", "email", "username", "name"})


def _drop_personal(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key in _PERSONAL & event.keys():
        del event[key]
    return event


def _mask_secrets(_logger: object, _method: str, line: Any) -> str:
    """Take tokens of secret links out of the finished line, wherever in it they are: an address, a message, a traceback."""
    return mask(str(line))  # after the renderer an event is a line of text


def formatter() -> logging.Formatter:
    """Return the formatter that LOGGING uses; it also configures structlog once."""
    structlog.configure(
        processors=[*_SHARED, _drop_personal, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, _drop_personal],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
            _mask_secrets,
        ],
    )
