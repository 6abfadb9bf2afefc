"""rebuild(): the only writer, and the whole flow: scan | parse | file | plan | render | publish."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from feedsvc.catalogue import Draft, Reader, Writer
from feedsvc.config import Settings
from feedsvc.model import Report, Term
from feedsvc.pipeline.gathering import Gathered, Gatherer
from feedsvc.pipeline.pool import Pool
from feedsvc.pipeline.progress import Progress, silent
from feedsvc.pipeline.rendering import Job, Printed, Printer
from feedsvc.plan import Slot, feed, merge, reach, terms_of, window
from feedsvc.render import RECIPE, RenderRules

BATCH = 40  # feeds a process renders at a time
TOGETHER = 2_000  # entries that are stored in one transaction
ALONE = 60  # feeds up to which starting other processes does not pay


def rebuild(
    writer: Writer,
    settings: Settings,
    now: float,
    *,
    paths: frozenset[str] | None = None,
    allow_empty: bool = False,
    progress: Progress = silent,
) -> Report:
    """Find out what changed in the folder, or at ``paths`` of it, and publish what follows from it.

    Idempotent: where nothing changed nothing is written. ``now`` in epoch seconds. Raises ContentMissing where the
    folder is not what it was, CatalogueError where the catalogue cannot be written: the last generation stays.
    """
    recipe = blake2b(settings.digest + RECIPE.encode(), digest_size=16).digest()
    again = writer.recipe() != recipe
    writer.distrust(recipe)
    with Pool(settings.processes) as pool:
        gatherer = Gatherer(writer, settings, recipe, now, pool, progress, allow_empty=allow_empty)
        gathered = gatherer.gather(None if again else paths)
        touched = writer.all_terms() if again else writer.touched()
        terms = sorted({*touched, *gathered.draft.touched})
        printed = Printed()
        if terms or writer.served != settings.served:
            press = _Press(writer, settings, now, pool, progress, again=again)
            printed = press.publish(gathered.draft, terms, recipe)
        elif gathered.draft:
            writer.commit(gathered.draft, now)
    return _report(writer, gathered, terms, printed)


def _updated(jobs: Iterable[Job]) -> dict[Term, datetime]:
    return {job.feed.term: job.feed.updated for job in jobs}


def _report(writer: Writer, gathered: Gathered, terms: Sequence[Term], printed: Printed) -> Report:
    settling = gathered.look_again is not None
    gathered.later(writer.next_due())
    return Report(
        generation=writer.generation,
        files=gathered.files,
        read=gathered.read,
        added=gathered.added,
        changed=gathered.changed,
        removed=gathered.removed,
        posts=writer.count_posts(),
        feeds=len(terms),
        rendered=printed.made,
        written=printed.written,
        problems=writer.problems(),
        look_again=gathered.look_again,
        unsettled=tuple(gathered.unsettled),
        settling=settling,
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """Rendering in a process of its own: all it needs to know."""

    state: Path
    rules: RenderRules
    generation: int
    now: int
    again: bool

    def __call__(self, jobs: Sequence[Job]) -> Printed:
        return _printer(self).print(jobs)


@lru_cache(maxsize=1)
def _printer(work: _Work) -> Printer:
    """A process keeps its connection, and the entries it rendered, from batch to batch."""
    return Printer(Reader(work.state), work.rules, work.generation, work.now, again=work.again)


class _Press:
    """Makes the documents of feeds and publishes them as the next generation."""

    def __init__(
        self, writer: Writer, settings: Settings, now: float, pool: Pool, progress: Progress, *, again: bool
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._now = now
        self._pool = pool
        self._progress = progress
        self._work = _Work(
            settings.state,
            RenderRules(settings.feeds.url, settings.feeds.full_content, settings.site.authors),
            writer.generation,
            math.floor(now),
            again,
        )

    def publish(self, draft: Draft, terms: Sequence[Term], recipe: bytes) -> Printed:
        """Publish a draft and the documents of all feeds that ``terms`` name."""
        alone = len(terms) <= ALONE
        if not alone:
            self._writer.commit(draft, self._now)  # for other processes to see
            draft = Draft()
        jobs = self._plan(draft, terms)
        printed = self._render_here(jobs, draft) if alone else self._render_elsewhere(jobs)
        for problem in printed.problems:
            known = draft.problems.get(problem.path, self._writer.problems_at(problem.path))
            draft.problems[problem.path] = (*(each for each in known if each.code != problem.code), problem)
        self._writer.publish(
            draft,
            printed.documents if alone else (),
            printed.entries if alone else {},
            _updated(jobs),
            recipe=recipe,
            served=self._settings.served,
            now=self._now,
        )
        return printed

    def _plan(self, draft: Draft, terms: Sequence[Term]) -> list[Job]:
        staged: dict[Term, list[Slot]] = {}
        for filed in filter(None, draft.posts.values()):
            slot = Slot(filed.published, filed.tie, filed.number, filed.version, filed.updated.isoformat())
            for term in terms_of(filed.post.terms) if filed.live else ():
                staged.setdefault(term, []).append(slot)
        return [self._job(term, staged.get(term, ()), draft) for term in terms]

    def _job(self, term: Term, staged: Sequence[Slot], draft: Draft) -> Job:
        site, rules = self._settings.site, self._settings.feeds
        stored = [Slot(*row) for row in self._writer.slots(term, reach(rules, len(draft.posts)))]
        slots = window(merge(stored, staged, draft.posts.keys()), rules)
        emptied = None if slots else self._emptied(term)
        return Job(feed(term, slots, site, rules, emptied), tuple((slot.number, slot.version) for slot in slots))

    def _emptied(self, term: Term) -> datetime:
        facts = self._writer.feed(term)
        known = facts.emptied if facts and facts.emptied else None
        return known or datetime.fromtimestamp(math.floor(self._now), UTC)

    def _render_here(self, jobs: Sequence[Job], draft: Draft) -> Printed:
        staged = {number: filed for number, filed in draft.posts.items() if filed}
        work = self._work
        printer = Printer(self._writer, work.rules, work.generation, work.now, again=work.again, staged=staged)
        return printer.print(jobs)

    def _store(self, printed: Printed) -> None:
        """Write what was printed so far, so that it need not be kept."""
        self._writer.store(printed.documents, printed.entries, self._work.generation + 1)
        printed.documents, printed.entries = [], {}

    def _render_elsewhere(self, jobs: Sequence[Job]) -> Printed:
        """Store documents as they come, unseen until the generation is published; only their number is kept."""
        printed, done = Printed(), 0
        # Feeds with the same newest posts come together: entries are rendered once for all of them.
        ordered = sorted(jobs, key=lambda job: job.entries[:1], reverse=True)
        try:
            for some in self._pool.each(self._work, ordered, batch=BATCH, alone=0):
                printed.take(some)
                if len(printed.entries) >= TOGETHER:
                    self._store(printed)
                done = min(done + BATCH, len(jobs))
                self._progress("rendering", done, len(jobs))
            self._store(printed)
        finally:
            _printer.cache_clear()
        return printed


def survey(
    writer: Writer,
    settings: Settings,
    now: float,
    progress: Progress = silent,
    *,
    paths: frozenset[str] | None = None,
) -> Report:
    """Read the folder, or ``paths`` of it, without making documents: for what is wrong with its posts."""
    with Pool(settings.processes) as pool:
        gathered = Gatherer(writer, settings, b"", now, pool, progress).gather(paths)
    writer.commit(gathered.draft, now)
    return _report(writer, gathered, (), Printed())
