"""Small polls: what changed in a feed since the state that a client holds (RFC 3229, with the manipulation ``feed``).

``feed`` is Bob Wyman's (https://bobwyman.typepad.com/main/2004/09/using_rfc3229_w.html): a feed with the new and
changed entries alone. feedparser asks for it at every poll.
"""

from __future__ import annotations

from flask import Request, Response, request
from werkzeug.http import parse_etags, parse_options_header

from feedsvc.codings import CODINGS, encode
from feedsvc.shelf import Shelved
from feedsvc.web import responses
from feedsvc.web.negotiate import coding

_MANIPULATION = "feed"
_OLD = ("HTTP/1.0", "HTTP/1")
# Asks for 226 by the library that it is made with (feedparser), and takes it for an error (as of 3.14).
_UNPREPARED = "rss2email/"


def held(request: Request) -> frozenset[str]:
    """The digests of the states that the client says it holds; none unless it takes what changed since.

    None either where a proxy asks: a cache may have put its own If-None-Match beside the A-IM of a client that holds
    nothing. Proxies say so by ``Via`` (RFC 9110, section 7.6.3), or speak HTTP/1.0, as nginx does unasked.
    """
    headers = request.headers
    if "Via" in headers or request.environ["SERVER_PROTOCOL"] in _OLD:
        return frozenset()
    if headers.get("User-Agent", "").startswith(_UNPREPARED):
        return frozenset()
    if not any(map(_welcome, headers.get("A-IM", "").split(","))):
        return frozenset()
    tags = parse_etags(", ".join(headers.getlist("If-None-Match")))
    return frozenset(_digest(tag) for tag in tags.as_set(include_weak=True))


def response(found: Shelved, body: bytes) -> Response:
    """226 with what changed; its ETag is the whole feed's (RFC 3229, section 10.4.1).

    Caches that do not know what 226 means must not store it, those that do may (section 10.5.3's ``im``).
    """
    wanted = coding(request.headers.get("Accept-Encoding"))
    body = encode(wanted, body)
    whole = found.headers(wanted, len(body))
    headers = [(name, "no-store, im" if name == "Cache-Control" else value) for name, value in whole]
    return responses.ready(226, [*headers, ("IM", _MANIPULATION)], body)


def _welcome(item: str) -> bool:
    name, options = parse_options_header(item.strip())
    return name.lower() == _MANIPULATION and options.get("q", "1").strip("0.") != ""


def _digest(tag: str) -> str:
    for suffix in filter(None, CODINGS.values()):
        tag = tag.removesuffix(suffix)
    return tag
