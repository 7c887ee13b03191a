"""Logs: JSON lines on standard error, which journald keeps."""

from __future__ import annotations

import logging
import sys
import threading

import msgspec

__all__ = ["set_up_logs"]


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": record.created,
            "level": record.levelname.lower(),
            "part": record.name,
            "thread": record.threadName,
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def set_up_logs(level: str = "info") -> None:
    """Send everything from ``level`` on to standard error, uncaught exceptions too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Raising inside a logging call would hide what was to be logged.
    logging.raiseExceptions = False

    def thread_died(args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread else "?"
        log = logging.getLogger("firmware_py.runtime")
        if args.exc_value is not None:
            log.critical("thread %s ended by an error", name, exc_info=args.exc_value)

    threading.excepthook = thread_died
