"""What holds for a single feed: what it has of its own in feedsvc.toml, on top of what holds for all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from operator import attrgetter
from typing import Any

from feedsvc.model import SITE, Term
from feedsvc.rules import FeedTable, FeedTables, Particulars, Served, Site
from feedsvc.uris import feed_name, feed_path

_NAME = attrgetter("name")
_FILE = "{file}"


def own(term: Term, tables: FeedTables) -> dict[str, Any]:
    """What is set for one feed alone, by key: its own table before patterns, later patterns before earlier ones."""
    name = feed_name(term)
    found: dict[str, Any] = {}
    for table in (*_matching(name, tables), *_named(name, tables)):
        found.update(table.values)
    return found


def particulars(term: Term, site: Site, tables: FeedTables) -> Particulars:
    """What a feed says of itself and how it is treated, in its documents, on its page and in every list."""
    said = {"title": "", "description": site.description, "language": site.language, "image": site.image}
    found = Particulars(**(said | own(term, tables)))
    return found if found.title else replace(found, title=_title(term, site.title))


def unlisted(term: Term, served: Served) -> bool:
    """Whether a feed is in no list and on no page of others: it is hidden, or said to be gone."""
    return particulars(term, served.site, served.feeds.tables).hidden or feed_name(term) in served.gone


def renamed(term: Term, served: Served, *, known: Callable[[Term], object]) -> Term:
    """The name that a term has now. A new name counts once ``known`` says that there is such a feed."""
    now = dict(served.moved).get(term, term)
    return now if now == term or known(now) else term


def elsewhere(term: Term, filename: str, served: Served, *, known: Callable[[Term], object]) -> str:
    """Where a feed's document (or its page, named "") is to be found if not at its own address, else "".

    A path of this server, or an absolute URL.
    """
    now = renamed(term, served, known=known)
    return location(now, filename, served) or (feed_path(now, filename) if now != term else "")


def location(term: Term, filename: str, served: Served) -> str:
    """Where a feed's document (or its page, named "") is to be found if the feed has moved off this server, else "".

    A term's page has moved if the feed has moved to a folder: another site's document is no page for people. The
    front page stays, because it shows all other feeds.
    """
    redirect = particulars(term, served.site, served.feeds.tables).redirect
    target = redirect.replace(_FILE, filename)
    if target.endswith("/") and _FILE not in redirect:
        target += filename
    page = not filename and (term == SITE or not target.endswith("/"))
    return "" if page or target == served.feeds.url + feed_path(term, filename) else target


def _title(term: Term, site_title: str) -> str:
    return site_title if term == SITE else f"{term.name} - {site_title}"


def _matching(name: str, tables: FeedTables) -> Iterator[FeedTable]:
    return (table for table in tables.patterns if fnmatchcase(name, table.name))


def _named(name: str, tables: FeedTables) -> tuple[FeedTable, ...]:
    place = bisect_left(tables.named, name, key=_NAME)
    found = tables.named[place : place + 1]
    return found if found and found[0].name == name else ()
