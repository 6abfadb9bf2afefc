"""Finding feeds by their names, however these are written: case, width, simplified or traditional, or in pinyin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from feedsvc.catalogue import Listed
from feedsvc.select import fold
from feedsvc.web.pages.readings import of_text, simplified

LONGEST = 100  # characters of a query
_NEAR = 65.0  # of rapidfuzz's ratio, 0 to 100
_ACCENTS = re.compile("[\u0300-\u036f]")  # of Latin letters and others, tones among them
_WORD = re.compile(r"[^\W_]+")
_LIKE_PINYIN = 3  # letters, from which on readings are compared in the middle of a name too


@dataclass(frozen=True, slots=True)
class Key:
    """How a name is compared: folded, without accents, letters and digits alone; its words; how it is read."""

    plain: str
    written: tuple[str, ...]
    readings: tuple[str, ...]
    initials: tuple[str, ...]


def key(name: str) -> Key:
    """The key of a name or of a query."""
    folded = simplified(_ACCENTS.sub("", unicodedata.normalize("NFD", fold(name))))
    words = _WORD.findall(folded)
    plain = "".join(words) or folded
    both = of_text(plain)
    readings = tuple(dict.fromkeys(whole for whole, _ in both))
    return Key(
        plain,
        tuple(dict.fromkeys((plain, *words))),
        readings,
        () if plain.isascii() else tuple(dict.fromkeys(first for _, first in both)),
    )


@dataclass(frozen=True, slots=True)
class Names:
    """The names of feeds, ready to be searched."""

    feeds: tuple[Listed, ...]
    keys: Mapping[str, Key] = field(repr=False)

    @classmethod
    def of(cls, feeds: Iterable[Listed], known: Mapping[str, Key]) -> Names:
        """These feeds' names; ``known`` holds keys that need not be made again."""
        held = tuple(feeds)
        return cls(held, {each.term.name: known.get(each.term.name) or key(each.term.name) for each in held})

    def find(self, query: str) -> list[Listed]:
        """The feeds in whose names all words of a query occur, the best first; the fuller one of equals."""
        words = [key(word) for word in [query[:LONGEST], *query[:LONGEST].split()] if word.strip()]
        if not words:
            return []
        whole, *parts = words
        ranked = []
        for each in self.feeds:
            name = self.keys[each.term.name]
            rank = _rank(whole, name)
            if rank is None and len(parts) > 1:
                ranks = [_rank(part, name) for part in parts]
                rank = None if None in ranks else 6
            if rank is not None:
                ranked.append((rank, -each.entries, each.term.name, each.term.scheme, each))
        return [each for *_, each in sorted(ranked, key=lambda row: row[:4])]

    def near(self, query: str, limit: int) -> list[Listed]:
        """Feeds whose names are like a query, the likest first: what it finds, then what it may have meant."""
        found = self.find(query)[:limit]
        asked = key(query[:LONGEST])
        seen = {each.term for each in found}
        written = [(text, each) for each in self.feeds for text in self.keys[each.term.name].written]
        read = [(self.keys[each.term.name].readings[0], each) for each in self.feeds]
        for text, choices in ((asked.plain, written), (asked.readings[0], read)):
            likest = process.extract(
                text, [choice for choice, _ in choices], scorer=fuzz.ratio, limit=limit, score_cutoff=_NEAR
            )
            for _, _, place in likest:
                if choices[place][1].term not in seen:
                    seen.add(choices[place][1].term)
                    found.append(choices[place][1])
        return found[:limit]


def _rank(asked: Key, name: Key) -> int | None:
    """How well a name answers, 0 the best; None where it does not."""
    if asked.plain == name.plain:
        return 0
    if name.plain.startswith(asked.plain):
        return 1
    if asked.plain in name.plain:
        return 2
    for wanted in asked.readings:
        for reading in name.readings:
            if wanted == reading:
                return 3
            if reading.startswith(wanted) and len(wanted) > 1:
                return 4
    return _loosely(asked, name)


def _loosely(asked: Key, name: Key) -> int | None:
    if len(asked.plain) > 1 and any(first.startswith(asked.plain) for first in name.initials):
        return 4
    wanted = asked.readings[0]
    return 5 if len(wanted) >= _LIKE_PINYIN and any(wanted in reading for reading in name.readings) else None
