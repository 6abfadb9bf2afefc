"""Pages for people: what a feed is, its latest posts, how to subscribe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import nlargest
from importlib.resources import files
from urllib.parse import unquote

from flask import render_template

from feedsvc.catalogue import Filed, Reader
from feedsvc.model import FILENAMES, MEDIA_TYPES, SITE, FeedFacts, Format, Served, Term
from feedsvc.particulars import particulars
from feedsvc.shelf import Current, Headers, Shelved
from feedsvc.uris import feed_path, page_path
from feedsvc.web.texts import spoken, texts

_MOST = 200  # feeds shown on the front page
_SECURITY: Headers = [
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("Referrer-Policy", "no-referrer"),
]
_FORMATS: tuple[tuple[Format, str], ...] = (("atom", "Atom"), ("rss", "RSS"), ("json", "JSON Feed"))


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's document as a page shows it: ``path`` for links, ``url`` to be copied."""

    label: str
    media_type: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Headline:
    """A post as a page shows it; ``url`` is "" where it cannot be linked to."""

    title: str
    url: str
    iso: str
    shown: str


@dataclass(frozen=True, slots=True)
class Item:
    """A feed in the list of feeds."""

    name: str
    path: str
    entries: int


def page(reader: Reader, current: Current, term: Term, until: float) -> Shelved:
    """The page of a feed; the site's lists the others."""
    served = current.served
    about, site = (particulars(each, served, served.feeds.tables) for each in (term, SITE))
    groups, complete = _groups(reader, served) if term == SITE else ({}, True)
    body = render_template(
        "feed.html",
        t=texts(about.language),
        language=about.language,
        spoken=spoken(about.language),
        title=about.title,
        site_title=site.title,
        description=about.description,
        is_site=term == SITE,
        subscriptions=_subscriptions(term, served),
        site_subscriptions=() if term == SITE or site.hidden else _subscriptions(SITE, served),
        headlines=[_headline(filed) for filed in reader.latest(term)],
        groups=groups,
        complete=complete,
    )
    return Shelved(
        unquote(page_path(term)),
        body.encode(),
        "text/html; charset=utf-8",
        served,
        until=until,
        more=_SECURITY,
        max_age=about.max_age,
    )


def static(path: str, name: str, media_type: str) -> Callable[[Reader, Current], Shelved]:
    """A file of the package, served at ``path`` as a page is."""
    body = files("feedsvc.web").joinpath("static", name).read_bytes()
    return lambda _reader, current: Shelved(path, body, media_type, current.served)


def _subscriptions(term: Term, served: Served) -> list[Subscription]:
    paths = [(label, MEDIA_TYPES[format_], feed_path(term, FILENAMES[format_])) for format_, label in _FORMATS]
    return [
        Subscription(label, media_type.partition(";")[0], path, served.feeds_url + path)
        for label, media_type, path in paths
    ]


def _headline(filed: Filed) -> Headline:
    post = filed.post
    url = post.url if post.url.startswith(("https://", "http://")) else ""
    when = post.published
    return Headline(post.title.strip() or post.url, url, when.isoformat(timespec="seconds"), f"{when:%Y-%m-%d %H:%M}")


def _groups(reader: Reader, served: Served) -> tuple[dict[str, list[Item]], bool]:
    """The most used feeds by scheme, and whether they are all."""
    filled = (facts for facts in reader.feeds() if facts.entries and facts.term != SITE)
    known = [facts for facts in filled if not particulars(facts.term, served, served.feeds.tables).hidden]
    shown = nlargest(_MOST, known, key=lambda facts: facts.entries)
    groups: dict[str, list[Item]] = {}
    for facts in sorted(shown, key=_place):
        item = Item(facts.term.name, page_path(facts.term), facts.entries)
        groups.setdefault(facts.term.scheme, []).append(item)
    return groups, len(shown) == len(known)


def _place(facts: FeedFacts) -> tuple[int, str]:
    return ("category", "tag", "author").index(facts.term.scheme), facts.term.name
