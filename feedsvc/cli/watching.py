"""``build --watch``: stay and build at each change, until told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from feedsvc.service import Service
from feedsvc.triggers import Triggers


def watch(service: Service) -> None:
    """Rebuild at every reason there is, until SIGTERM or Ctrl-C."""
    with _stopping() as stop:
        Triggers(service).run(stop)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """An event that SIGTERM and Ctrl-C set, so that work in hand ends in good order; Ctrl-C is raised afterwards."""
    stop, interrupted = threading.Event(), threading.Event()

    def on_signal(number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT:
            interrupted.set()
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, action in before.items():
            signal.signal(number, action)
    if interrupted.is_set():
        raise KeyboardInterrupt
