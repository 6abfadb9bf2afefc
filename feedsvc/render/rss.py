"""RSS 2.0: an entry's <item> and the channel around them, made by feedgen."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from html import escape

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from feedsvc.model import MEDIA_TYPES, Entry, Feed
from feedsvc.render import facts
from feedsvc.render.facts import RenderRules
from feedsvc.render.feedgen_ext import NAMESPACES, Archive, Channel, Item, Link, Unwritten, rfc822
from feedsvc.render.shapes import shaped

_END = b"</channel></rss>"
_TYPE = MEDIA_TYPES["rss"].partition(";")[0]
_UNWRITTEN = Unwritten(1970, 1, 1, tzinfo=UTC)
_BEFORE_ITEM = len(etree.tostring(etree.Element("rss", nsmap=NAMESPACES))) - len("/>") + len(">")
_AFTER_ITEM = len("</rss>")
# in markup "<" is always escaped, so that these are elements and never text
# RSS 2.0, <image>: GIF, JPEG or PNG. Its width and height, of which it bounds the values, need not be told.
_NOT_FOR_RSS = re.compile(r"\.(?:svg|webp|avif|ico|bmp|tiff?|jxl|heic)(?:[?#]|$)", re.IGNORECASE)
_PLAIN_IN_ITEM = re.compile(rb"<(?:title|category|itunes:(?:title|subtitle|summary|author))\b[^>]*>[^<&]*&[^<]*")
_PLAIN_IN_CHANNEL = re.compile(rb"<(?:title|description|itunes:(?:author|name))>[^<&]*&[^<]*")


def build_entry(entry: Entry, rules: RenderRules) -> FeedEntry:
    """The entry in feedgen's terms.

    HTML stands in ``description`` alone, or in ``content:encoded`` after a summary in ``description``.
    """
    made = FeedEntry()
    made.guid(entry.id, permalink=entry.id == entry.url)
    made.title(facts.title(entry))
    made.link(href=entry.url)
    html, summary = facts.content(entry, rules)
    if html:
        made.content(html, type="html")
    if summary:
        made.summary(escape(summary, quote=False))  # a description is HTML, whatever it holds
    made.category([{"term": name, "scheme": scheme} for scheme, name in facts.categories(entry, rules)])
    for first in entry.media.enclosures[:1]:  # RSS has room for one
        made.enclosure(first.url, str(first.length), first.media_type)
    published, updated = facts.moment(entry.published), facts.moment(entry.updated)
    item = partial(Item, entry.authors, published, updated if updated != published else None, entry.media)
    made.register_extension("feedsvc", item, atom=False)
    return made


def build_feed(feed: Feed, rules: RenderRules) -> FeedGenerator:
    """The feed in feedgen's terms, without entries."""
    made = FeedGenerator()
    made.title(facts.feed_title(feed))
    made.description(feed.description if feed.description.strip() else facts.feed_title(feed))
    if feed.language:
        made.language(feed.language)
    made.generator("feedsvc")
    made.updated(_UNWRITTEN)  # the channel extension writes the real one
    made.link(href=facts.address(feed, "rss"), rel="self", type=_TYPE)
    made.link(href=feed.home)  # the last link given becomes the channel's own
    if feed.image and not _NOT_FOR_RSS.search(feed.image):
        made.image(feed.image, title=facts.feed_title(feed), link=feed.home)
    current = facts.current(feed, "rss")
    history = (
        ("current", current),
        ("prev-archive", facts.previous(feed, "rss")),
        ("next-archive", facts.following(feed, "rss")),
    )
    links = [Link("hub", hub) for hub in feed.hubs]
    links += [Link(rel, href, _TYPE) for rel, href in history if href]
    podcast = rules.podcast if feed.podcast else None
    channel = partial(Channel, facts.feed_authors(feed, rules), tuple(links), facts.moment(feed.updated), podcast)
    made.register_extension("feedsvc", channel, atom=False)
    if current:
        made.register_extension("history", Archive, atom=False)
    return made


def entry(entry: Entry, rules: RenderRules) -> bytes:
    """The <item> as it stands in a channel: namespaces are declared around it, on <rss>."""
    return shaped(entry, rules, make_entry, (rfc822, datetime.isoformat), twice=False)


def make_entry(entry: Entry, rules: RenderRules) -> bytes:
    """``entry``, made by feedgen itself."""
    shell = etree.Element("rss", nsmap=NAMESPACES)
    shell.append(build_entry(entry, rules).rss_entry())
    written = bytes(etree.tostring(shell, encoding="UTF-8"))[_BEFORE_ITEM:-_AFTER_ITEM]
    return _PLAIN_IN_ITEM.sub(_as_plain_text, written)


def frame(feed: Feed, rules: RenderRules) -> tuple[bytes, bytes, bytes]:
    """What stands before, between and after the items."""
    empty: bytes = build_feed(feed, rules).rss_str()
    return _PLAIN_IN_CHANNEL.sub(_as_plain_text, empty.removesuffix(_END)), b"", _END


def _as_plain_text(element: re.Match[bytes]) -> bytes:
    """The element with its text marked as plain, for readers that would take ``<b>`` in it for markup.

    The RSS Advisory Board's profile asks for it (https://www.rssboard.org/rss-profile#data-types-characterdata):
    ``&`` and ``<`` in plain text are written as hexadecimal character references. To XML it is all one.
    """
    return element[0].replace(b"&lt;", b"&#x3C;").replace(b"&amp;", b"&#x26;")
