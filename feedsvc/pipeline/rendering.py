"""Documents of feeds: entries rendered once for all that hold them, spliced, and published where they differ."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from feedsvc.catalogue import Filed, Packer, Reader, Rendered, Written, pack_rendered
from feedsvc.exceptions import RenderError
from feedsvc.markup import to_html
from feedsvc.model import FILENAMES, FORMATS, Document, Entry, EntryKeys, Feed, Format, Problem
from feedsvc.publish import publish
from feedsvc.render import RenderRules, entry, frame, splice
from feedsvc.uris import feed_path

AT_HAND = 64 * 2**20  # bytes of rendered entries that are kept in memory


@dataclass(frozen=True, slots=True)
class Job:
    """A feed whose documents are to be made, with its entries, newest first."""

    feed: Feed
    entries: EntryKeys


@dataclass(slots=True)
class Printed:
    """Documents that differ, the entries they need that are not stored, packed, and what could not be rendered.

    ``made`` counts the documents that were made, ``written`` those that differ.
    """

    documents: list[Written] = field(default_factory=list)
    entries: dict[bytes, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    made: int = 0
    written: int = 0

    def count(self, other: Printed) -> None:
        """Add up another, without its documents and entries."""
        self.problems += other.problems
        self.made += other.made
        self.written += other.written


class Printer:
    """Makes documents from a catalogue at ``generation``; ``staged`` posts are not in it yet. ``now`` in epoch seconds.

    ``again`` makes also those whose entries are the same: other settings may show in them.
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
        self._packer = Packer()
        self._at_hand: OrderedDict[bytes, Rendered] = OrderedDict()
        self._held = 0

    def print(self, jobs: Sequence[Job]) -> Printed:
        """The documents of these feeds that differ from those of the generation."""
        printed = Printed()
        for job in jobs:
            previous = {format_: self._previous(job, format_) for format_ in FORMATS}
            if self._again or not all(_holds(document, job) for document in previous.values()):
                entries = self._gather(job, printed)
                for format_ in FORMATS:
                    self._make(job, format_, entries, previous[format_], printed)
        return printed

    def _previous(self, job: Job, format_: Format) -> Document | None:
        if not self._generation:
            return None
        return self._reader.validators(feed_path(job.feed.term, FILENAMES[format_]), self._generation)

    def _make(
        self,
        job: Job,
        format_: Format,
        entries: Mapping[tuple[int, bytes], Rendered],
        previous: Document | None,
        printed: Printed,
    ) -> None:
        around = frame(job.feed, format_, self._rules)
        body = splice(around, [rendered[format_] for rendered in entries.values()])
        address = feed_path(job.feed.term, FILENAMES[format_])
        keys = tuple(entries)
        document = publish(job.feed.term, format_, address, body, keys, previous=previous, now=self._now)
        printed.made += 1
        printed.written += document is not previous
        if document is not previous or document.entries != keys:  # other entries may give the same bytes
            printed.documents.append(
                Written(address, document.term, format_, document.etag, document.modified, keys, around)
            )

    def _gather(self, job: Job, printed: Printed) -> dict[tuple[int, bytes], Rendered]:
        gathered = {}
        for number, version in job.entries:
            rendered = self._at_hand.get(version) or self._reader.entry(version)
            if rendered is None:
                filed = self._filed(number)
                try:
                    rendered = self._render(filed)
                except RenderError as error:
                    printed.problems.append(Problem(filed.post.path, 1, "not-rendered", str(error)))
                    continue
                printed.entries[version] = self._packer.pack(pack_rendered(rendered))
            self._hold(version, rendered)
            gathered[number, version] = rendered
        return gathered

    def _render(self, filed: Filed) -> Rendered:
        post = filed.post
        packed = filed.packed
        body = self._packer.unpack(packed).decode() if packed is not None else self._reader.body(filed.number)
        whole = Entry(
            number=filed.number,
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

    def _hold(self, version: bytes, rendered: Rendered) -> None:
        if version in self._at_hand:
            self._at_hand.move_to_end(version)
            return
        self._at_hand[version] = rendered
        self._held += sum(map(len, rendered.values()))
        while self._held > AT_HAND:
            _, dropped = self._at_hand.popitem(last=False)
            self._held -= sum(map(len, dropped.values()))


def _holds(document: Document | None, job: Job) -> bool:
    """Whether a document holds just the entries that are wanted. An empty one also tells since when it is empty."""
    return document is not None and bool(job.entries) and document.entries == job.entries
