"""The lists of all feeds, made from the catalogue at request."""

from __future__ import annotations

from feedsvc.catalogue import Reader
from feedsvc.render.opml import feeds_json, listings, opml
from feedsvc.shelf import Current, Shelved


def feeds_opml(reader: Reader, current: Current) -> Shelved:
    """``/feeds.opml``: for import into a reader."""
    body = opml(current.served.site.title, listings(reader.feeds(), current.served))
    return Shelved("/feeds.opml", body, "text/x-opml; charset=utf-8", current.served)


def feeds_as_json(reader: Reader, current: Current) -> Shelved:
    """``/feeds.json``: for programs."""
    body = feeds_json(listings(reader.feeds(), current.served))
    return Shelved("/feeds.json", body, "application/json", current.served)
