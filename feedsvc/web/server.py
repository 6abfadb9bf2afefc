"""``serve``: granian's workers answer in processes of their own, this one rebuilds in a thread."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from feedsvc.config import Settings
from feedsvc.exceptions import FeedsvcError
from feedsvc.web.orders import Orders

KILL_AFTER = 10  # seconds a worker has to answer what it began
HEAD_START = 0.7  # seconds workers need to start, when nothing else uses the processors
_TO_STDERR = {"class": "logging.StreamHandler", "formatter": "generic"}


def serve(settings: Settings, rebuild: Callable[[threading.Event], None], *, ready: bool) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises FeedsvcError if the server fails.

    ``rebuild`` runs in a thread beside, until the event it is given is set: it keeps the feeds fresh. ``ready`` says
    that there is something to serve: then workers start first, and the folder is looked at afterwards.
    """
    multiprocessing.set_start_method("spawn", force=True)  # a forked worker would inherit locks of other threads
    Orders.of(settings).give()
    stop = threading.Event()
    failed: list[BaseException] = []
    server = Granian(
        "feedsvc.web.worker:worker",
        factory=True,
        interface=Interfaces.RSGI,
        websockets=False,  # an Upgrade is ignored, as RFC 9110, section 7.8 allows
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop=Loops.asyncio,  # whatever else is installed: uvloop has left workers hanging on Ctrl-C
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER,
        log_level=LogLevels.warning,
        log_dictconfig={"handlers": dict.fromkeys(("console", "access"), _TO_STDERR)},
    )

    def run() -> None:
        stop.wait(HEAD_START if ready else 0)
        try:
            rebuild(stop)
        except Exception as error:  # without a builder there is nothing fresh to serve: end, and say why
            failed.append(error)
            server.signal_handler_interrupt()  # type: ignore[no-untyped-call]

    builder = threading.Thread(target=run, name="feedsvc-builder")
    builder.start()
    try:
        server.serve()
    except SystemExit as ended:
        raise FeedsvcError("the server ended by itself: its workers keep failing") from ended
    finally:
        stop.set()
        builder.join()
    if failed:
        raise failed[0]
