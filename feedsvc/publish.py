"""Bytes become a Document with validators; the same bytes stay the same Document."""

from __future__ import annotations

from xxhash import xxh3_128_hexdigest

from feedsvc.model import Document, EntryKeys, Format, Term


def publish(
    term: Term,
    format: Format,  # noqa: A002
    address: str,
    body: bytes,
    entries: EntryKeys,
    *,
    previous: Document | None,
    now: int,
) -> Document:
    """The document to serve at ``address``: ``previous`` itself where its bytes have not changed.

    Otherwise a new one, modified ``now`` (epoch seconds) but strictly later than the previous: whoever holds
    only a Last-Modified must never take the old for the new (RFC 9110, section 8.8.2). Of ``previous`` only
    the etag and the time are looked at, so its body need not be loaded.
    """
    etag = xxh3_128_hexdigest(body)
    if previous is None:
        return Document(address, term, format, etag, now, body, entries)
    if previous.etag == etag:
        return previous
    return Document(address, term, format, etag, max(now, previous.modified + 1), body, entries)
