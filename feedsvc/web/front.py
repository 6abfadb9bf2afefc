"""Exact hits, answered ahead of everything else: the one function that both doors ask first."""

from __future__ import annotations

import re

from feedsvc.shelf import Headers, Shelf
from feedsvc.web.negotiate import coding

# parameters that change what an address gives, and names that are written so that they may be those
_OPTIONS = re.compile("(?:limit|content|q|kind|sort|page)=|(?:^|&)[^=&]*%")

Answer = tuple[int, Headers, bytes]


def answer(shelf: Shelf, method: str, path: str, query: str, accept: str | None, match: str | None) -> Answer | None:
    """Status, headers and body of a GET or HEAD whose answer lies ready; None for whatever is unusual.

    ``path`` is decoded, ``query`` is not; ``accept`` is the Accept-Encoding and ``match`` the If-None-Match, None where
    there is none; requests with other conditions must not come here. What it says, the feeds' own views say as well.
    """
    if method not in ("GET", "HEAD"):
        return None
    shelved = shelf.glance((path, query)) if query else None
    if shelved is None and not (query and _OPTIONS.search(query)):
        shelved = shelf.glance(path)
    if shelved is None:
        return None
    variant = shelved.variants.get(coding(accept))
    if variant is None:
        return None
    if match is not None:
        return (304, variant.not_modified, b"") if match == variant.etag else None
    return 200, variant.headers, variant.body if method == "GET" else b""
