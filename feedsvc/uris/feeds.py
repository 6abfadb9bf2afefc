"""Where feeds and their pages live, and which feed a path asks for."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote_to_bytes

from feedsvc.model import FILENAMES, SCHEMES, SITE, Term

_TAILS = frozenset(FILENAMES.values()) | {""}
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def feed_path(term: Term, filename: str) -> str:
    """The percent-encoded path of a feed: ``/rss.xml``, ``/category/%E4%B8%AD/atom.xml``."""
    return page_path(term) + filename


def page_path(term: Term) -> str:
    """The percent-encoded path of a term's page: ``/``, ``/category/%E4%B8%AD/``."""
    return "/" if term == SITE else f"/{term.scheme}/{quote(term.name, safe='')}/"


def feed_name(term: Term) -> str:
    """What a feed is called in settings: ``category/TechWeb``, and ``site`` for the site's."""
    return "site" if term == SITE else f"{term.scheme}/{term.name}"


def read_path(path: bytes | str) -> tuple[Term, str] | None:
    """The inverse of ``feed_path`` and ``page_path``: a raw path's term, and its file name ("" for a page).

    The term is everything between the scheme and the last segment of the decoded path, in NFC. None where the
    path is no such address; ValueError where it is malformed (a bad ``%``, invalid UTF-8, NUL).
    """
    raw = path.encode("utf-8") if isinstance(path, str) else path
    if _BAD_PERCENT.search(raw):
        raise ValueError("malformed percent-encoding in the path")
    decoded = unquote_to_bytes(raw).decode("utf-8")  # UnicodeDecodeError is a ValueError
    if "\0" in decoded:
        raise ValueError("NUL in the path")
    head, slash, tail = unicodedata.normalize("NFC", decoded).rpartition("/")
    if not slash or tail not in _TAILS:
        return None
    if head == "":
        return SITE, tail
    _, scheme, name = (*head.split("/", 2), "", "")[:3]
    if not head.startswith("/") or scheme not in SCHEMES or not addressable(name):
        return None
    return Term(scheme, name), tail


def addressable(name: str) -> bool:
    """Whether a term of this name can have an address: clients resolve segments ``.`` and ``..`` away."""
    return bool(name) and not any(segment in (".", "..") for segment in name.split("/"))
