"""Atom 1.0 (RFC 4287): an <entry> and the feed around them, made by feedgen."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from html import escape

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from feedsvc.model import MEDIA_TYPES, Entry, Feed, Person
from feedsvc.render import facts
from feedsvc.render.facts import RenderRules
from feedsvc.render.feedgen_ext import ATOM_NAMESPACES, Archive, AtomEntry, AtomFeed
from feedsvc.render.shapes import shaped

_END = b"</feed>"
_BEFORE_ENTRY = len(etree.tostring(etree.Element("feed", nsmap=ATOM_NAMESPACES))) - len("/>") + len(">")
_TYPE = MEDIA_TYPES["atom"].partition(";")[0]


def build_entry(entry: Entry, rules: RenderRules) -> FeedEntry:
    """The entry in feedgen's terms."""
    made = FeedEntry()
    made.id(entry.id)
    made.title(facts.title(entry))
    made.updated(facts.moment(entry.updated))
    made.published(facts.moment(entry.published))
    made.link(href=entry.url)
    made.author([_person(author) for author in entry.authors])
    html, summary = facts.content(entry, rules)
    if html:
        made.content(html, type="html")
    if summary:
        made.summary(escape(summary, quote=False), type="html")  # many readers take it for HTML whatever it says
    made.category([{"term": name, "scheme": scheme, "label": name} for scheme, name in facts.categories(entry, rules)])
    if entry.media:
        made.register_extension("feedsvc", partial(AtomEntry, entry.media), rss=False)
    return made


def build_feed(feed: Feed, rules: RenderRules) -> FeedGenerator:
    """The feed in feedgen's terms, without entries."""
    made = FeedGenerator()
    made.id(feed.id)
    made.title(facts.feed_title(feed))
    if feed.description.strip():
        made.subtitle(feed.description)
    if feed.language:
        made.language(feed.language)
    if feed.image:
        made.icon(feed.image)
        made.logo(feed.image)
    made.generator("feedsvc")
    made.updated(facts.moment(feed.updated))
    made.author([_person(author) for author in facts.feed_authors(feed, rules)])
    made.link(href=facts.address(feed, "atom"), rel="self", type=_TYPE)
    made.link(href=feed.home, rel="alternate", type="text/html")
    for hub in feed.hubs:
        made.link(href=hub, rel="hub")
    made.register_extension("feedsvc", AtomFeed, rss=False)
    if current := facts.current(feed, "atom"):
        made.link(href=current, rel="current", type=_TYPE)
        made.register_extension("history", Archive, rss=False)
    if previous := facts.previous(feed, "atom"):
        made.link(href=previous, rel="prev-archive", type=_TYPE)
    if following := facts.following(feed, "atom"):
        made.link(href=following, rel="next-archive", type=_TYPE)
    return made


def entry(entry: Entry, rules: RenderRules) -> bytes:
    """The <entry> as it stands in a feed: namespaces are declared around it, on <feed>."""
    return shaped(entry, rules, make_entry, (datetime.isoformat, datetime.isoformat), twice=True)


def make_entry(entry: Entry, rules: RenderRules) -> bytes:
    """``entry``, made by feedgen itself."""
    shell = etree.Element("feed", nsmap=ATOM_NAMESPACES)
    shell.append(build_entry(entry, rules).atom_entry())
    return bytes(etree.tostring(shell, encoding="UTF-8"))[_BEFORE_ENTRY : -len(_END)]


def frame(feed: Feed, rules: RenderRules) -> tuple[bytes, bytes, bytes]:
    """What stands before, between and after the entries."""
    empty: bytes = build_feed(feed, rules).atom_str()
    return empty.removesuffix(_END), b"", _END


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name, "email": person.email, "uri": person.uri}
