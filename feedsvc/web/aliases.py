"""Addresses that other generators gave to feeds, so that their subscribers carry over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote

from feedsvc.model import FILENAMES, SITE, Format, Term
from feedsvc.rules import Served
from feedsvc.uris import feed_path

_SITE: dict[str, Format] = {
    "/feed.xml": "atom",  # jekyll-feed
    "/atom": "atom",
    "/feed/atom": "atom",  # WordPress
    "/feeds/all.atom.xml": "atom",  # Pelican
    "/index.xml": "rss",  # Hugo
    "/feed.atom": "atom",  # what readers try where a page names no feed, and the next five
    "/index.atom": "atom",
    "/feed.rss": "rss",
    "/index.rss": "rss",
    "/rss/feed.xml": "rss",
    "/feed/rss": "rss",
    "/feed": "rss",  # WordPress
    "/rss": "rss",
}
_TERMS: tuple[tuple[re.Pattern[str], str, Format], ...] = (
    (re.compile(r"/feed/by_tag/(.+)\.xml", re.DOTALL), "tag", "atom"),  # jekyll-feed
    (re.compile(r"/feed/(.+)\.xml", re.DOTALL), "category", "atom"),  # jekyll-feed
    (re.compile(r"/feeds/(.+)\.atom\.xml", re.DOTALL), "category", "atom"),  # Pelican
    (re.compile(r"/category/(.+)/feed/?", re.DOTALL), "category", "rss"),  # WordPress
    (re.compile(r"/tag/(.+)/feed/?", re.DOTALL), "tag", "rss"),  # WordPress
    (re.compile(r"/categories/(.+)/index\.xml", re.DOTALL), "category", "rss"),  # Hugo
    (re.compile(r"/tags/(.+)/index\.xml", re.DOTALL), "tag", "rss"),  # Hugo
)
_SPACES = re.compile(r"\s+")
_HUGO_DROPPED = re.compile(r"[^\w\s./\\#+~@-]")
_WORDPRESS_DROPPED = re.compile(r"[^\w\s-]")
_HYPHENS = re.compile(r"-{2,}")


def configured(path: str, served: Served) -> Iterator[str]:
    """Where the site's own settings say that a decoded path leads: percent-encoded paths.

    ``{term}`` in an alias stands for a term's name, and in its target for the same.
    """
    path = unicodedata.normalize("NFC", path)
    for alias, target in served.aliases:
        before, term, after = unicodedata.normalize("NFC", unquote(alias)).partition("{term}")
        if not term and path == before:
            yield target
        elif term and path.startswith(before) and path.endswith(after) and len(path) > len(before) + len(after):
            yield target.replace("{term}", quote(path[len(before) : len(path) - len(after)], safe=""))


def terms(path: str) -> Iterator[tuple[Term, Format]]:
    """The terms and formats a decoded path may mean; of a term's name, what the path says: itself or its slug."""
    path = unicodedata.normalize("NFC", path)
    found = _SITE.get(path.removesuffix("/") if path.count(".") == 0 else path)
    if found:
        yield SITE, found
    for pattern, scheme, format_ in _TERMS:
        match = pattern.fullmatch(path)
        if match:
            yield Term(scheme, match[1]), format_


def address(term: Term, format_: Format) -> str:
    """The canonical path of a term's feed."""
    return feed_path(term, FILENAMES[format_])


def by_slug(names: Mapping[Term, Term]) -> dict[Term, Term]:
    """Which term each slug stands for, from the names that terms have or had and those they have now.

    Slugs that two terms share stand for none. Keys hold the slug as name.
    """
    found: dict[Term, Term | None] = {}
    for name, term in names.items():
        for slug in {_hugo(name.name), _wordpress(name.name), name.name.lower()}:
            key = Term(name.scheme, slug)
            found[key] = term if found.get(key, term) == term else None
    return {key: term for key, term in found.items() if term is not None}


def slug_key(term: Term) -> Term:
    """The key under which ``by_slug`` may know a term named in a path."""
    return Term(term.scheme, term.name.lower())


def _hugo(name: str) -> str:
    return _HYPHENS.sub("-", _SPACES.sub("-", _HUGO_DROPPED.sub("", name).strip())).lower()


def _wordpress(name: str) -> str:
    spaced = name.replace("/", "-").replace(".", "-")
    return _HYPHENS.sub("-", _SPACES.sub("-", _WORDPRESS_DROPPED.sub("", spaced).strip())).strip("-").lower()


def of_site() -> Iterator[tuple[str, str]]:
    """The aliases of the site's feed, and where they lead."""
    for path, format_ in _SITE.items():
        yield path, address(SITE, format_)
        if "." not in path:
            yield f"{path}/", address(SITE, format_)
