"""The lists of all feeds: OPML 2.0 for import into a reader, and JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson
from lxml import etree

from feedsvc.model import FILENAMES, FORMATS, SITE, FeedFacts, Format, Term
from feedsvc.particulars import particulars, unlisted
from feedsvc.render.facts import moment
from feedsvc.rules import Served
from feedsvc.uris import feed_path, page_path

_ORDER = ("site", "category", "tag", "author")


@dataclass(frozen=True, slots=True)
class Listing:
    """A feed in the lists. URLs are absolute ASCII URIs; ``updated`` is None where there never was a post."""

    term: Term
    title: str
    home: str
    urls: tuple[tuple[Format, str], ...]
    entries: int
    updated: datetime | None


def listings(feeds: Iterable[FeedFacts], served: Served) -> list[Listing]:
    """What the lists say of feeds; one that is hidden or lost its posts stays for its subscribers alone."""
    shown = (facts for facts in feeds if facts.entries > 0 or facts.term == SITE)
    return [_listing(facts, served) for facts in shown if not unlisted(facts.term, served)]


def _listing(facts: FeedFacts, served: Served) -> Listing:
    term = facts.term
    return Listing(
        term=term,
        title=particulars(term, served.site, served.feeds.tables).title,
        home=served.site.root + "/" if term == SITE else served.feeds.url + page_path(term),
        urls=tuple((format_, served.feeds.url + feed_path(term, FILENAMES[format_])) for format_ in FORMATS),
        entries=facts.entries,
        updated=facts.updated,
    )


def opml(title: str, feeds: Iterable[Listing]) -> bytes:
    """The feeds as OPML 2.0 (http://opml.org/spec2.opml), the site's first; undated, so that it changes only with them.

    Titles are plain text, as readers show them, though the specification lets ``text`` hold HTML: W3C's validator
    warns of a bare ``R&D``, but escaped once more, readers would show ``R&amp;D``.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for feed in sorted(feeds, key=_place):
        etree.SubElement(
            body,
            "outline",
            text=feed.title,
            title=feed.title,
            type="rss",
            xmlUrl=dict(feed.urls)["atom"],
            htmlUrl=feed.home,
        )
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def feeds_json(feeds: Iterable[Listing]) -> bytes:
    """The feeds as one JSON object, the site's first; ``updated`` is RFC 3339 or null."""
    return orjson.dumps({"feeds": [_facts(feed) for feed in sorted(feeds, key=_place)]})


def _facts(feed: Listing) -> dict[str, object]:
    urls = dict(feed.urls)
    return {
        "scheme": feed.term.scheme,
        "term": feed.term.name,
        "title": feed.title,
        "entries": feed.entries,
        "updated": moment(feed.updated).isoformat() if feed.updated else None,
        "rss": urls["rss"],
        "atom": urls["atom"],
        "json": urls["json"],
        "html": feed.home,
    }


def _place(feed: Listing) -> tuple[int, str]:
    return _ORDER.index(feed.term.scheme), feed.term.name
