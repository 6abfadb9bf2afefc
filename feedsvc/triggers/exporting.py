"""An export beside the rebuilds: feeds at once after each, all else between them."""

from __future__ import annotations

import time
from pathlib import Path

from feedsvc.export import Exporter, Source
from feedsvc.pipeline.progress import Progress
from feedsvc.service import Service

QUIET = 1.0  # seconds without a change after which lists of all feeds are exported
LATEST = 30.0  # seconds after which they are in any case


class LiveExport:
    """Keeps the files below ``dest`` in step with what is served, with what ``source`` offers beside the feeds.

    Raises CatalogueBusy where another export writes there, CatalogueError where nothing can be written.
    """

    def __init__(self, service: Service, dest: Path, source: Source | None) -> None:
        self._service = service
        self._dest = dest
        self._source = source
        self._exporter: Exporter | None = None  # opened when first needed: a folder that cannot be written may be later
        self._behind = False  # whether anything may be left to be exported,
        self._since = self._followed = 0.0  # since when, and when the last feeds were (monotonic)

    def follow(self, tell: Progress) -> None:
        """Export the feeds that changed."""
        if self._exporter is None:
            self._exporter = Exporter(self._dest, self._source)
        with self._service.reading() as reader:
            self._exporter.follow(reader, self._service.clock(), tell)
        self._followed = time.monotonic()
        if not self._behind:
            self._behind, self._since = self._exporter.behind, self._followed

    def go_on(self) -> bool:
        """Export a little of what could wait; False where there is nothing to do at this moment."""
        if self._exporter is None or not self._behind:
            return False
        lists = time.monotonic() > min(self._followed + QUIET, self._since + LATEST)
        self._behind = False  # after a failure, until feeds change again
        done = self._exporter.go_on(self._service.settings.state, self._service.clock(), lists=lists)
        self._behind = done or self._exporter.behind
        return done

    def close(self) -> None:
        """Let the next one in."""
        if self._exporter is not None:
            self._exporter.close()
            self._exporter = None
