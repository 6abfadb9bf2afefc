"""HTML → plain text, for titles and summaries."""

from __future__ import annotations

import html as entities
import re
import unicodedata
from collections.abc import Iterator

from feedsvc.markup.allowed import BLOCKS, RAW_TEXT
from feedsvc.markup.characters import legal
from feedsvc.markup.tokens import pieces

_APART = BLOCKS | {"br", "hr", "img"}
_PLAIN_TAG = re.compile(r'</?([a-zA-Z][a-zA-Z0-9]*)(?: +[a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")* ?/?>')
_RAW = "\ufdd0"  # a noncharacter, which no text may hold
_SENTENCE = re.compile(r"[。！？!?…][”’」』）)\"']*|\.(?=\s)")
_WORD = re.compile(r"[A-Za-z0-9\u00c0-\u024f'’_-]")
_JOINERS = "\u200d\ufe0e\ufe0f"  # zero-width joiner, variation selectors
_LOOSE_ENDS = " ,;:-–—(（[「『“‘《、，；："


def text(html: str, limit: int = 0) -> str:
    """The text of ``html`` on one line: tags gone, entities resolved, white space folded.

    With ``limit`` above 0 it has at most that many characters, "…" included: cut after a sentence where one
    ends in the last third, else between words.
    """
    if "<" in html:
        plain, tags = _PLAIN_TAG.subn(_gap, html)
        # as a rule all tags are plain ones, which takes a third of the time
        html = plain if tags == html.count("<") and _RAW not in plain else "".join(_words(html))
    if "&" in html:
        html = entities.unescape(html)
    return _cut(" ".join(legal(html).split()), limit)


def _gap(tag: re.Match[str]) -> str:
    """What parts the text before a tag from that after it; a mark where that may be no text."""
    name = tag[1].lower()
    return " " if name in _APART else _RAW if name in RAW_TEXT else ""


def _words(html: str) -> Iterator[str]:
    for between, tag in pieces(html):
        yield between
        if tag and tag[2] and tag[2].lower() in _APART:
            yield " "


def _cut(line: str, limit: int) -> str:
    if limit <= 0 or len(line) <= limit:
        return line
    room = limit - 1
    ends = [end.end() for end in _SENTENCE.finditer(line, 0, room)]
    if ends and ends[-1] * 3 >= room * 2:
        return line[: ends[-1]] + "…"
    return line[: _between_words(line, room)].rstrip(_LOOSE_ENDS) + "…"


def _between_words(line: str, room: int) -> int:
    """The last place up to ``room`` that parts no word, nor a character made of several code points."""
    whole = room
    while whole > 0 and (
        unicodedata.combining(line[whole]) or line[whole] in _JOINERS or line[whole - 1] == _JOINERS[0]
    ):
        whole -= 1
    end = whole
    while end > 0 and _WORD.match(line[end]) and _WORD.match(line[end - 1]):
        end -= 1
    return end if end * 3 >= room * 2 else whole
