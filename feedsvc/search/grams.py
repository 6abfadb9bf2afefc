"""What the index knows of a text, and what is looked up for a word: pairs of characters, and words between spaces.

Two kinds of character are told apart: *signs*, written without spaces (Chinese, Japanese, Korean, Thai, emoji …), of
which any neighbours may be asked for, and *letters* (with digits), whose words are asked for from their beginning.

A text is indexed under

- each pair of neighbouring signs; a sign with nothing or something else behind it, with ``END``; a letter with the sign
  behind it, after ``END``;
- each word of letters;
- three signs in a row whose pairs are both common: where common pairs are looked up one by one, many texts have them
  and few have them side by side.

What is *common* is found out from a sample before an index is made, and stays as long as the index. So are single signs
and beginnings of words that are so common that it is quicker to read texts until enough have them than to put together
all that begins with them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from itertools import compress, count
from math import sqrt
from operator import add, and_
from typing import NamedTuple

from feedsvc.model import Term

END = "·"
LONGEST = 24  # letters of a word that are indexed
PAIRS = 0.02  # of texts that have a pair for it to be common
MOST_PAIRS = 2_000
SELDOM = 10  # texts of a sample that prove nothing
READING = 13_000  # texts of which as many can be put together while as many are read as give a feed's entries, squared
_TERM = "¤"  # no word and no pair begins with it
_BEGINNINGS = (1, 2, 3)

_SIGNS = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u312f"
    "\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
_SIGN = re.compile(f"[{_SIGNS}]")
_BETWEEN = re.compile(f"[^{_SIGNS}]+")
_LETTER = re.compile(f"[^\\W{_SIGNS}]")
_WORD = re.compile(f"[^\\W{_SIGNS}]+")
_MEETING = re.compile(f"[^\\W{_SIGNS}][{_SIGNS}]")
_PIECE = re.compile(f"[{_SIGNS}]+|[^\\W{_SIGNS}]+")


class Unit(NamedTuple):
    """Something to look up: what a text is indexed under, or with ``begins`` what that begins with."""

    gram: str
    begins: bool = False


def term_gram(term: Term) -> str:
    """What posts of a term are indexed under."""
    return _TERM + blake2b(f"{term.scheme}\0{term.name}".encode(), digest_size=6).hexdigest()


def grams(text: str, common: frozenset[str]) -> set[str]:
    """All that a folded text is indexed under."""
    signs = _BETWEEN.sub(END, f"{text}\n")
    pairs = list(map(add, signs, signs[1:]))
    found = {pair for pair in pairs if pair[0] != END}
    often = [pair in common for pair in pairs]
    threes = map(and_, often, often[1:])
    found.update(pairs[place] + pairs[place + 1][1] for place in compress(count(), threes))
    found.update(word[:LONGEST] for word in _WORD.findall(text))
    found.update(END + meeting for meeting in _MEETING.findall(text))
    return found


def find_common(texts: Iterable[str], total: int) -> frozenset[str]:
    """What is common in a sample of ``total`` texts."""
    pairs: Counter[str] = Counter()
    singles: Counter[str] = Counter()
    sampled = 0
    for text in texts:
        sampled += 1
        signs = _BETWEEN.sub(END, text)
        pairs.update({pair for pair in map(add, signs, signs[1:]) if END not in pair})
        singles.update({*signs} - {END})
        singles.update(_beginnings(_WORD.findall(text)))
    least = max(SELDOM, sampled * PAIRS)
    # Putting together takes time for each text that has it, reading for each that has not.
    most = max(SELDOM, sampled * sqrt(READING / max(total, 1)))
    often = [pair for pair, times in pairs.most_common(MOST_PAIRS) if times >= least]
    return frozenset([*often, *(single for single, times in singles.items() if times >= most)])


def units(word: str, common: frozenset[str]) -> tuple[list[Unit], bool]:
    """What to look up for a folded word, and whether whatever has it all is sure to have the word.

    There is nothing to look up for what is very common: texts are to be read.
    """
    found: list[Unit] = []
    sure = False
    for piece in _PIECE.finditer(word):
        whole, last = piece[0] == word, piece.end() == len(word)
        if _SIGN.match(piece[0]):
            some = _signs(piece[0], common)
            if piece.start() and _LETTER.match(word[piece.start() - 1]):
                some = [*(some if len(piece[0]) > 1 else ()), Unit(END + word[piece.start() - 1 : piece.start() + 1])]
            found += some
            sure = whole and len(some) == 1 and len(some[0].gram) == len(word)
        else:
            some = _letters(piece[0], common) if last else [Unit(piece[0][:LONGEST])]
            found += some
            sure = whole and bool(some) and len(word) <= LONGEST
    return found, sure


def occurs(word: str, text: str) -> bool:
    """Whether a folded text holds a folded word; one that begins with a letter, where a word of the text begins."""
    if not _LETTER.match(word):
        return word in text
    place = text.find(word)
    while place > 0 and _LETTER.match(text[place - 1]):
        place = text.find(word, place + 1)
    return place >= 0


def _beginnings(words: Iterable[str]) -> set[str]:
    return {word[:length] + END for word in words for length in _BEGINNINGS if len(word) >= length}


def _letters(word: str, common: frozenset[str]) -> list[Unit]:
    return [] if f"{word}{END}" in common else [Unit(word[:LONGEST], begins=len(word) < LONGEST)]


def _signs(signs: str, common: frozenset[str]) -> list[Unit]:
    if len(signs) == 1:
        return [] if signs in common else [Unit(signs, begins=True)]
    pairs = list(map(add, signs, signs[1:]))
    found: list[Unit] = []
    covered = -1  # the last pair that is part of three signs
    for place, pair in enumerate(pairs):
        if place + 1 < len(pairs) and pair in common and pairs[place + 1] in common:
            found.append(Unit(pair + pairs[place + 1][1]))
            covered = place + 1
        elif place > covered:
            found.append(Unit(pair))
    return list(dict.fromkeys(found))
