"""How every process tells what it does: one line an event, to standard error."""

from __future__ import annotations

import sys

import structlog


def configure_log() -> None:
    """Set up structlog for this process; coloured on a terminal only."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
