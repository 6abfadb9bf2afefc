"""When to rebuild: on a timer, when files change, when a post's time comes, when someone asks."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from feedsvc.catalogue import Control
from feedsvc.exceptions import FeedsvcError
from feedsvc.model import Report
from feedsvc.pipeline.progress import Progress, silent
from feedsvc.service import Service
from feedsvc.watcher import Watcher

POLL = 0.02  # seconds between looks at the control database, which cost microseconds

log = structlog.get_logger()


class Triggers:
    """Asks a service for rebuilds, one at a time, whenever there is a reason to look again.

    ``export`` names a folder of static files to keep in step; ``progress`` is told how the first rebuild comes along.
    Reasons that come during a rebuild are one rebuild.
    """

    def __init__(self, service: Service, export: Path | None = None, progress: Progress = silent) -> None:
        self._service = service
        self._export = export
        self._progress = progress
        self._reason = threading.Condition()
        self._trigger: str | None = "start"
        self._paths: set[str] | None = None  # what to look at; None is everything
        self._look_again: float | None = None
        self._unsettled: tuple[str, ...] = ()

    def look(self, trigger: str, paths: Iterable[str] | None = None) -> None:
        """There is a reason to look at everything, or at ``paths``."""
        with self._reason:
            if paths is None:
                self._paths = None
            elif self._paths is not None:
                self._paths.update(paths)
            self._trigger = self._trigger or trigger
            self._reason.notify()

    def run(self, stop: threading.Event) -> None:
        """Rebuild for every reason until ``stop`` is set. A rebuild that fails is logged, and tried at the next."""
        settings = self._service.settings
        self._service.open()
        _configure_log()
        scheduler = BackgroundScheduler(timezone="UTC")
        scheduler.add_job(self.look, "interval", args=("timer",), seconds=settings.every, misfire_grace_time=None)
        watcher = Watcher(settings, self.look)
        with closing(Control(settings.state)) as control:
            scheduler.start()
            if settings.watch:
                watcher.start()
            try:
                while self._wait(stop, control):
                    self._rebuild()
            finally:
                watcher.stop()
                scheduler.shutdown()

    def _wait(self, stop: threading.Event, control: Control) -> bool:
        """Wait until there is a reason, or until ``stop`` is set: False."""
        version = None
        while not stop.is_set():
            if version != (version := control.version) and control.queued():
                self.look("request")
            if self._look_again is not None and self._look_again <= self._service.clock():
                self._look_again = None
                self.look("due", self._unsettled)
            with self._reason:
                if self._trigger is not None:
                    return True
                self._reason.wait(POLL)
        return False

    def _take(self) -> tuple[str, frozenset[str] | None]:
        """The reasons so far, as one."""
        with self._reason:
            trigger, paths = self._trigger or "timer", self._paths
            self._trigger, self._paths = None, set()
        return trigger, None if paths is None else frozenset(paths)

    def _rebuild(self) -> None:
        trigger, paths = self._take()
        try:
            progress, self._progress = self._progress, silent
            report = self._service.rebuild(trigger, progress, paths=paths, settle=False)
            self._look_again, self._unsettled = report.look_again, report.unsettled
            self._note(trigger, report)
            if self._export is not None:
                self._service.export(self._export)
        except FeedsvcError as error:
            log.error("rebuild failed", trigger=trigger, reason=str(error))  # noqa: TRY400 - it explains itself
        except Exception:  # a fault of ours must not end the watch: the last generation is served, the next tick tries
            log.exception("rebuild failed", trigger=trigger)

    def _note(self, trigger: str, report: Report) -> None:
        if report.added or report.changed or report.removed or report.written or trigger in ("start", "request"):
            log.info(
                "rebuilt",
                trigger=trigger,
                generation=report.generation,
                added=report.added,
                changed=report.changed,
                removed=report.removed,
                documents=report.written,
                problems=len(report.problems),
                seconds=round(report.seconds, 3),
            )


def _configure_log() -> None:
    """One line an event, to standard error; coloured on a terminal only."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
