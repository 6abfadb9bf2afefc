"""What a post is filed under: terms read from its front matter as Jekyll reads them, and from its folders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from feedsvc.model import Person, Term
from feedsvc.uris import addressable

# Ruby's String#split: ASCII whitespace alone, so U+3000 and no-break spaces are part of a name
_SPLIT = re.compile(r"[ \t\n\v\f\r]+")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
_ILLEGAL = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd{_NONCHARACTERS}]")  # as in bodies
MOST = 100  # of a post: each is a feed of its own in three formats
LONGEST = 200  # characters: beyond lies text that was taken for a name


def categories(data: Mapping[str, object], folders: Iterable[str] = ()) -> tuple[str, ...]:
    """The categories as Jekyll knows them, as written: folders, then ``categories``, then ``category``."""
    return _unique([*folders, *_plural(data.get("categories")), *_flat(data.get("category"))])


def tags(data: Mapping[str, object]) -> tuple[str, ...]:
    """The tags as Jekyll knows them: ``tag`` whole, or else ``tags``, a string of which is split."""
    single = data.get("tag")
    return _unique(_plural(data.get("tags")) if single is None else _flat(single))


@dataclass(frozen=True, slots=True)
class Filing:
    """What a post is filed under, and what it asked for in vain.

    Scheme and name of those that no address leads to (the empty name, ``.`` and ``..``) and of those whose names
    are too long; ``surplus`` counts the names beyond ``MOST``.
    """

    terms: tuple[Term, ...]
    nowhere: tuple[tuple[str, str], ...] = ()
    long: tuple[tuple[str, str], ...] = ()
    surplus: int = 0


def terms(categories: Iterable[str], tags: Iterable[str], authors: Iterable[Person]) -> Filing:
    """Terms in order, each once, under names that XML and addresses can hold."""
    people = (person.name for person in authors)
    asked = dict.fromkeys(
        (scheme, clean_name(name))
        for scheme, names in (("category", categories), ("tag", tags), ("author", people))
        for name in names
    )
    considered = list(asked)[:MOST]
    nowhere = tuple(each for each in considered if not addressable(each[1]))
    long = tuple(each for each in considered if len(each[1]) > LONGEST and each not in nowhere)
    refused = {*nowhere, *long}
    filed = tuple(Term(*each) for each in considered if each not in refused)
    return Filing(filed, nowhere, long, len(asked) - len(considered))


@lru_cache(maxsize=8192)  # the same few thousand names come again and again
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
