"""rebuild(): the only writer, and the whole flow: scan | parse | file | plan | render | publish."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from feedsvc.builds import TOLD, Report
from feedsvc.catalogue import Draft, Filed, Inquiry, Writer
from feedsvc.config import Settings, templates
from feedsvc.model import Term
from feedsvc.particulars import own
from feedsvc.pipeline.gathering import Gathered, Gatherer
from feedsvc.pipeline.planning import Planner
from feedsvc.pipeline.pool import Helpers, Pool, forked
from feedsvc.pipeline.progress import Progress, silent
from feedsvc.pipeline.rendering import Printed, Printer
from feedsvc.render import RECIPE, RenderRules
from feedsvc.rules import FeedRules, FeedTables, Site

BATCH, AHEAD = 20, 8  # feeds a process renders at a time, and how many such batches are under way
TOGETHER = 2_000  # entries that are stored in one transaction
ALONE = 60  # feeds up to which starting other processes does not pay


def rebuild(
    writer: Writer,
    settings: Settings,
    now: float,
    *,
    paths: frozenset[str] | None = None,
    allow_empty: bool = False,
    polite: bool = False,
    helpers: Helpers | None = None,
    progress: Progress = silent,
) -> Report:
    """Find out what changed in the folder, or at ``paths`` of it, and publish what follows from it.

    Idempotent: where nothing changed nothing is written. ``now`` in epoch seconds; ``polite`` lets a server beside it
    go first. ``helpers`` are ended with it. Raises ContentMissing where the folder is not what it was, CatalogueError
    where the catalogue cannot be written: the last generation stays.
    """
    recipe = _recipe(settings)
    anew = writer.recipe() != recipe
    writer.distrust(recipe)
    fingerprint = templates.fingerprint(settings.templates)
    everywhere = writer.distrust_templated(fingerprint) or anew
    with Pool(settings.processes, polite=polite, helpers=helpers) as pool:
        gathered = Gatherer(writer, settings, recipe, fingerprint, now, pool, progress, allow_empty=allow_empty).gather(
            None if everywhere else paths
        )
        resettled = writer.all_terms() if anew else _resettled(writer, settings.feeds.tables)
        terms = sorted({*writer.touched(), *resettled, *gathered.draft.touched})
        printed = Printed()
        if terms or writer.served != settings.served:
            press = _Press(writer, settings, now, pool, progress, again=bool(resettled))
            printed = press.publish(gathered.draft, terms, recipe)
        elif gathered.draft:
            writer.commit(gathered.draft, now)
    return _report(writer, gathered, terms, printed)


def helpers(settings: Settings) -> Helpers | None:
    """Processes for the first rebuild, which have imported what it takes, if they may be ``forked``."""
    return forked(settings.processes)


def _recipe(settings: Settings) -> bytes:
    """Stands for all that every document depends on beside posts: settings and renderer."""
    return blake2b(settings.digest + RECIPE.encode(), digest_size=16).digest()


def _resettled(writer: Writer, tables: FeedTables) -> list[Term]:
    """The feeds of which other things hold than when they were published."""
    before = writer.served.feeds.tables if writer.served else tables
    if before == tables:
        return []
    return [term for term in writer.all_terms() if own(term, before) != own(term, tables)]


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
        problems=writer.problems(TOLD),
        problem_count=writer.count_problems(),
        look_again=gathered.look_again,
        unsettled=tuple(gathered.unsettled),
        settling=settling,
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """Planning and rendering feeds, in whichever process: all there is to know."""

    state: Path
    site: Site
    feeds: FeedRules
    generation: int
    now: int
    again: bool

    def __call__(self, terms: Sequence[Term]) -> Printed:
        planner, printer = _tools(self)
        return printer.print([planner.job(term) for term in terms])

    def tools(self, reader: Inquiry, staged: Mapping[int, Filed | None]) -> tuple[Planner, Printer]:
        """What does the work, from a catalogue and posts that are not in it yet."""
        rules = RenderRules(self.feeds.url, authors=self.site.authors, podcast=self.feeds.podcast)
        posts = {number: filed for number, filed in staged.items() if filed}
        printer = Printer(reader, rules, self.generation, self.now, again=self.again, staged=posts)
        return Planner(reader, self.site, self.feeds, self.now, staged), printer


@lru_cache(maxsize=1)
def _tools(work: _Work) -> tuple[Planner, Printer]:
    """A process keeps its connection, and the entries it rendered, from batch to batch."""
    return work.tools(Inquiry(work.state), {})


class _Press:
    """Makes the documents of feeds and publishes them as the next generation."""

    def __init__(
        self, writer: Writer, settings: Settings, now: float, pool: Pool, progress: Progress, *, again: bool
    ) -> None:
        self._writer = writer
        self._served = settings.served
        self._now = now
        self._pool = pool
        self._progress = progress
        self._work = _Work(settings.state, settings.site, settings.feeds, writer.generation, math.floor(now), again)

    def publish(self, draft: Draft, terms: Sequence[Term], recipe: bytes) -> Printed:
        """Publish a draft and the documents of all feeds that ``terms`` name."""
        if len(terms) > ALONE:
            self._writer.commit(draft, self._now)  # for other processes to see
            draft = Draft()
        self._writer.place(self._now)
        if len(terms) > ALONE:
            printed = self._print_elsewhere(terms)
        else:
            planner, printer = self._work.tools(self._writer, draft.posts)
            printed = printer.print([planner.job(term) for term in terms])
        for problem in printed.problems:
            known = draft.problems.get(problem.path, self._writer.problems_where("path = ?", problem.path))
            draft.problems[problem.path] = (*(each for each in known if each.code != problem.code), problem)
        self._writer.publish(
            draft,
            printed.documents,
            printed.entries,
            printed.updated,
            recipe=recipe,
            served=self._served,
            now=self._now,
        )
        return printed

    def _print_elsewhere(self, terms: Sequence[Term]) -> Printed:
        """Store documents as they come, unseen until the generation is published; the last are left to that."""
        printed, done = Printed(), 0
        # Feeds with the same newest post come together: entries are rendered once for all of them.
        ordered = self._writer.together(terms)
        try:
            for some in self._pool.each(self._work, ordered, batch=BATCH, alone=0, ahead=AHEAD):
                printed.take(some)
                if len(printed.entries) >= TOGETHER:
                    self._writer.store(printed.documents, printed.entries, self._work.generation + 1)
                    printed.documents, printed.entries = [], {}
                done = min(done + BATCH, len(terms))
                self._progress("rendering", done, len(terms))
        finally:
            _tools.cache_clear()
        return printed


def survey(
    writer: Writer,
    settings: Settings,
    now: float,
    progress: Progress = silent,
    *,
    paths: frozenset[str] | None = None,
) -> Report:
    """Read the folder, or ``paths`` of it, without making documents; feeds that change are owed to a rebuild."""
    recipe = _recipe(settings)
    writer.distrust(recipe)
    fingerprint = templates.fingerprint(settings.templates)
    everywhere = writer.distrust_templated(fingerprint)
    with Pool(settings.processes) as pool:
        gathered = Gatherer(writer, settings, recipe, fingerprint, now, pool, progress).gather(
            None if everywhere else paths
        )
    writer.commit(gathered.draft, now)
    return _report(writer, gathered, (), Printed())
