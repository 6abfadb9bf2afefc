"""Reads feeds that are live elsewhere: what their subscribers know of each entry. The only user of feedparser."""

from __future__ import annotations

import urllib.request
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

import feedparser
import orjson

from feedsvc import __version__
from feedsvc.exceptions import OldFeedError
from feedsvc.markup import text
from feedsvc.model import OldEntry

MOST = 64 * 2**20  # bytes of a feed
TIMEOUT = 30.0  # seconds that a server may stay silent


def read_old(source: str) -> list[OldEntry]:
    """The entries of the feed in a file or at an http(s) address, in its order.

    RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed. Raises OldFeedError for what cannot be read as one.
    """
    body = _fetched(source) if source.startswith(("http://", "https://")) else _file(source)
    if len(body) > MOST:
        raise OldFeedError(source, f"has more than {MOST // 2**20} MB")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return list(_json_entries(source, body))
    return list(_xml_entries(source, body))


def _file(source: str) -> bytes:
    try:
        with Path(source).open("rb") as file:
            return file.read(MOST + 1)
    except OSError as error:
        raise OldFeedError(source, error.strerror or "cannot be read") from error


def _fetched(source: str) -> bytes:
    headers = {"User-Agent": f"feedsvc/{__version__}", "Accept": "*/*"}
    try:
        request = urllib.request.Request(source, headers=headers)  # noqa: S310 - http(s) alone comes here
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            body: bytes = answer.read(MOST + 1)
            return body
    except (OSError, HTTPException, ValueError) as error:
        raise OldFeedError(source, f"cannot be fetched: {getattr(error, 'reason', None) or error}") from error


# -- RSS and Atom ----------------------------------------------------------------------------------------------


def _xml_entries(source: str, body: bytes) -> Iterator[OldEntry]:
    # no base is given: an id stays as it is written
    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        raise OldFeedError(source, "is no RSS, Atom or JSON feed")
    for entry in parsed.entries:
        links = [entry.get("link"), entry.get("feedburner_origlink"), entry.get("id")]
        yield _entry(entry.get("id") or entry.get("link"), links, entry.get("title"), _published(entry))


def _published(entry: dict[str, Any]) -> datetime | None:
    """When it was published, else changed; feedparser gives it in UTC."""
    # plain look-ups: feedparser's own would warn of a key that it fills in from another
    parsed = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (OverflowError, ValueError):
        return None


# -- JSON Feed -------------------------------------------------------------------------------------------------


def _json_entries(source: str, body: bytes) -> Iterator[OldEntry]:
    try:
        feed = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise OldFeedError(source, f"not readable as JSON: {error}") from error
    items = feed.get("items")
    if not isinstance(items, list):
        raise OldFeedError(source, "is JSON without items, and so no feed")
    for item in items:
        if isinstance(item, dict):
            links = [item.get("url"), item.get("external_url"), item.get("id")]
            date = _instant(item.get("date_published") or item.get("date_modified"))
            # 1.0 lets a publisher write a number, and asks readers to take it for text
            id_ = item.get("id")
            yield _entry(str(id_) if isinstance(id_, int) else id_ or item.get("url"), links, item.get("title"), date)


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _entry(id_: object, links: list[object], title: object, published: datetime | None) -> OldEntry:
    return OldEntry(
        id=id_.strip() if isinstance(id_, str) else "",
        links=tuple(dict.fromkeys(link.strip() for link in links if isinstance(link, str) and "://" in link)),
        title=text(title) if isinstance(title, str) else "",
        published=published,
    )
