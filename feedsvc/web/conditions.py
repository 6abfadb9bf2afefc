"""Conditional requests: whether what the client holds is what it would get (RFC 9110, section 13)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from werkzeug.datastructures import Headers
from werkzeug.http import parse_date, parse_etags

Outcome = Literal[200, 304, 412]


def evaluate(headers: Headers, etag: str, modified: int | None) -> Outcome:
    """The status a GET or HEAD deserves by its conditions, taken in the order of RFC 9110, section 13.2.2.

    ``etag`` is the quoted, strong tag of what would be sent, ``modified`` its Last-Modified in epoch seconds.
    """
    if not _may_proceed(headers, etag, modified):
        return 412
    tags = _joined(headers, "If-None-Match")
    if tags is not None:
        return 304 if _matches(tags, etag) else 200  # If-Modified-Since is then ignored, either way
    since = _moment(headers, "If-Modified-Since")
    return 304 if since is not None and modified is not None and modified <= since else 200


def _may_proceed(headers: Headers, etag: str, modified: int | None) -> bool:
    tags = _joined(headers, "If-Match")
    if tags is not None:
        return _matches(tags, etag, strongly=True)
    before = _moment(headers, "If-Unmodified-Since")
    return before is None or modified is None or modified <= before


def _joined(headers: Headers, name: str) -> str | None:
    lines = headers.getlist(name)
    return ", ".join(lines) if lines else None


def _matches(tags: str, etag: str, *, strongly: bool = False) -> bool:
    parsed = parse_etags(tags)
    opaque = etag.strip('"')
    return parsed.contains(opaque) if strongly else parsed.contains_weak(opaque) or parsed.star_tag


def _moment(headers: Headers, name: str) -> float | None:
    """A date in any of HTTP's three forms (section 5.6.7); None where there is none, or one that cannot be."""
    lines = headers.getlist(name)
    try:
        found = parse_date(lines[0]) if len(lines) == 1 else None
    except (ValueError, OverflowError):
        return None
    return _aware(found).timestamp() if found else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
