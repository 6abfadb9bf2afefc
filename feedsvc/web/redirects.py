"""Addresses that lead to others, written down for hosts that answer from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from feedsvc.catalogue import Reader
from feedsvc.model import FILENAMES
from feedsvc.particulars import elsewhere
from feedsvc.rules import Served
from feedsvc.uris import feed_path
from feedsvc.web import aliases

Redirect = tuple[str, str]


def every(reader: Reader, served: Served) -> Iterator[Redirect]:
    """What leads on by 301, and where to: paths, percent-encoded, and of what is elsewhere absolute URLs.

    Feeds that were moved, the settings' aliases, and those of the site's feed. Not those of terms, which are rules.
    """
    terms = {facts.term for facts in reader.feeds()} | {old for old, _ in served.moved}
    for term in sorted(terms):
        for filename in (*FILENAMES.values(), ""):
            if there := elsewhere(term, filename, served, known=reader.feed):
                yield feed_path(term, filename), there
    for alias, target in served.aliases:
        if "{term}" not in alias:
            yield quote(alias, safe="/%"), target
    yield from aliases.of_site()


def as_lines(redirects: Iterable[Redirect]) -> bytes:
    """For Netlify, Cloudflare Pages and GitLab Pages, who look for it in ``/_redirects``."""
    return "".join(f"{path} {target} 301\n" for path, target in redirects).encode()


def as_map(redirects: Iterable[Redirect]) -> bytes:
    """For nginx, to be included in a ``map`` of the path as it was asked for."""
    found = {path: target for path, target in redirects if not {"$", '"', "\\", "\n"} & {*path, *target}}
    return "".join(f'"{path}" "{target}";\n' for path, target in found.items()).encode()
