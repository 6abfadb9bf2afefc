"""Liquid's marks in a text, in time that grows with the text; python-liquid's own lexer takes its square.

What is no mark, because it never ends or names no tag, is left as text or out, and told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from liquid import Token
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG

_OPENING = re.compile(r"\{[{%]-?")
_TAG = re.compile(r"\s*(#|\w+)\s*", re.ASCII)
_ENDS = {name: re.compile(rf"\{{%-?\s{{0,40}}end{name}\s{{0,40}}-?%\}}") for name in ("raw", "comment")}

_LONGEST = 5_000  # characters between a mark's braces

Tell = Callable[[int, str], None]


class Lexer:
    """Cuts a source into tokens. ``tell`` hears of what cannot be one: its place and what is wrong with it.

    ``charge`` is told how many characters there are to be read as expressions.
    """

    def __init__(self, source: str, tell: Tell, charge: Callable[[int], None]) -> None:
        self._source = source
        self._tell = tell
        self._charge = charge
        self._position = 0
        self._trimming = False  # the mark before asked for no white space after it
        self._endless: set[str] = set()  # what is known to end nowhere from here on

    def __iter__(self) -> Iterator[Token]:
        while self._position < len(self._source):
            opening = _OPENING.search(self._source, self._position)
            start = opening.start() if opening else len(self._source)
            yield from self._text(start, trimmed=bool(opening and opening[0].endswith("-")))
            if opening is None:
                return
            yield from self._mark(opening)

    def _text(self, end: int, *, trimmed: bool) -> Iterator[Token]:
        start, text = self._position, self._source[self._position : end]
        if self._trimming:
            text = text.lstrip()
        if trimmed:
            text = text.rstrip()
        self._position, self._trimming = end, False
        if text:
            yield Token(TOKEN_CONTENT, text, start, self._source)

    def _mark(self, opening: re.Match[str]) -> Iterator[Token]:
        start, inner = opening.start(), opening.end()
        closing = "}}" if opening[0][1] == "{" else "%}"
        end = self._find(closing, inner)
        if end < 0:
            self._tell(start, f"{opening[0]} is never closed by {closing}, and shown as written")
            yield Token(TOKEN_CONTENT, opening[0], start, self._source)
            self._position = inner
            return
        written = self._source[inner:end]
        self._trimming = written.endswith("-")
        self._position = end + 2
        written = written.removesuffix("-")
        if len(written) > _LONGEST:
            self._tell(start, f"{opening[0]} … {closing} has more than {_LONGEST} characters, and is left out")
            return
        self._charge(len(written))
        if closing == "}}":
            yield Token(TOKEN_OUTPUT, written, start, self._source)
            yield Token(TOKEN_EXPRESSION, written.strip(), inner, self._source)
        else:
            yield from self._tag(written, start, inner)

    def _tag(self, written: str, start: int, inner: int) -> Iterator[Token]:
        named = _TAG.match(written)
        if named is None:
            self._tell(start, f"{{%{written}%}} names no tag, and is left out")
            return
        name = named[1]
        if name in _ENDS:
            yield from self._verbatim(name, start)
            return
        yield Token(TOKEN_TAG, name, start, self._source)
        if expression := written[named.end() :].rstrip():
            yield Token(TOKEN_EXPRESSION, expression, inner + named.end(), self._source)

    def _verbatim(self, name: str, start: int) -> Iterator[Token]:
        """What ``raw`` keeps as it is, or ``comment`` leaves out."""
        end = None if name in self._endless else _ENDS[name].search(self._source, self._position)
        if end is None:
            self._endless.add(name)
            self._tell(start, f"{{% {name} %}} is never closed, and left out")
            return
        text = self._source[self._position : end.start()]
        if self._trimming:
            text = text.lstrip()
        if end[0].startswith("{%-"):
            text = text.rstrip()
        if name == "raw" and text:
            yield Token(TOKEN_CONTENT, text, self._position, self._source)
        self._position, self._trimming = end.end(), end[0].endswith("-%}")

    def _find(self, closing: str, start: int) -> int:
        if closing in self._endless:
            return -1
        end = self._source.find(closing, start)
        if end < 0:
            self._endless.add(closing)
        return end
