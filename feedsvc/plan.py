"""Which feeds a change touches, what each feed holds, and what it says of itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf

from feedsvc.model import FILENAMES, FORMATS, SITE, Feed, FeedFacts, FeedRules, Served, Site, Term
from feedsvc.terms import feed_title
from feedsvc.uris import feed_path, page_path


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A post's place in a feed. Sorts as feeds do, oldest first: by instant (microseconds), then ``tie``.

    ``version`` and ``updated`` (ISO 8601) are the entry's.
    """

    published: int
    tie: str
    number: int
    version: bytes
    updated: str


def terms_of(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The feeds that pick up a post with these terms: the site's, and one each."""
    return (SITE, *terms)


def window(slots: Iterable[Slot], rules: FeedRules) -> tuple[Slot, ...]:
    """What a feed's document holds, newest first.

    The newest ``limit``, and beyond them all within ``window`` seconds before the newest, up to ``most``.
    """
    newest = sorted(slots, reverse=True)[: max(rules.limit, rules.most)]
    if not newest or not rules.window:
        return tuple(newest[: rules.limit])
    since = newest[0].published - rules.window * 1_000_000
    return tuple(slot for place, slot in enumerate(newest) if place < rules.limit or slot.published >= since)


def reach(rules: FeedRules, set_aside: int) -> int:
    """How many of a feed's stored slots are enough for its window when ``set_aside`` of them do not count."""
    return max(rules.limit, rules.most if rules.window else 0) + set_aside


def merge(stored: Sequence[Slot], staged: Collection[Slot], replaced: Collection[int]) -> list[Slot]:
    """A feed's slots as they will be: ``staged`` ones take the place of those ``replaced``."""
    return [slot for slot in stored if slot.number not in replaced] + list(staged)


def feed(term: Term, slots: Sequence[Slot], site: Site, rules: FeedRules, emptied: datetime | None) -> Feed:
    """What a feed says of itself; ``emptied`` dates one that has no entries."""
    addresses = tuple((format_, rules.url + feed_path(term, FILENAMES[format_])) for format_ in FORMATS)
    dates = [datetime.fromisoformat(slot.updated) for slot in slots]
    return Feed(
        term=term,
        id=rules.url + page_path(term),
        title=feed_title(term, site.title),
        description=site.description or site.title,
        language=site.language,
        home=f"{site.url}{site.baseurl}/" if term == SITE else rules.url + page_path(term),
        urls=addresses,
        updated=max(dates, default=emptied or datetime.fromtimestamp(0, UTC)),
        authors=site.authors,
        hubs=rules.hubs,
    )


def gone_at(term: Term, facts: FeedFacts | None, served: Served) -> float:
    """From when on a feed is gone for good, in epoch seconds: at once if so configured, infinity if it is not to go."""
    if f"{term.scheme}/{term.name}" in served.gone:
        return -inf
    if facts is None or facts.entries or facts.emptied is None or term == SITE:
        return inf
    return facts.emptied.timestamp() + served.gone_after
