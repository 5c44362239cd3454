"""Logs: one JSON object per line in production, plain lines elsewhere; never personal values or codes."""

import logging
import sys
import time
from typing import TextIO

import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

from webapp.settings import Settings

UNLOGGED = frozenset({"static", "health.health", "health.ready"})
LOG = structlog.get_logger("onewindow")


def configure(settings: Settings) -> None:
    """Send structlog and the standard library's loggers through one formatter to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    ending: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if settings.production
        else [_console()]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
    )
    _replace_handler(formatter)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)


def _console() -> Processor:
    # Plain tracebacks: the rich ones print local variables, and with them personal data.
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def bind(app: Flask) -> None:
    """Log one line per request: the route's rule instead of the path, because paths may carry codes."""
    app.before_request(_start_watch)
    app.after_request(_log_request)


def _start_watch() -> None:
    g.started_at = time.perf_counter()


def _log_request(response: Response) -> Response:
    if request.endpoint not in UNLOGGED:
        LOG.info(
            "request",
            method=request.method,
            rule=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=round((time.perf_counter() - g.get("started_at", time.perf_counter())) * 1000, 1),
        )
    return response


class _OurHandler(logging.StreamHandler[TextIO]):
    """Marks the handler that `configure` set, so that a second application replaces only that one."""


def _replace_handler(formatter: logging.Formatter) -> None:
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _OurHandler)]:
        root.removeHandler(old)
    handler = _OurHandler(sys.stderr)
    handler.setFormatter(formatter)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
