"""Which documents are served under their own addresses: all of them, or those of which that may have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from feedsvc.catalogue import Reader
from feedsvc.model import FILENAMES, FeedFacts, Term
from feedsvc.particulars import elsewhere
from feedsvc.plan import gone_at
from feedsvc.rules import Served
from feedsvc.uris import feed_path, read_path


def every(reader: Reader, served: Served, now: float) -> dict[str, bool]:
    """Every document there is, by address, and whether it is served there: not gone, not moved away."""
    found = dict.fromkeys((address for address, _ in reader.etags(reader.generation)), True)
    return found | _not_here(reader, served, now, reader.feeds())


def since(reader: Reader, served: Served, generation: int, now: float) -> dict[str, bool]:
    """The same of documents that changed after ``generation``, or that came, went or moved with it or with time."""
    found = dict.fromkeys(reader.addresses_since(generation), True)
    terms = {place[0] for address in found if (place := read_path(address))}
    terms.update(old for old, _ in served.moved)
    facts = {each: known for each in terms if (known := reader.feed(each))} | {
        each.term: each for each in reader.empty_feeds()
    }
    return found | _not_here(reader, served, now, facts.values())


def here(reader: Reader, served: Served, term: Term, now: float) -> bool:
    """Whether a feed's page is served under its own address."""
    facts = reader.feed(term)
    return (
        facts is not None and gone_at(term, facts, served) > now and not elsewhere(term, "", served, known=reader.feed)
    )


def _not_here(reader: Reader, served: Served, now: float, feeds: Iterable[FeedFacts]) -> dict[str, bool]:
    """The addresses that a server answers with 410, or with a redirect to another."""
    return dict.fromkeys(_away(reader, served, now, feeds), False)


def _away(reader: Reader, served: Served, now: float, feeds: Iterable[FeedFacts]) -> Iterator[str]:
    for facts in feeds:
        gone = gone_at(facts.term, facts, served) <= now
        for filename in FILENAMES.values():
            if gone or elsewhere(facts.term, filename, served, known=reader.feed):
                yield feed_path(facts.term, filename)
