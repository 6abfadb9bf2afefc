"""What a post is filed under: terms read from its front matter as Jekyll reads them, and from its folders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from feedsvc.model import SITE, Person, Term
from feedsvc.uris import addressable

# Ruby's String#split: ASCII whitespace alone, so U+3000 and no-break spaces are part of a name
_SPLIT = re.compile(r"[ \t\n\v\f\r]+")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def categories(data: Mapping[str, object], folders: Iterable[str] = ()) -> tuple[str, ...]:
    """The categories as Jekyll knows them, as written: folders, then ``categories``, then ``category``."""
    return _unique([*folders, *_plural(data.get("categories")), *_flat(data.get("category"))])


def tags(data: Mapping[str, object]) -> tuple[str, ...]:
    """The tags as Jekyll knows them: ``tag`` whole, or else ``tags``, a string of which is split."""
    single = data.get("tag")
    return _unique(_plural(data.get("tags")) if single is None else _flat(single))


def terms(
    categories: Iterable[str], tags: Iterable[str], authors: Iterable[Person]
) -> tuple[tuple[Term, ...], tuple[tuple[str, str], ...]]:
    """Terms in order, each once, under names that XML and addresses can hold.

    And, as scheme and name, those that no address leads to: the empty name, ``.`` and ``..``.
    """
    found: dict[Term, None] = {}
    refused: list[tuple[str, str]] = []
    people = (person.name for person in authors)
    for scheme, names in (("category", categories), ("tag", tags), ("author", people)):
        for written in names:
            name = clean_name(written)
            if addressable(name):
                found[Term(scheme, name)] = None
            else:
                refused.append((scheme, name))
    return tuple(found), tuple(refused)


def clean_name(name: str) -> str:
    """``name`` in NFC, without what XML cannot hold and without surrounding white space."""
    if name.isascii() and name.isprintable():
        return name.strip()
    return unicodedata.normalize("NFC", _ILLEGAL.sub("", name)).strip()


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _plural(value: object) -> list[str]:
    if isinstance(value, str):
        return [name for name in _SPLIT.split(value) if name]
    return _flat(value)


def _flat(value: object) -> list[str]:
    """The names in a value: those of a list however nested; ``a: b`` in a list is a name with a colon."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [f"{key}: {name}" for key, item in value.items() for name in _flat(item) or [""]]
    if isinstance(value, Iterable):
        return [name for item in value for name in _flat(item)]
    return [str(value)]


def feed_title(term: Term, site_title: str) -> str:
    """What a feed is called, in its documents and in every list."""
    return site_title if term == SITE else f"{term.name} - {site_title}"
