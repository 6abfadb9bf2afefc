"""Entries of one shape differ by their texts alone: feedgen makes each shape once, then texts are put in their places.

A shape is learnt from a sample whose every text is a mark that no real sample has. A mark holds all characters that
markup writes in another way: so it shows, too, how each is to be written in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from feedsvc.markup import legal
from feedsvc.model import Entry, Person, Term
from feedsvc.render import facts
from feedsvc.render.facts import RenderRules

Make = Callable[[Entry, RenderRules], bytes]
Written = Callable[[datetime], str]

_LONG = 500  # characters
_SPECIAL = "&<>\"'\n\t"  # the first is in what stands for others
_START, _BETWEEN, _END = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"{_START}(\\d+){_BETWEEN}(.*?){_END}".encode(), re.DOTALL)
_PUBLISHED, _UPDATED = datetime(1234, 5, 6, tzinfo=UTC), datetime(1235, 6, 7, tzinfo=UTC)


class _Kind(NamedTuple):
    """What entries of one shape have in common: schemes of terms, what is known of authors, and what there is."""

    schemes: tuple[str, ...]
    authors: tuple[tuple[bool, bool], ...]
    html: bool
    summary: bool
    permalink: bool
    corrected: bool


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of a text: its number, how characters are written there, and what stands after it."""

    text: int
    written: tuple[tuple[str, str], ...]
    after: bytes


@dataclass(frozen=True, slots=True)
class _Shape:
    before: bytes
    slots: tuple[_Slot, ...]

    def filled(self, texts: Sequence[str]) -> bytes:
        parts = [self.before]
        for slot in self.slots:
            text = texts[slot.text]
            written = _encoded(text, slot.written) if len(text) > _LONG else _encoded.__wrapped__(text, slot.written)
            parts += (written, slot.after)
        return b"".join(parts)


def shaped(entry: Entry, rules: RenderRules, make: Make, dates: tuple[Written, Written], *, twice: bool) -> bytes:
    """What ``make`` makes of an entry, which is asked itself only for the first of each shape, and for unusual ones.

    ``dates`` write those of publication and of change as ``make`` does; ``twice`` tells that it writes the latter also
    where it is the same as the former.
    """
    published, updated = facts.moment(entry.published), facts.moment(entry.updated)
    html, summary = facts.content(entry, rules)
    kind = _Kind(
        tuple([term.scheme for term in entry.terms]),
        tuple([(bool(author.email), bool(author.uri)) for author in entry.authors]),
        bool(html),
        bool(summary),
        entry.id == entry.url,
        twice or updated != published,
    )
    texts = [entry.id, facts.title(entry), entry.url, dates[0](published), dates[1](updated)]
    texts += [term.name for term in entry.terms]
    texts += [text for author in entry.authors for text in (author.name, author.email, author.uri)]
    known = "" not in texts[: 5 + len(entry.terms)] and all(author.name for author in entry.authors)
    together = "".join((*texts, summary))
    if entry.media or not known or legal(together) is not together or not _is_legal(html):
        return make(entry, rules)
    texts += (html, summary)
    return _shape(make, dates, rules.url, kind).filled(texts)


@lru_cache(maxsize=256)
def _shape(make: Make, dates: tuple[Written, Written], url: str, kind: _Kind) -> _Shape:
    """Learnt from a sample."""
    marks = map(_mark, count())
    id_, title, link, published, updated = (next(marks) for _ in range(5))
    sample = Entry(
        number=0,
        version=b"",
        id=link if kind.permalink else id_,
        url=link,
        title=title,
        published=_PUBLISHED,
        updated=_UPDATED if kind.corrected else _PUBLISHED,
        terms=tuple([Term(scheme, next(marks)) for scheme in kind.schemes]),
        authors=tuple([_person(next(marks), next(marks), next(marks), *told) for told in kind.authors]),
        html=next(marks) if kind.html else (next(marks), "")[1],
        summary=next(marks) if kind.summary else "",
    )
    made = make(sample, RenderRules(url))
    for written, date, mark in zip(dates, (_PUBLISHED, _UPDATED), (published, updated), strict=True):
        made = made.replace(written(date).encode(), mark.encode())
    before, *rest = _MARK.split(made)
    slots = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    return _Shape(before, tuple(_Slot(int(number), _escapes(shown), after) for number, shown, after in slots))


# An entry's HTML comes again for the next format.
@lru_cache(maxsize=256)
def _encoded(text: str, written: tuple[tuple[str, str], ...]) -> bytes:
    for character, other in written:
        text = text.replace(character, other)
    return text.encode()


@lru_cache(maxsize=256)
def _is_legal(html: str) -> bool:
    return legal(html) is html


def _mark(number: int) -> str:
    return f"{_START}{number}{_BETWEEN}{_BETWEEN.join(_SPECIAL)}{_END}"


def _escapes(shown: bytes) -> tuple[tuple[str, str], ...]:
    """The characters that are written in another way, and that."""
    pairs = zip(_SPECIAL, shown.decode().split(_BETWEEN), strict=True)
    return tuple((character, written) for character, written in pairs if written != character)


def _person(name: str, email: str, uri: str, has_email: bool, has_uri: bool) -> Person:  # noqa: FBT001 - as they come
    return Person(name, email if has_email else "", uri if has_uri else "")
