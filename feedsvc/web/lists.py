"""The lists of all feeds, made from the catalogue at request."""

from __future__ import annotations

from feedsvc.catalogue import Reader
from feedsvc.model import FILENAMES, FORMATS, SITE, FeedFacts, Served
from feedsvc.render.opml import Listing, feeds_json, opml
from feedsvc.shelf import Current, Shelved
from feedsvc.terms import feed_title
from feedsvc.uris import feed_path, page_path


def feeds_opml(reader: Reader, current: Current) -> Shelved:
    """``/feeds.opml``: for import into a reader."""
    body = opml(current.served.title, _listings(reader, current.served))
    return Shelved("/feeds.opml", body, "text/x-opml; charset=utf-8", current.served)


def feeds_as_json(reader: Reader, current: Current) -> Shelved:
    """``/feeds.json``: for programs."""
    return Shelved("/feeds.json", feeds_json(_listings(reader, current.served)), "application/json", current.served)


def listed(facts: FeedFacts) -> bool:
    """Whether a feed is shown to people: one that lost its posts stays for its subscribers alone."""
    return facts.entries > 0 or facts.term == SITE


def _listings(reader: Reader, served: Served) -> list[Listing]:
    return [_listing(facts, served) for facts in reader.feeds() if listed(facts)]


def _listing(facts: FeedFacts, served: Served) -> Listing:
    term = facts.term
    return Listing(
        term=term,
        title=feed_title(term, served.title),
        home=served.site_url + "/" if term == SITE else served.feeds_url + page_path(term),
        urls=tuple((format_, served.feeds_url + feed_path(term, FILENAMES[format_])) for format_ in FORMATS),
        entries=facts.entries,
        updated=facts.updated,
    )
