"""``serve``: granian's workers answer in processes of their own, this one rebuilds in a thread."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Mapping

import structlog
from granian import Granian
from granian.constants import Interfaces

from feedsvc.config import Settings
from feedsvc.exceptions import FeedsvcError
from feedsvc.orphans import end_with_parent
from feedsvc.triggers import Triggers
from feedsvc.web.create import create_app
from feedsvc.web.rsgi import Rsgi

KILL_AFTER = 10  # seconds a worker has to answer what it began

log = structlog.get_logger()


def serve(settings: Settings, triggers: Triggers) -> None:
    """Serve until SIGTERM or Ctrl-C, rebuilding for every reason there is. Raises FeedsvcError if the server fails."""
    multiprocessing.set_start_method("spawn", force=True)  # a forked worker would inherit locks of other threads
    os.environ.update(_environment(settings))
    stop = threading.Event()
    failed: list[BaseException] = []
    server = Granian(
        "feedsvc.web.server:worker",
        factory=True,
        interface=Interfaces.RSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER,
        log_enabled=True,
    )

    def rebuild() -> None:
        try:
            triggers.run(stop)
        except Exception as error:  # without a builder there is nothing fresh to serve: end, and say why
            failed.append(error)
            server.signal_handler_interrupt()  # type: ignore[no-untyped-call]

    builder = threading.Thread(target=rebuild, name="feedsvc-builder")
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


def worker() -> Rsgi:
    """What each worker runs; it ends with the server, even if that is killed."""
    end_with_parent()
    return Rsgi(create_app())


def _environment(settings: Settings) -> Mapping[str, str]:
    """The command line for processes to come: what was given there, as the environment says it."""
    given = settings.given
    configured = {"FEEDSVC_CONTENT": str(settings.content), "FEEDSVC_STATE": str(settings.state)}
    if given is not None and given.config is not None:
        configured["FEEDSVC_CONFIG"] = str(given.config.absolute())
    overrides = given.overrides if given is not None else {}
    return configured | {f"FEEDSVC_{key.replace('.', '_').upper()}": str(value) for key, value in overrides.items()}
