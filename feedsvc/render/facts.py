"""What every format says of an entry and of a feed alike, and the settings that decide it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from feedsvc.markup import text
from feedsvc.media import Podcast
from feedsvc.model import Entry, Feed, Person

_EXCERPT = 300  # characters: about what a reader's list shows under a title
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RenderRules:
    """Settings that bytes depend on beside entries and feeds.

    ``url`` is where feeds live, without a trailing slash; without ``full_content``, entries are summaries
    alone; ``authors`` are the site's, for feeds that name none; ``podcast`` is told by feeds that hold episodes.
    """

    url: str
    full_content: bool = True
    authors: tuple[Person, ...] = ()
    podcast: Podcast = field(default_factory=Podcast)


def title(entry: Entry) -> str:
    """The entry's title; never blank, because RFC 4287 and readers' lists need one."""
    return entry.title if entry.title.strip() else entry.url


def content(entry: Entry, rules: RenderRules) -> tuple[str, str]:
    """The entry's HTML and its plain summary, never both empty: what says nothing repeats its title."""
    html = entry.html if rules.full_content else ""
    summary = entry.summary if html else entry.summary or text(entry.html, _EXCERPT) or title(entry)
    return html, summary


def categories(entry: Entry, rules: RenderRules) -> list[tuple[str, str]]:
    """Scheme (a URI: RFC 4287, section 4.2.2.2) and name of all it is filed under but its authors."""
    return [(f"{rules.url}/{term.scheme}/", term.name) for term in entry.terms if term.scheme != "author"]


def feed_title(feed: Feed) -> str:
    """The feed's title; never blank."""
    return feed.title if feed.title.strip() else feed.home


def feed_authors(feed: Feed, rules: RenderRules) -> tuple[Person, ...]:
    """Whoever answers for entries that name nobody (RFC 4287, section 4.1.1 requires someone)."""
    return feed.authors or rules.authors or (Person(feed_title(feed)),)


def address(feed: Feed, name: str) -> str:
    """Where the feed's document in that format is fetched; KeyError when it has none."""
    return dict[str, str](feed.urls)[name]


def previous(feed: Feed, name: str) -> str:
    """Where the history before the feed's document in that format is fetched, "" where there is none."""
    return dict[str, str](feed.previous).get(name, "")


def current(feed: Feed, name: str) -> str:
    """Of a part of a feed's history, where what people subscribe to is fetched; "" of that itself."""
    return dict[str, str](feed.current).get(name, "")


def following(feed: Feed, name: str) -> str:
    """Of the oldest part of a feed's history, where what came after it is fetched, else ""."""
    return dict[str, str](feed.following).get(name, "")


def moment(when: datetime) -> datetime:
    """The instant in whole seconds, the author's offset kept where RFC 3339 can write it.

    Local mean times (+08:05:43, before 1901) have no notation there and become UTC. ValueError when naive.
    """
    offset = when.utcoffset()
    if offset is None:
        raise ValueError(f"{when.isoformat()} has no zone")
    if offset % _MINUTE:
        when = when.astimezone(UTC)
    return when.replace(microsecond=0) if when.microsecond else when
