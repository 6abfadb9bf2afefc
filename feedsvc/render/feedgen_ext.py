"""What feedgen leaves out of RSS and Atom, added by its own extension mechanism.

Dates are written here because feedgen's way of writing them sets the process's locale, twice for each date.
feedgen asks of an extension these methods alone, so there is no base class to inherit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any

from lxml.etree import SubElement

from feedsvc.media import Media, Podcast
from feedsvc.model import Person
from feedsvc.render.media_ext import ITUNES, MEDIA, add_contents, add_episode, add_image, add_links, add_show

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_HISTORY = "http://purl.org/syndication/history/1.0"
_HALF_HOUR = timedelta(minutes=30)
# Declared on every root, so that entries, which are spliced into any feed, need not declare them:
# as feedgen does it, its extensions' first, then its own two.
_RSS = {"dc": _DC, "media": MEDIA, "itunes": ITUNES}
NAMESPACES: Mapping[str, str] = MappingProxyType(
    {**_RSS, "atom": _ATOM, "content": "http://purl.org/rss/1.0/modules/content/"}
)
ATOM_NAMESPACES: Mapping[str, str] = MappingProxyType({"media": MEDIA})


class Unwritten(datetime):
    """A date that feedgen takes for none: without one it would write the time of day as lastBuildDate."""

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Link:
    """A link of Atom's in an RSS channel; feedgen writes none but ``self``."""

    rel: str
    href: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """The channel's links, authors and date; what Apple asks of one that holds episodes, None for others."""

    authors: tuple[Person, ...]
    links: tuple[Link, ...]
    updated: datetime
    podcast: Podcast | None

    def extend_ns(self) -> dict[str, str]:
        return dict(_RSS)

    def extend_rss(self, rss: Any) -> Any:
        channel = rss[0]
        for link in self.links:
            made = SubElement(channel, f"{{{_ATOM}}}link", href=link.href, rel=link.rel)
            if link.type:
                made.set("type", link.type)
        _add_creators(channel, self.authors)
        SubElement(channel, "lastBuildDate").text = rfc822(self.updated)
        if self.podcast is not None:
            add_show(channel, self.podcast, tuple(author.name for author in self.authors))
        return rss


class AtomFeed:
    """The feed's namespaces."""

    def extend_ns(self) -> dict[str, str]:
        return dict(ATOM_NAMESPACES)

    def extend_atom(self, feed: Any) -> Any:
        return feed


@dataclass(frozen=True, slots=True)
class AtomEntry:
    """An entry's picture and files."""

    media: Media

    def extend_atom(self, entry: Any) -> Any:
        add_links(entry, self.media.enclosures)
        add_image(entry, self.media.image)
        return entry


@dataclass(frozen=True, slots=True)
class Item:
    """An item's authors, dates, picture and files; ``updated`` is None when it was never corrected."""

    authors: tuple[Person, ...]
    published: datetime
    updated: datetime | None
    media: Media

    def extend_rss(self, item: Any) -> Any:
        _add_creators(item, self.authors)
        SubElement(item, "pubDate").text = rfc822(self.published)
        if self.updated is not None:
            SubElement(item, f"{{{_ATOM}}}updated").text = self.updated.isoformat()
        if self.media:
            add_image(item, self.media.image)
            add_contents(item, self.media)
            add_episode(item, self.media)
        return item


class Archive:
    """Marks a document as a part of a feed's history (RFC 5005, section 4)."""

    def extend_ns(self) -> dict[str, str]:
        return {"fh": _HISTORY}

    def extend_rss(self, rss: Any) -> Any:
        SubElement(rss[0], f"{{{_HISTORY}}}archive")
        return rss

    def extend_atom(self, feed: Any) -> Any:
        SubElement(feed, f"{{{_HISTORY}}}archive")
        return feed


def rfc822(when: datetime) -> str:
    """The instant as RSS writes it (RFC 822, with four digits of a year).

    With an offset of whole or half hours, else in UTC: RFC 822 allows any minutes, but readers and W3C's
    validator (``ProblematicalRFC822Date``) know no others, and Nepal's +0545 is one of three zones that have them.
    """
    return format_datetime(when.astimezone(UTC) if (when.utcoffset() or timedelta()) % _HALF_HOUR else when)


def _add_creators(parent: Any, authors: tuple[Person, ...]) -> None:
    """RSS's own ``author`` wants an e-mail address; a name belongs in Dublin Core's ``creator``."""
    for author in authors:
        SubElement(parent, f"{{{_DC}}}creator").text = author.name
