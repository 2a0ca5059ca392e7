"""Log lines: one JSON object a line on standard error, in which no secret is readable.

A hold's id, an order's secret, a token and a ticket's code each open something, and logs travel further than databases
do. So requests are logged by their route, never by their path; and whatever else is written passes a filter that
blanks named secrets, and any text shaped like one, tracebacks included.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import msgspec
import structlog
from structlog.typing import Processor

BLANK = "[secret]"
SECRET_KEYS = frozenset(
    {"authorization", "code", "cookie", "hold", "hold_id", "password", "request_key", "secret", "signature", "token"}
)
# 32 hexadecimal digits (hold ids), 40 or more URL-safe characters (secrets, tokens, ticket codes); not UUIDs.
SHAPED_LIKE_SECRETS = re.compile(r"(?<![\w-])(?:[0-9a-f]{32}|[\w-]{40,}|(?:Bearer|Order) +\S+)(?![\w-])")
IN_URLS = re.compile(r"(\w+://[^\s:/@]+:)[^\s@]+@")
VALUE_CHARS_MAX = 20_000

Event = MutableMapping[str, Any]


def configure(level: str = "info", stream: TextIO = sys.stderr) -> None:
    """Send our lines, and those of the libraries we stand on (through `logging`), to a stream."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, redact, structlog.processors.JSONRenderer(_render)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(_render),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())


def redact(_logger: object, _method: str, event: Event) -> Event:
    """Blank what must not be read: values under a secret's name, and text that looks like a secret."""
    return {key: BLANK if key in SECRET_KEYS else _clean(value) for key, value in event.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, bytes):
        return BLANK
    if isinstance(value, str):
        return IN_URLS.sub(rf"\1{BLANK}@", SHAPED_LIKE_SECRETS.sub(BLANK, value[:VALUE_CHARS_MAX]))
    if isinstance(value, dict):
        return redact(None, "", value)
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value if isinstance(value, bool | int | float | None) else _clean(str(value))


def _render(event: Event, **_: object) -> str:
    return msgspec.json.encode(event).decode()
