"""How Chinese is read: the pinyin of each character, and the simplified form of each.

Imported at the first search alone. Without the phrases that pypinyin can tell readings by, its tables take 12 MB of
memory instead of 56; all usual readings of a character are tried instead.
"""

from __future__ import annotations

import os
from functools import lru_cache

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # read by pypinyin when it is imported

from opencc import OpenCC
from pypinyin import Style, pinyin

_MOST = 3  # readings of a character, the usual ones first
_ALTERNATIVES = 12  # readings of a name
_SIMPLIFIED = OpenCC("t2s")


def simplified(text: str) -> str:
    """``text`` with traditional characters in their simplified form."""
    converted: str = _SIMPLIFIED.convert(text)
    return converted


@lru_cache(maxsize=20_000)
def of_character(char: str) -> tuple[str, ...]:
    """A character's readings without tones, the usual one first; itself, where it has none."""
    found = dict.fromkeys(pinyin(char, style=Style.NORMAL, heteronym=True)[0])
    usual = list(found)[:_MOST]
    return (*usual, *(each.replace("v", "u") for each in usual if "v" in each))  # ü is typed as v, or as u


def of_text(text: str) -> tuple[tuple[str, str], ...]:
    """Readings of a text, the usual one first, each with the first letters of its syllables."""
    found: list[tuple[str, str]] = [("", "")]
    for char in text:
        readings = (char,) if char.isascii() else of_character(char)
        room = max(1, _ALTERNATIVES // len(found))
        found = [(whole + each, first + each[:1]) for each in readings[:room] for whole, first in found]
    return tuple(found)
