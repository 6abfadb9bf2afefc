"""Which feeds a change touches, what each feed holds, and what it says of itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf

from feedsvc.model import FILENAMES, FORMATS, SITE, Content, Feed, FeedFacts, Term
from feedsvc.particulars import particulars
from feedsvc.rules import FeedRules, Particulars, Served, Site
from feedsvc.uris import Bound, archive_path, feed_name, feed_path, mark, page_path

_SECOND = 1_000_000  # microseconds
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # of feeds that never held anything: earlier dates look like mistakes


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A post's place in a feed. Sorts as feeds do, oldest first: by instant (microseconds), then ``tie``.

    ``version``, ``updated`` (ISO 8601) and ``id`` are the entry's.
    """

    published: int
    tie: str
    number: int
    version: bytes
    updated: str
    id: str

    @property
    def bound(self) -> Bound:
        """What comes after this post in its feed, and nothing else."""
        return Bound(self.published, mark(self.id))


def rules_of(about: Particulars, rules: FeedRules) -> FeedRules:
    """The rules with what one feed has of its own."""
    if about.limit is None:
        return rules
    return replace(rules, limit=about.limit, most=max(rules.most, about.limit))


def content_of(about: Particulars | None, rules: FeedRules) -> Content:
    """The form in which a feed, or a selection of posts, carries its entries."""
    return (about and about.content) or ("full" if rules.full_content else "summary")


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
    since = newest[0].published - rules.window * _SECOND
    return tuple(slot for place, slot in enumerate(newest) if place < rules.limit or slot.published >= since)


def reach(rules: FeedRules, set_aside: int) -> int:
    """How many of a feed's stored slots are enough for its window when ``set_aside`` of them do not count.

    And for telling whether there are others before it.
    """
    return max(rules.limit, rules.most if rules.window else 0) + set_aside + 1


def merge(stored: Sequence[Slot], staged: Collection[Slot], replaced: Collection[int]) -> list[Slot]:
    """A feed's slots as they will be: ``staged`` ones take the place of those ``replaced``."""
    return [slot for slot in stored if slot.number not in replaced] + list(staged)


def period(slots: Sequence[Slot], most: int) -> tuple[tuple[Slot, ...], Bound | None]:
    """The part of a feed's history that the newest of ``slots`` belongs to, and where the part before it ends.

    The longest calendar period with at most ``most`` of them: so what a part holds depends on that part alone.
    ``slots`` are newest first, one more than ``most`` if there are; None where nothing comes before the part.
    """
    if not slots:
        return (), None
    more = len(slots) > most
    for start in _starts(slots[0].published):
        if not more or slots[most].published < start:
            held = tuple(slot for slot in slots if slot.published >= start)
            return held, Bound(start) if len(held) < len(slots) else None
    return tuple(slots[:most]), slots[most - 1].bound  # so many in one second


def _starts(instant: int) -> Iterator[int]:
    """When the calendar periods began that an instant lies in, the longest first; microseconds, in UTC."""
    day = datetime.fromtimestamp(instant // _SECOND, UTC).replace(hour=0, minute=0, second=0)
    month = day.replace(day=1)
    for start in (
        month.replace(month=1),
        month.replace(month=(day.month - 1) // 3 * 3 + 1),
        month,
        day.replace(day=min((day.day - 1) // 10, 2) * 10 + 1),
        day,
    ):
        yield int(start.timestamp()) * _SECOND
    for seconds in (6 * 3600, 3600, 600, 60, 10, 1):
        yield instant - instant % (seconds * _SECOND)


def feed(
    term: Term, slots: Sequence[Slot], site: Site, rules: FeedRules, emptied: datetime | None, *, older: bool
) -> Feed:
    """What a feed says of itself; ``emptied`` dates one that has no entries, ``older`` tells of posts before them."""
    addresses = tuple((format_, rules.url + feed_path(term, FILENAMES[format_])) for format_ in FORMATS)
    dates = [datetime.fromisoformat(slot.updated) for slot in slots]
    page, before = page_path(term), slots[-1].bound if older and slots else None
    about = particulars(term, site, rules.tables)
    return Feed(
        term=term,
        id=rules.url + page_path(term),
        title=about.title,
        description=about.description or site.title,
        language=about.language,
        home=f"{site.root}/" if term == SITE else rules.url + page_path(term),
        urls=addresses,
        updated=max(dates, default=emptied or _LONG_AGO),
        authors=site.authors,
        hubs=rules.hubs,
        previous=tuple((format_, rules.url + archive_path(page, before, FILENAMES[format_])) for format_ in FORMATS)
        if before
        else (),
        image=about.image,
    )


def gone_at(term: Term, facts: FeedFacts | None, served: Served) -> float:
    """From when on a feed is gone for good, in epoch seconds: at once if so configured, infinity if it is not to go."""
    if feed_name(term) in served.gone:
        return -inf
    if facts is None or facts.entries or facts.emptied is None or term == SITE:
        return inf
    return facts.emptied.timestamp() + served.feeds.gone_after
