"""Documents of feeds: entries rendered once, taken from where they were rendered before, spliced and published."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from feedsvc.catalogue import Filed, Reader, Written, pack_parts
from feedsvc.exceptions import RenderError
from feedsvc.markup import to_html
from feedsvc.model import FILENAMES, FORMATS, Document, Entry, Feed, Format, Problem
from feedsvc.publish import publish
from feedsvc.render import RenderRules, assemble, entry
from feedsvc.uris import feed_path

FRAGMENT_BYTES = 64 * 2**20  # of rendered entries kept at hand

Fragment = dict[Format, bytes]


@dataclass(frozen=True, slots=True)
class Job:
    """A feed whose documents are to be made, with its entries' numbers and versions, newest first."""

    feed: Feed
    entries: tuple[tuple[int, bytes], ...]


@dataclass(slots=True)
class Rendered:
    """Documents whose bytes are new, entries that could not be rendered, and how many documents were made."""

    documents: list[Written] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    made: int = 0
    written: int = 0

    def add(self, other: Rendered) -> None:
        """Count another's documents, without keeping them."""
        self.problems += other.problems
        self.made += other.made
        self.written += other.written


class Renderer:
    """Makes documents from a catalogue at ``generation``. Entries of ``staged`` posts are not in it yet.

    ``again`` says that documents of earlier generations were made by other rules: none of their parts is used.
    ``now`` in epoch seconds.
    """

    def __init__(
        self,
        reader: Reader,
        rules: RenderRules,
        generation: int,
        now: int,
        *,
        again: bool,
        staged: Mapping[int, Filed] | None = None,
    ) -> None:
        self._reader = reader
        self._rules = rules
        self._generation = generation
        self._now = now
        self._again = again
        self._staged = staged or {}
        self._fragments: OrderedDict[tuple[int, bytes], Fragment] = OrderedDict()
        self._held = 0

    def render(self, jobs: Sequence[Job]) -> Rendered:
        """The documents of these feeds that differ from those of the generation."""
        rendered = Rendered()
        for job in jobs:
            previous = {format_: self._previous(job, format_) for format_ in FORMATS}
            if not self._again and all(_holds(document, job) for document in previous.values()):
                continue
            self._reuse(job, previous)
            fragments = self._gather(job, rendered)
            for format_ in FORMATS:
                self._make(job, format_, fragments, previous[format_], rendered)
        return rendered

    def _previous(self, job: Job, format_: Format) -> Document | None:
        return self._reader.validators(feed_path(job.feed.term, FILENAMES[format_]), self._generation)

    def _reuse(self, job: Job, previous: Mapping[Format, Document | None]) -> None:
        """Take entries that have not changed out of the documents that hold them."""
        wanted = {key for key in job.entries if key not in self._fragments}
        if self._again or not wanted:
            return
        found: dict[tuple[int, bytes], Fragment] = {}
        for format_, document in previous.items():
            held = [part for part in document.parts if (part.number, part.version) in wanted] if document else []
            if not held or document is None:
                return
            body = self._reader.document_body(document.address, self._generation)
            for part in held:
                found.setdefault((part.number, part.version), {})[format_] = body[part.start : part.end]
        for key, fragment in found.items():
            if len(fragment) == len(FORMATS):
                self._hold(key, fragment)

    def _gather(self, job: Job, rendered: Rendered) -> dict[tuple[int, bytes], Fragment]:
        fragments = {}
        for key in job.entries:
            fragment = self._fragments.get(key)
            if fragment is None:
                try:
                    fragment = self._render(key[0])
                except RenderError as error:
                    rendered.problems.append(Problem(self._filed(key[0]).post.path, 1, "not-rendered", str(error)))
                    continue
                self._hold(key, fragment)
            else:
                self._fragments.move_to_end(key)
            fragments[key] = fragment
        return fragments

    def _make(
        self,
        job: Job,
        format_: Format,
        fragments: Mapping[tuple[int, bytes], Fragment],
        previous: Document | None,
        rendered: Rendered,
    ) -> None:
        parts = [(*key, fragment[format_]) for key, fragment in fragments.items()]
        body, places = assemble(job.feed, format_, parts, self._rules)
        address = feed_path(job.feed.term, FILENAMES[format_])
        document = publish(job.feed.term, format_, address, body, places, previous=previous, now=self._now)
        rendered.made += 1
        if document is not previous:
            rendered.written += 1
            packed = self._reader.packer.pack(body)
            rendered.documents.append(
                Written(address, document.term, format_, document.etag, document.modified, packed, pack_parts(places))
            )

    def _render(self, number: int) -> Fragment:
        filed = self._filed(number)
        post = filed.post
        packed = filed.packed
        body = self._reader.packer.unpack(packed).decode() if packed is not None else self._reader.body(number)
        whole = Entry(
            number=number,
            version=filed.version,
            id=filed.id,
            url=post.url,
            title=post.title,
            published=post.published,
            updated=filed.updated,
            terms=post.terms,
            authors=post.authors,
            summary=post.summary,
            html=to_html(body, post.markup, post.url),
        )
        return {format_: entry(whole, format_, self._rules) for format_ in FORMATS}

    def _filed(self, number: int) -> Filed:
        staged = self._staged.get(number)
        return staged if staged is not None else self._reader.posts([number])[number]

    def _hold(self, key: tuple[int, bytes], fragment: Fragment) -> None:
        self._fragments[key] = fragment
        self._held += sum(map(len, fragment.values()))
        while self._held > FRAGMENT_BYTES:
            _, dropped = self._fragments.popitem(last=False)
            self._held -= sum(map(len, dropped.values()))


def _holds(document: Document | None, job: Job) -> bool:
    """Whether a document holds just the entries that are wanted. An empty one also tells since when it is empty."""
    if document is None or not job.entries:
        return False
    return tuple((part.number, part.version) for part in document.parts) == job.entries
