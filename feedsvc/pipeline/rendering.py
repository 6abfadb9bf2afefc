"""Documents of feeds: entries rendered once for all that hold them, spliced, and published where they differ."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feedsvc.catalogue import Filed, Packer, Reader, Rendered, Written, pack_rendered, unpack_rendered
from feedsvc.entries import Entries
from feedsvc.model import FILENAMES, FORMATS, Content, Document, EntryKeys, Feed, Format, Problem, Term
from feedsvc.publish import publish
from feedsvc.render import RenderRules, frame, splice
from feedsvc.uris import feed_path

AT_HAND = 8 * 2**20  # bytes of packed entries that are kept in memory: what was made lately and is not stored yet
TOGETHER = 64  # entries that are made in one go: a fifth faster than one by one


@dataclass(frozen=True, slots=True)
class Job:
    """A feed whose documents are to be made, with its entries, newest first, and the form it carries them in; whether
    it has ``older`` ones.
    """

    feed: Feed
    entries: EntryKeys
    content: Content
    older: bool


@dataclass(slots=True)
class Printed:
    """Documents that differ, the entries they need that are not stored, packed, and what could not be rendered;
    when each feed was updated.

    ``made`` counts the documents that were made, ``written`` those that differ.
    """

    documents: list[Written] = field(default_factory=list)
    entries: dict[bytes, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    updated: dict[Term, datetime] = field(default_factory=dict)
    made: int = 0
    written: int = 0

    def take(self, other: Printed) -> None:
        """Add another."""
        self.documents += other.documents
        self.entries |= other.entries
        self.problems += other.problems
        self.updated |= other.updated
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
        self._entries = Entries(reader, rules, staged)
        self._packer = Packer()
        self._at_hand: OrderedDict[bytes, bytes] = OrderedDict()
        self._held = 0

    def print(self, jobs: Sequence[Job]) -> Printed:
        """The documents of these feeds that differ from those of the generation."""
        printed = Printed(updated={job.feed.term: job.feed.updated for job in jobs})
        work = [(job, previous) for job in jobs if (previous := self._previous(job)) is not None]
        entries = self._gather([job for job, _ in work], printed)
        for format_ in FORMATS:
            for job, previous in work:
                self._make(job, format_, entries, previous[format_], printed)
        return printed

    def _previous(self, job: Job) -> dict[Format, Document | None] | None:
        """The feed's documents as they are; None where they hold just the entries that are wanted."""
        if not self._generation:
            return dict.fromkeys(FORMATS)
        addresses = {format_: feed_path(job.feed.term, FILENAMES[format_]) for format_ in FORMATS}
        found = {each: self._reader.validators(address, self._generation) for each, address in addresses.items()}
        # a document without entries also tells since when it is empty
        same = all(
            each is not None and (each.entries, each.older) == (job.entries, job.older) for each in found.values()
        )
        return None if same and job.entries and not self._again else found

    def _make(
        self,
        job: Job,
        format_: Format,
        entries: Mapping[bytes, Rendered],
        previous: Document | None,
        printed: Printed,
    ) -> None:
        keys = tuple(key for key in job.entries if key[1] in entries)
        parts = [entries[version][format_] for _, version in keys]
        around = frame(job.feed, format_, self._rules, parts)
        body = splice(around, parts)
        address = feed_path(job.feed.term, FILENAMES[format_])
        document = publish(job.feed.term, format_, address, body, keys, previous=previous, now=self._now)
        printed.made += 1
        printed.written += document is not previous
        if document is not previous or (document.entries, document.older) != (keys, job.older):
            # other entries may give the same bytes
            printed.documents.append(
                Written(address, document.term, format_, document.etag, document.modified, keys, around, job.older)
            )

    def _gather(self, jobs: Sequence[Job], printed: Printed) -> dict[bytes, Rendered]:
        """The entries of all these feeds, by key: those at hand, those stored, and the rest made now."""
        wanted = {key: (number, job.content) for job in jobs for number, key in job.entries}
        packed = {key: held for key in wanted if (held := self._at_hand.get(key))}
        packed |= self._reader.packed_entries([key for key in wanted if key not in packed])
        gathered = {key: unpack_rendered(self._packer.unpack(each)) for key, each in packed.items()}
        for content in dict.fromkeys(content for _, content in wanted.values()):
            missing = [number for key, (number, form) in wanted.items() if form == content and key not in gathered]
            for start in range(0, len(missing), TOGETHER):
                made = self._entries.render(missing[start : start + TOGETHER], FORMATS, content, printed.problems)
                new = {key: self._packer.pack(pack_rendered(each)) for key, each in made.items()}
                printed.entries |= new
                packed |= new
                gathered |= made
        for key, each in packed.items():
            self._hold(key, each)
        return gathered

    def _hold(self, version: bytes, packed: bytes) -> None:
        self._held += len(packed) - len(self._at_hand.pop(version, b""))
        self._at_hand[version] = packed
        while self._held > AT_HAND:
            _, dropped = self._at_hand.popitem(last=False)
            self._held -= len(dropped)
