"""An answer made ready: status, headers and body for each coding, made once, chosen by each request."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import blake2b
from math import inf
from urllib.parse import unquote

from feedsvc.codings import CODINGS, Coding, encode
from feedsvc.model import MEDIA_TYPES, Document
from feedsvc.particulars import particulars
from feedsvc.rules import Served

Headers = list[tuple[str, str]]
Key = str | tuple[str, str]
"""A decoded, canonical path; with the query of what is composed at request."""

_REVALIDATE = 60  # seconds for which a cache may serve what is stale while it asks anew
_IF_ERROR = 86_400  # seconds for which it may while we cannot be asked
_OVERHEAD = 6_000  # bytes that an answer's headers and objects take beside its bodies


@dataclass(frozen=True, slots=True)
class Variant:
    """One coding of an answer: what a 200 says, and what a 304 says. Nobody may change the lists."""

    etag: str
    headers: Headers
    not_modified: Headers
    body: bytes


class Shelved:
    """What is served at a path, until ``until`` (epoch seconds) at the latest.

    ``lasting`` answers stay good while their document does; others hold
    for one generation. ``variants`` holds the codings made so far; ``used`` is set by each hit.
    """

    __slots__ = (
        "_lock", "_media_type", "_more", "_shared",
        "digest", "key", "lasting", "modified", "until", "used", "variants",
    )  # fmt: skip

    def __init__(
        self,
        key: Key,
        body: bytes,
        media_type: str,
        served: Served,
        *,
        digest: str = "",
        modified: int | None = None,
        until: float = inf,
        lasting: bool = False,
        link: str = "",
        max_age: int | None = None,
        more: Headers | None = None,
    ) -> None:
        self.key = key
        self.digest = digest or blake2b(body, digest_size=16).hexdigest()
        self.modified = modified
        self.until = until
        self.lasting = lasting
        self.used = False
        self._media_type = media_type
        self._more = more or []
        self._shared = _shared_headers(cache_control(served, max_age), modified, link)
        self._lock = threading.Lock()
        self.variants: dict[Coding, Variant] = {}
        self.variants["identity"] = self._variant("identity", body)

    @classmethod
    def of_document(cls, document: Document, served: Served, now: float, until: float = inf) -> Shelved:
        """A document's answer; Last-Modified is left out while it would lie in the future (RFC 9110, 8.8.2.1)."""
        early = document.modified > now
        return cls(
            unquote(document.address),
            document.body,
            MEDIA_TYPES[document.format],
            served,
            digest=document.etag,
            modified=None if early else document.modified,
            until=min(until, document.modified) if early else until,
            lasting=True,
            link=links(served, document.address),
            max_age=particulars(document.term, served.site, served.feeds.tables).max_age,
        )

    @property
    def size(self) -> int:
        """Bytes of memory it takes."""
        return _OVERHEAD + sum(len(variant.body) for variant in list(self.variants.values()))

    def etag(self, coding: Coding) -> str:
        """The entity tag of a coding, quoted; known without making it."""
        return f'"{self.digest}{CODINGS[coding]}"'

    def not_modified(self, coding: Coding) -> Headers:
        """The headers of a 304 (RFC 9110, section 15.4.5); known without making the coding."""
        return [("ETag", self.etag(coding)), *self._shared]

    def variant(self, coding: Coding) -> Variant:
        """One coding; made at the first call, by one thread while others wait for it."""
        found = self.variants.get(coding)
        if found is None:
            with self._lock:
                found = self.variants.get(coding)
                if found is None:
                    body = encode(coding, self.variants["identity"].body)
                    found = self.variants[coding] = self._variant(coding, body)
        return found

    def headers(self, coding: Coding, length: int) -> Headers:
        """The headers of a 200 with a body of ``length`` bytes in a coding."""
        headers = [("Content-Type", self._media_type), ("Content-Length", str(length))]
        if coding != "identity":
            headers.append(("Content-Encoding", coding))
        return [*headers, *self.not_modified(coding), ("X-Content-Type-Options", "nosniff"), *self._more]

    def _variant(self, coding: Coding, body: bytes) -> Variant:
        return Variant(self.etag(coding), self.headers(coding, len(body)), self.not_modified(coding), body)


def links(served: Served, address: str) -> str:
    """The Link header of a feed's document, as the document itself says (WebSub, section 4)."""
    own = [f'<{served.feeds.url}{address}>; rel="self"']
    return ", ".join(own + [f'<{hub}>; rel="hub"' for hub in served.feeds.hubs])


def _shared_headers(fresh: str, modified: int | None, link: str) -> Headers:
    headers = [
        ("Cache-Control", fresh),
        ("Vary", "Accept-Encoding"),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link"),
    ]
    if modified is not None:
        headers.append(("Last-Modified", formatdate(modified, usegmt=True)))
    if link:
        headers.append(("Link", link))
    return headers


def cache_control(served: Served, max_age: int | None = None) -> str:
    """How long answers are fresh (RFC 9111, section 5.2.2) and may be served stale (RFC 5861).

    ``max_age`` where a feed has one of its own.
    """
    age = served.max_age if max_age is None else max_age
    return (
        f"public, max-age={age}, s-maxage={served.shared_max_age}, "
        f"stale-while-revalidate={_REVALIDATE}, stale-if-error={_IF_ERROR}"
    )
