"""Logs of a running node: structured lines on stderr, befit's own and those of the libraries it runs on."""

from __future__ import annotations

import logging
import sys
from typing import Final

import structlog

from befit.node.settings import LogFormat

# Without local variables: they are whole profiles.
_FRAMES: Final = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def configure_logs(form: LogFormat) -> None:
    """Send all logs to stderr: readable for people (`console`), or one JSON object a line (`json`)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[structlog.typing.Processor] = (
        [structlog.processors.ExceptionRenderer(_FRAMES), structlog.processors.JSONRenderer()]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # Their lines at INFO repeat what befit says itself, and with the query strings of its visitors.
    for name in ("uvicorn.error", "httpx", "watchfiles.main"):
        logging.getLogger(name).setLevel(logging.WARNING)
