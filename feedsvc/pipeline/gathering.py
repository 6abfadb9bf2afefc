"""From the folder to drafts of the catalogue: scan, read, file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from feedsvc.catalogue import Draft, Writer
from feedsvc.config import Settings, templates
from feedsvc.exceptions import ContentMissing
from feedsvc.model import Known
from feedsvc.pipeline.filing import Filing
from feedsvc.pipeline.pool import Pool
from feedsvc.pipeline.progress import Progress
from feedsvc.pipeline.taking import STILL, Taken, Taker, Wanted
from feedsvc.scan import exists, scan, size
from feedsvc.selection import scope

SOON = 0.04  # seconds after which a file that looks unfinished is read again
GRACE = 2.0  # seconds a file must have been gone before its post is removed
# Files filed before they are committed, which an interrupted run has to read again: so many, and more where there are
# many already, for each commit writes most pages of the indexes anew.
CHUNK, SHARE, LARGEST = 3_000, 0.05, 15_000
BATCH, AHEAD = 100, 128  # files a process reads at a time, and how many such batches are under way while one commits
ALONE = 1_000  # files up to which starting other processes does not pay


@dataclass(slots=True)
class Gathered:
    """What was found: the draft that is not committed yet, counts, and what is to be looked at again."""

    draft: Draft = field(default_factory=Draft)
    files: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unsettled: list[str] = field(default_factory=list)
    look_again: float | None = None

    def count(self, draft: Draft) -> Draft:
        """Count the posts that come, change and go with a draft."""
        for old, new in draft.changed_posts():
            before, after = bool(old and old.live), bool(new and new.live)
            self.added += after and not before
            self.removed += before and not after
            self.changed += bool(old and new and before and after and old.version != new.version)
        return draft

    def later(self, when: float | None) -> None:
        """Something is to be looked at again then."""
        if when is not None:
            self.look_again = min(when, self.look_again or when)


class Gatherer:
    """Brings the catalogue's posts in step with the folder. ``now`` in epoch seconds.

    ``fingerprint`` is that of the settings' templates. ``allow_empty`` takes a folder without posts at its word.
    """

    def __init__(
        self,
        writer: Writer,
        settings: Settings,
        recipe: bytes,
        fingerprint: bytes,
        now: float,
        pool: Pool,
        progress: Progress,
        *,
        allow_empty: bool = False,
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._now = now
        self._pool = pool
        self._progress = progress
        self._allow_empty = allow_empty
        shared = partial(templates.read, settings.templates, fingerprint)
        self._taker = Taker(settings.content.resolve(), settings.rules, settings.site, math.floor(now * 1e9), shared)
        self._filing = Filing(writer, settings.rules, settings.site, recipe, now, retake=self._retake)
        self._gathered = Gathered()

    def gather(self, paths: frozenset[str] | None) -> Gathered:
        """Look at the whole folder, or at ``paths``. All but the last draft is committed.

        Raises ContentMissing where the folder is not what it was.
        """
        settings = self._settings
        outgrown = self._outgrown(paths)
        if paths is not None:
            paths = frozenset(scope(path, settings.rules) for path in paths | outgrown)
        known = self._writer.known(paths)
        changes = scan(settings.content, settings.rules, known, skip=settings.state, paths=paths)
        if paths is None and not changes.present and known:
            self._refuse()
        for path in self._filing.missing():
            if path in changes.present or exists(settings.content, settings.rules, settings.state, path):
                self._filing.find(path)
        for path in changes.vanished:
            self._filing.miss(path)
        if paths is None:
            self._filing.note(changes.problems)
        self._read(sorted({*changes.suspect, *(outgrown & changes.present)}), known, outgrown)
        self._forget()
        for filed in self._writer.due(self._now):
            self._filing.due(filed)
        self._gathered.draft = self._gathered.count(self._filing.finish())
        self._gathered.files = len(changes.present)
        return self._gathered

    def _outgrown(self, paths: frozenset[str] | None) -> frozenset[str]:
        """Posts whose entries tell the size of a file that has another one now."""
        content = self._taker.content
        return frozenset(path for path, file, told in self._writer.beside(paths) if size(content, file) != told)

    def _read(self, paths: Sequence[str], known: Mapping[str, Known], anew: Set[str]) -> None:
        """Read files; those ``anew`` also where their bytes are known."""
        wanted = [self._want(path, None if path in anew else known.get(path)) for path in paths]
        done = filed = 0
        for batch in self._pool.each(self._taker.take, wanted, batch=BATCH, alone=ALONE, ahead=AHEAD):
            for taken in batch:
                self._file(taken, known)
            done += len(batch)
            self._progress("reading", done, len(wanted))
            if done - filed >= min(max(CHUNK, filed * SHARE), LARGEST):
                filed = done
                self._writer.commit(self._gathered.count(self._filing.finish()), self._now)
        self._gathered.read = done

    def _want(self, path: str, known: Known | None) -> Wanted:
        return Wanted(path, self._filing.first_seen(path), known.digest if known else None)

    def _file(self, taken: Taken, known: Mapping[str, Known]) -> None:
        before = known.get(taken.path)
        if taken.unsettled:
            self._gathered.unsettled.append(taken.path)
            rests = (taken.fingerprint.mtime + STILL) / 1e9 if taken.fingerprint else 0.0
            self._gathered.later(max(rests, self._now) if rests else self._now + SOON)
        elif taken.gone:
            if before is not None:
                self._filing.miss(taken.path)
        elif taken.fingerprint or before is None or before.digest != taken.digest:
            self._filing.take(taken)  # anything but a file that cannot be read, as before

    def _retake(self, path: str, first_seen: float) -> Taken:
        return self._taker.take([Wanted(path, first_seen, None)])[0]

    def _forget(self) -> None:
        """Remove posts whose files have been gone for long enough."""
        overdue = []
        for path, since in self._filing.missing().items():
            if since > self._now:  # the clock was set back
                self._filing.miss(path)
            if since + GRACE <= self._now:
                overdue.append(path)
            else:
                self._gathered.later(min(since, self._now) + GRACE)
        for path in overdue:
            self._filing.forget(path)
        if overdue and not self._writer.any_file() and not self._filing.took:
            self._refuse()

    def _refuse(self) -> None:
        if not self._allow_empty:
            raise ContentMissing(
                f"{self._settings.content}: holds no posts any more, is it mounted? Nothing was removed "
                "(if they were all deleted on purpose: feedsvc build --allow-empty)"
            )
