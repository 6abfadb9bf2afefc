"""The thread that rebuilds: reasons come in from all sides, and are dealt with one rebuild after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from feedsvc.builds import Report
from feedsvc.catalogue import Control
from feedsvc.config import Settings
from feedsvc.exceptions import FeedsvcError
from feedsvc.export import Source
from feedsvc.log import configure_log
from feedsvc.pipeline.patrol import FEW, Found, Patrol
from feedsvc.pipeline.progress import Progress, silent
from feedsvc.search import Companion
from feedsvc.service import Asked, Service
from feedsvc.triggers.exporting import LiveExport
from feedsvc.watcher import Watcher

POLL = 0.02  # seconds between looks at the control database, which cost microseconds
SHARE = 0.02  # of the time that looks at everything may take beside file events
SELDOM = 10  # but they come at least once in so many intervals
AT_ONCE = 2_000  # files up to which a look at everything takes 30 ms, a tenth of what a process for it takes
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
        self._export = LiveExport(service, export, source) if export else None
        self._progress = progress
        self._reason = threading.Condition()
        self._trigger: str | None = "start"
        self._paths: set[str] | None = None  # what to look at; None is everything
        self._look_again: float | None = None
        self._unsettled: tuple[str, ...] = ()  # to be looked at with whatever is looked at next
        self._asked: Asked | None = None  # the request that was taken up,
        self._answering = False  # and whether what is looked at next answers it
        self._heard: set[str] = set()  # what file events told that nobody rebuilds on: where to look first when asked
        self._patrol = Patrol()
        self._rounds = ThreadPoolExecutor(1, "feedsvc-round")
        self._files = 0  # how many there were when everything was looked at
        self._rest = 0.0  # until when there is no look at everything by the timer
        self._index = Companion(service.settings.state)
        self._failure = ""  # why the last rebuild failed

    def look(self, trigger: str, paths: Iterable[str] | None = None, *, answers: bool = False) -> None:
        """There is a reason to look at everything, or at ``paths``; that ``answers`` the request taken up."""
        with self._reason:
            if paths is None:
                self._paths = None
            elif self._paths is not None:
                self._paths.update(paths)
            self._trigger = trigger if answers else self._trigger or trigger
            self._answering = self._answering or answers
            self._reason.notify()

    def run(self, stop: threading.Event) -> None:
        """Rebuild for every reason until ``stop`` is set. A rebuild that fails is logged, and tried again."""
        settings = self._service.settings
        self._service.open()
        configure_log()
        scheduler = BackgroundScheduler(timezone="UTC")
        timer = scheduler.add_job(self._tick, "interval", seconds=settings.every, misfire_grace_time=None)
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
                self._patrol.stop()
                self._index.stop()
                scheduler.shutdown()
                self._rounds.shutdown()
                control.abandon(self._service.clock())
                if self._export is not None:
                    self._export.close()

    def _tick(self) -> None:
        """Time for a round. Where events are watched it is a safety net, and takes a small share of the time at most.

        After a failure it is more than that.
        """
        every, watch, began = self._service.settings.every, self._service.settings.watch, time.monotonic()
        if began < self._rest and not self._failure:
            return
        wait([self._rounds.submit(self._round)])
        if watch:
            self._rest = began + min((time.monotonic() - began) / SHARE, SELDOM * every)

    def _round(self, *, answers: bool = False) -> None:
        """Find out what differs anywhere, beside the rebuilds that go on meanwhile, and have that looked at.

        One at a time: whoever asks during a round gets the next, for that one may have passed a file already.
        """
        found = Found(None)
        if not answers:
            self._heard.clear()  # it comes there, too
        if self._files > AT_ONCE:
            try:
                found = self._patrol.differences(self._service.settings)
            except Exception:  # a fault of ours must not leave anybody waiting
                log.exception("cannot tell what differs")
        self._files = found.files or self._files
        self.look("request" if answers else "timer", found.paths, answers=answers)

    def _watch(self, settings: Settings) -> Watcher:
        watcher = Watcher(settings, self.look if settings.watch else self._hear)
        watcher.start()
        return watcher

    def _hear(self, _: str, paths: Iterable[str] | None) -> None:
        """Keep what file events told until somebody asks: a look at everything takes seconds where there is much."""
        with self._reason:
            if paths is not None and len(self._heard) < FEW:
                self._heard.update(paths)
                self._reason.notify()

    def _wait(self, stop: threading.Event, control: Control) -> bool:
        """Wait until there is a reason, or until ``stop`` is set: False."""
        version = None
        while not stop.is_set():
            if version != (version := control.version) and self._asked is None and control.queued():
                self._asked = self._service.take()
                self._rounds.submit(self._round, answers=True)
            self._look_where_heard()
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

    def _look_where_heard(self) -> None:
        """While somebody waits for the end of a round, look where events were."""
        with self._reason:
            heard = self._heard if self._asked is not None and self._files > AT_ONCE else set()
            if heard:
                self._heard = set()
        if heard:
            self.look("change", heard)

    def _take(self) -> tuple[str, frozenset[str] | None, Asked | None]:
        """The reasons so far, as one, and whom it answers."""
        with self._reason:
            trigger, paths, answering = self._trigger or "timer", self._paths, self._answering
            self._trigger, self._paths, self._answering = None, set(), False
        asked = self._asked if answering else None
        if paths is None:
            return trigger, None, asked
        if asked is not None:  # for whom all files were looked at
            asked = replace(asked, report=replace(asked.report, files=self._files))
        return trigger, frozenset(paths).union(self._unsettled), asked

    def _rebuild(self, stop: threading.Event) -> None:
        trigger, paths, asked = self._take()
        progress, self._progress = self._progress, silent

        def tell(stage: str, done: int, total: int) -> None:
            if stop.is_set():
                raise _StoppedError("given up, because the process was told to end")
            progress(stage, done, total)

        try:
            report = self._service.rebuild(trigger, tell, paths=paths, settle=False, tidy=False, asked=asked)
            self._learn(report, everywhere=paths is None)
            self._note(trigger, report)
            if self._export is not None:
                self._export.follow(tell)
            if report.feeds:
                self._service.tidy()
            self._failure = ""
        except _StoppedError:
            return
        except FeedsvcError as error:
            self._fail(trigger, str(error), error=None)
        except Exception as error:  # a fault of ours must not end the watch: the last generation is served
            self._fail(trigger, str(error), error=error)
        finally:
            if asked is not None:
                self._asked = None

    def _learn(self, report: Report, *, everywhere: bool) -> None:
        """What a rebuild left to be looked at; whoever asked before it was done is told of it, too."""
        self._look_again, self._unsettled = report.look_again, report.unsettled
        if everywhere:
            self._files = report.files
            self._heard.clear()
        if self._asked is not None:
            self._asked = replace(self._asked, report=self._asked.report.then(report))

    def _go_on(self) -> bool:
        """Export a little of what could wait; False where there is nothing to do now."""
        try:
            return self._export is not None and self._export.go_on()
        except FeedsvcError as error:
            self._fail("export", str(error), error=None)
        except Exception as error:  # nor must one of those who make pages
            self._fail("export", str(error), error=error)
        return False

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
                problems=report.problem_count,
                seconds=round(report.seconds, 3),
            )
