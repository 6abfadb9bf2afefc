"""The composition root: settings become one Service for every door; the only place that asks what time it is."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from feedsvc import pipeline
from feedsvc.builds import Build, Report
from feedsvc.catalogue import BEARER, TOKEN, Control, Reader, Writer, read_ledger
from feedsvc.config import Settings, changed
from feedsvc.config.loading import reread
from feedsvc.exceptions import CatalogueError, CatalogueMissing, ConfigError, FeedsvcError
from feedsvc.export import Exporter, ExportReport, Source
from feedsvc.model import FeedFacts, OldEntry, Problem
from feedsvc.pipeline.adopting import AdoptReport
from feedsvc.pipeline.preview import FeedChange
from feedsvc.pipeline.progress import Progress, silent
from feedsvc.scan import any_post

if TYPE_CHECKING:
    from feedsvc.pipeline.pool import Helpers

PATIENCE = 10.0  # seconds to wait for files that are being written, or have just vanished

UNASKED = ("start", "timer", "change", "due")  # triggers whose builds are noted only if they did something

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a rebuild that was taken up, and what has been done since.

    ``since`` in seconds of time.monotonic().
    """

    build: int
    since: float
    report: Report = Report(generation=0)  # noqa: RUF009 - frozen


class Service:
    """What can be done with a content folder and its state folder. A context manager: leaving it frees the lock.

    ``listens`` says that this process answers requests for rebuilds (``serve``, ``build --watch``). ``clock``
    gives epoch seconds. ``helpers`` are for the first rebuild (``pipeline.helpers``).
    """

    def __init__(
        self, settings: Settings, *, listens: bool = False, clock: Clock = time.time, helpers: Helpers | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._listens = listens
        self._helpers = helpers
        self._writer: Writer | None = None

    def __enter__(self) -> Service:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the next writer in."""
        if self._helpers is not None:
            self._helpers.shutdown()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    # -- writing -------------------------------------------------------------------------------------------

    def open(self) -> Writer:
        """Take the writer's lock. Raises CatalogueBusy where another process has it."""
        if self._writer is None:
            settings = self.settings
            owner = "." if settings.state.parent == settings.content else str(settings.content)
            self._writer = Writer(settings.state, owner, self.clock(), listens=self._listens)
            with self._control() as control:
                control.abandon(self.clock())
        return self._writer

    def rebuild(
        self,
        trigger: str = "command",
        progress: Progress = silent,
        *,
        paths: frozenset[str] | None = None,
        allow_empty: bool = False,
        settle: bool = True,
        tidy: bool = True,
        asked: Asked | None = None,
    ) -> Report:
        """Look at the folder, or at ``paths`` of it, and publish what changed; noted among the builds.

        It answers ``asked``, else whatever request waits, unless ``paths`` are all that is looked at.

        Configuration that changed is read again first. ``settle`` waits for files that are being written, or have
        just vanished, and looks again; whoever asked for a rebuild waits for those being written in any case. ``tidy``
        does what can wait as well.
        Raises what kept it from publishing; the last generation stays.
        """
        writer = self.open()
        with self._control() as control:
            if asked is None and paths is None:
                asked = self._take(control)
            build = control.start(trigger, self.clock()) if asked is None else asked.build
            started = time.monotonic() if asked is None else asked.since
            try:
                self._refresh()
                report = self._look(writer, progress, paths=paths, allow_empty=allow_empty)
                if settle or asked:
                    again = partial(self._look, writer, silent, allow_empty=allow_empty)
                    report = self._settle(report, again, grace=settle)
            except BaseException as error:
                reason = str(error) if isinstance(error, FeedsvcError) else f"{type(error).__name__}: {error}"
                with suppress(CatalogueError):  # a full disk has no room for this either; the error itself is told
                    control.finish(build, self.clock(), {}, reason)
                raise
            report = replace(report, seconds=round(time.monotonic() - started, 6))
            control.finish(build, self.clock(), asdict(asked.report.then(report) if asked else report))
            if not report.did_something:
                control.forget(build, UNASKED)
        if tidy and report.feeds:
            self.tidy()
        return report

    def tidy(self) -> None:
        """What is left to be done after a rebuild, for which nobody should wait."""
        self.open().tidy(self.clock())

    def _look(self, writer: Writer, progress: Progress, *, paths: frozenset[str] | None, allow_empty: bool) -> Report:
        helpers, self._helpers = self._helpers, None
        return pipeline.rebuild(
            writer,
            self.settings,
            self.clock(),
            paths=paths,
            allow_empty=allow_empty,
            polite=self._listens,
            helpers=helpers,
            progress=progress,
        )

    def _settle(self, report: Report, look: Callable[..., Report], *, grace: bool = True) -> Report:
        """Look again at files that are being written, and with ``grace`` at those that just vanished, within reason."""
        deadline = time.monotonic() + PATIENCE
        while report.look_again is not None and (report.unsettled or (grace and report.settling)):
            wait = report.look_again - self.clock()
            if time.monotonic() + wait > deadline:
                break
            time.sleep(max(0.0, wait))
            report = report.then(look(paths=frozenset(report.unsettled)))
        return report

    def _refresh(self) -> None:
        if changed(self.settings):
            self.settings = reread(self.settings)
            if self._listens:
                self.token()

    # -- what a rebuild would do ---------------------------------------------------------------------------

    def check(self, progress: Progress = silent) -> tuple[Problem, ...]:
        """What authors should mend. Reads the folder, writes nothing in it or in its state."""
        with self._elsewhere() as (settings, writer):

            def look(paths: frozenset[str] | None = None, tell: Progress = silent) -> Report:
                return pipeline.survey(writer, settings, self.clock(), tell, paths=paths)

            self._settle(look(tell=progress), look, grace=False)
            return writer.problems()

    def preview(self, progress: Progress = silent) -> list[FeedChange]:
        """What subscribers would see of a rebuild, feed by feed; nothing is changed."""
        with ExitStack() as stack:
            before, settings, writer = self._copied(stack)

            def look(paths: frozenset[str] | None = None, tell: Progress = silent) -> Report:
                return pipeline.rebuild(writer, settings, self.clock(), paths=paths, progress=tell)

            self._settle(look(tell=progress), look)
            return list(pipeline.compare(before, writer))

    def _copied(self, stack: ExitStack) -> tuple[Reader | None, Settings, Writer]:
        """The catalogue, if there is one, and a copy to try things on."""
        before = None
        with suppress(CatalogueMissing):
            before = stack.enter_context(closing(Reader(self.settings.state)))
        return before, *stack.enter_context(self._elsewhere(before))

    @contextmanager
    def _elsewhere(self, copy: Reader | None = None) -> Iterator[tuple[Settings, Writer]]:
        """A catalogue in a temporary folder: an empty one, or a copy."""
        with tempfile.TemporaryDirectory(prefix="feedsvc-") as folder:
            state = Path(folder)
            if copy is not None:
                copy.copy_to(state)
            owner = str(copy.meta("content")) if copy else "."
            writer = Writer(state, owner, self.clock())
            try:
                yield replace(self.settings, state=state), writer
            finally:
                writer.close()

    # -- ids from elsewhere --------------------------------------------------------------------------------

    def adopt(self, entries: Iterable[OldEntry], progress: Progress = silent, *, dry_run: bool = False) -> AdoptReport:
        """Give posts the ids that their entries have in a feed elsewhere; published with the next rebuild.

        The folder is read first. With ``dry_run`` nothing is changed. Raises ConfigError where no ids are kept.
        """
        if self.settings.site.provisional:
            raise ConfigError("site.url", "is needed before ids can be taken over: without it none are kept")
        with ExitStack() as stack:
            _, settings, writer = self._copied(stack) if dry_run else (None, self.settings, self.open())

            def look(paths: frozenset[str] | None = None, tell: Progress = silent) -> Report:
                return pipeline.survey(writer, settings, self.clock(), tell, paths=paths)

            self._settle(look(tell=progress), look, grace=False)
            return pipeline.take_over(writer, entries)

    # -- reading -------------------------------------------------------------------------------------------

    def feeds(self) -> list[FeedFacts]:
        """Every feed. Raises CatalogueMissing where nothing has been built."""
        with self.reading() as reader:
            return list(reader.feeds())

    def has_posts(self) -> bool:
        """Whether the folder holds any file that may be a post."""
        settings = self.settings
        return self.open().count_posts() > 0 or any_post(settings.content, settings.rules, settings.state)

    def has_generation(self) -> bool:
        """Whether there is something to serve already."""
        return self.open().generation > 0

    def problems(self) -> tuple[Problem, ...]:
        """What the last rebuild found to be mended."""
        with self.reading() as reader:
            return reader.problems()

    def export(
        self, dest: Path, progress: Progress = silent, *, source: Source | None = None, overwrite: bool = False
    ) -> ExportReport:
        """Bring all files below ``dest`` in step with what was built last, as ``Exporter`` has it."""
        with closing(Exporter(dest, source, overwrite=overwrite)) as exporter, self.reading() as reader:
            exporter.follow(reader, self.clock(), progress)
            exporter.finish(reader, self.clock(), progress)
            return exporter.report()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The catalogue as it is at one moment."""
        with closing(Reader(self.settings.state)) as reader, reader.snapshot():
            yield reader

    # -- requests ------------------------------------------------------------------------------------------

    def ask(self, trigger: str) -> Build:
        """Ask the process that holds the lock for a rebuild."""
        with self._control() as control:
            return control.request(trigger, self.clock())

    def build(self, number: int) -> Build | None:
        """A build that was asked for."""
        with self._control() as control:
            return control.build(number)

    @contextmanager
    def _control(self) -> Iterator[Control]:
        with closing(Control(self.settings.state)) as control:
            yield control

    def take(self) -> Asked | None:
        """Take up the request that waits, for a rebuild that begins with a look of another kind."""
        with self._control() as control:
            return self._take(control)

    def _take(self, control: Control) -> Asked | None:
        build = control.take(self.clock())
        return None if build is None else Asked(build, time.monotonic())

    # -- the ledger and the token --------------------------------------------------------------------------

    def save_ledger(self, path: Path) -> int:
        """Write the ledger to a file that is whole or not there; gives the number of its lines."""
        with self.reading() as reader:
            lines = list(reader.ledger.lines())
        unfinished = path.with_name(f".{path.name}.partial")
        try:
            with unfinished.open("wb") as file:
                file.writelines(line + b"\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            raise CatalogueError(str(path), f"cannot be written: {error.strerror}") from error
        return len(lines)

    def load_ledger(self, path: Path) -> None:
        """Take over a ledger that was saved. Raises CatalogueError where this state has one already."""
        try:
            ledger = read_ledger(path)
        except OSError as error:
            raise CatalogueError(str(path), f"cannot be read: {error.strerror}") from error
        self.open().load_ledger(ledger)

    def token(self) -> tuple[str, bool]:
        """What a request for a rebuild must bear, and whether it was made just now.

        The configured one, else one of our own, kept in the state folder for its owner's eyes alone.
        """
        token, made = (self.settings.token, False) if self.settings.token else self._own_token()
        _write_secret(self.settings.state / BEARER, hashlib.sha256(token.encode()).hexdigest())
        return token, made

    def _own_token(self) -> tuple[str, bool]:
        path = self.settings.state / TOKEN
        kept = path.read_text().strip() if path.exists() else ""
        if kept:
            return kept, False
        token = secrets.token_urlsafe(32)
        _write_secret(path, token)
        return token, True


def _write_secret(path: Path, secret: str) -> None:
    """Put a file in place whole, for its owner's eyes alone."""
    unfinished = path.with_name(f".{path.name}.partial")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{secret}\n")
    unfinished.replace(path)
