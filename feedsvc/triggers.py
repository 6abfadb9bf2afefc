"""When to rebuild: on a timer, when files change, when a post's time comes, when someone asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from feedsvc.builds import Report
from feedsvc.catalogue import Control
from feedsvc.config import Settings
from feedsvc.exceptions import FeedsvcError
from feedsvc.export import Exporter, Source
from feedsvc.log import configure_log
from feedsvc.pipeline.patrol import Patrol
from feedsvc.pipeline.progress import Progress, silent
from feedsvc.search import Companion
from feedsvc.service import Service
from feedsvc.watcher import Watcher

POLL = 0.02  # seconds between looks at the control database, which cost microseconds
SHARE = 0.02  # of the time that looks at everything may take beside file events
SELDOM = 10  # but they come at least once in so many intervals
QUIET = 1.0  # seconds without a change after which lists of all feeds are exported
LATEST = 30.0  # seconds after which they are in any case
RETRY = 5.0  # seconds after which a rebuild that failed is tried again, if nothing happens before

log = structlog.get_logger()


class _StoppedError(FeedsvcError):
    """The process ends: a long rebuild is given up, and begun again by the next."""


class Triggers:
    """Asks a service for rebuilds, one at a time, whenever there is a reason to look again.

    ``export`` names a folder of static files to keep in step, with what ``source`` offers beside the feeds;
    ``progress`` is told how the first rebuild comes along. Reasons that come during a rebuild are one rebuild.
    """

    def __init__(
        self, service: Service, export: Path | None = None, progress: Progress = silent, source: Source | None = None
    ) -> None:
        self._service = service
        self._export = export
        self._source = source
        self._exporter: Exporter | None = None
        self._behind = False  # whether anything may be left to be exported,
        self._since = self._followed = 0.0  # since when, and when the last feeds were (monotonic)
        self._progress = progress
        self._reason = threading.Condition()
        self._trigger: str | None = "start"
        self._paths: set[str] | None = None  # what to look at; None is everything
        self._look_again: float | None = None
        self._unsettled: tuple[str, ...] = ()  # to be looked at with whatever is looked at next
        self._walk = Patrol()
        self._rest = 0.0  # until when there is no look at everything by the timer
        self._index = Companion(service.settings.state)
        self._failure = ""  # why the last rebuild failed

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
        """Rebuild for every reason until ``stop`` is set. A rebuild that fails is logged, and tried again."""
        settings = self._service.settings
        self._service.open()
        configure_log()
        scheduler = BackgroundScheduler(timezone="UTC")
        timer = scheduler.add_job(self._patrol, "interval", seconds=settings.every, misfire_grace_time=None)
        with closing(Control(settings.state)) as control:
            scheduler.start()
            watcher = self._watch(settings)
            try:
                while self._wait(stop, control):
                    self._rebuild(stop)
                    if self._service.has_generation():
                        self._index.keep(wanted=self._service.settings.served.search)
                    if self._service.settings is not settings:  # configuration was read again
                        settings = self._service.settings
                        timer.reschedule("interval", seconds=settings.every)
                        watcher.stop()
                        watcher = self._watch(settings)
            finally:
                watcher.stop()
                self._walk.stop()
                self._index.stop()
                scheduler.shutdown()
                self._close()

    def _patrol(self) -> None:
        """See whether events missed anything, beside the rebuilds that they cause.

        Where events are watched this is a safety net, and takes no more than a small share of the time; after a
        failure it is more than that.
        """
        settings, began = self._service.settings, time.monotonic()
        if began < self._rest and not self._failure:
            return
        self.look("timer", self._walk.differences(settings))
        if settings.watch:
            self._rest = began + min((time.monotonic() - began) / SHARE, SELDOM * settings.every)

    def _watch(self, settings: Settings) -> Watcher:
        watcher = Watcher(settings, self.look)
        if settings.watch:
            watcher.start()
        return watcher

    def _wait(self, stop: threading.Event, control: Control) -> bool:
        """Wait until there is a reason, or until ``stop`` is set: False."""
        version = None
        while not stop.is_set():
            if version != (version := control.version) and control.queued():
                self.look("request")
            if self._look_again is not None and self._look_again <= self._service.clock():
                self._look_again = None
                self.look("due", ())
            with self._reason:
                if self._trigger is not None:
                    return True
            if self._go_on():
                continue
            with self._reason:
                due = POLL if self._look_again is None else self._look_again - self._service.clock()
                self._reason.wait(min(POLL, max(due, 0.0)))
        return False

    def _take(self) -> tuple[str, frozenset[str] | None]:
        """The reasons so far, as one."""
        with self._reason:
            trigger, paths = self._trigger or "timer", self._paths
            self._trigger, self._paths = None, set()
        return trigger, None if paths is None else frozenset(paths).union(self._unsettled)

    def _rebuild(self, stop: threading.Event) -> None:
        trigger, paths = self._take()
        progress, self._progress = self._progress, silent

        def tell(stage: str, done: int, total: int) -> None:
            if stop.is_set():
                raise _StoppedError("given up, because the process was told to end")
            progress(stage, done, total)

        try:
            report = self._service.rebuild(trigger, tell, paths=paths, settle=False)
            self._look_again, self._unsettled = report.look_again, report.unsettled
            self._note(trigger, report)
            self._follow(tell)
            self._failure = ""
        except _StoppedError:
            return
        except FeedsvcError as error:
            self._fail(trigger, str(error), error=None)
        except Exception as error:  # a fault of ours must not end the watch: the last generation is served
            self._fail(trigger, str(error), error=error)

    def _follow(self, tell: Progress) -> None:
        """Export the feeds that changed; the rest when there is nothing else to do."""
        if self._export is None:
            return
        if self._exporter is None:
            self._exporter = Exporter(self._export, self._source)
        with self._service.reading() as reader:
            self._exporter.follow(reader, self._service.clock(), tell)
        self._followed = time.monotonic()
        if not self._behind:
            self._behind, self._since = self._exporter.behind, self._followed

    def _go_on(self) -> bool:
        """Export a little of what can wait; False where there is nothing to do now."""
        if self._exporter is None or not self._behind:
            return False
        now = time.monotonic()
        lists = now > min(self._followed + QUIET, self._since + LATEST)
        try:
            with self._service.reading() as reader:
                done = self._exporter.go_on(reader, self._service.clock(), lists=lists)
        except FeedsvcError as error:
            self._behind = False
            self._fail("export", str(error), error=None)
            return False
        self._behind = done or not lists
        return done

    def _close(self) -> None:
        if self._exporter is not None:
            self._exporter.close()
            self._exporter = None

    def _fail(self, trigger: str, reason: str, *, error: Exception | None) -> None:
        """Say so, once as long as it is the same; what was not looked at now is looked at with the next."""
        if reason != self._failure:
            log.error("rebuild failed", trigger=trigger, reason=reason, exc_info=error)
        self._failure = reason
        self._look_again = self._service.clock() + RETRY
        with self._reason:
            self._paths = None

    def _note(self, trigger: str, report: Report) -> None:
        if report.did_something or trigger in ("start", "request"):
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
