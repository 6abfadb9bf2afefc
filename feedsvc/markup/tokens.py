"""Reads HTML of any kind as tags and text, in one pass; and re-nests what is too large to trust."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from feedsvc.markup.allowed import BLOCKS, DROPPED_WITH_CONTENT, ELEMENTS, EMBEDS, RAW_TEXT, VOID

# HTML, section 13.2.5, for input without CR, FF and NUL. Every group is possessive or ends at \Z: no input
# makes it try twice. Groups: the slash of an end tag, the name, the attributes.
TOKEN = re.compile(
    r"""<!--(?:-?>|.*?(?:--!?>|\Z))
    |</?[!?][^>]*+(?:>|\Z)
    |</[^a-zA-Z][^>]*+(?:>|\Z)
    |<(/?)([a-zA-Z][^\t\n\ />]*+)
     ((?:[\t\n\ /=]++
        |[^\t\n\ />=]++(?:[\t\n\ ]*+=[\t\n\ ]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\ >"'][^\t\n\ >]*+)?+)?+
      )*+)(?:>|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_DEPTH = 256  # browsers stop at 512
_LONGEST_TAG = 20_000
_KEPT = ELEMENTS | EMBEDS | DROPPED_WITH_CONTENT
# Which open elements a start tag ends, and at which open element the search for them stops.
_CELLS = frozenset({"td", "th"})
_TABLE = frozenset({"table"})
_INNER = _CELLS | _TABLE | {"caption"}
_TERMS = frozenset({"dd", "dt"})
_GROUPS = frozenset({"caption", "colgroup", "tbody", "tfoot", "thead"})
_PARAGRAPH = (frozenset({"p"}), _INNER)
_SIBLINGS: dict[str, tuple[tuple[frozenset[str], frozenset[str]], ...]] = {
    **dict.fromkeys(BLOCKS, (_PARAGRAPH,)),
    "li": ((frozenset({"li"}), _INNER | {"ol", "ul"}), _PARAGRAPH),
    **dict.fromkeys(_TERMS, ((_TERMS, _INNER | {"dl"}), _PARAGRAPH)),
    "tr": ((frozenset({"tr"}), _TABLE),),
    **dict.fromkeys(_CELLS, ((_CELLS, _TABLE),)),
    **dict.fromkeys(_GROUPS, ((_GROUPS, _TABLE),)),
    "a": ((frozenset({"a"}), _INNER),),
}


def renested(html: str) -> str:
    """``html`` with every element closed where it was opened, none deeper than 256, unknown tags left out.

    An HTML5 parser needs time that grows with the square of the depth, and copies unclosed formatting into
    each new paragraph; of what this returns it makes a tree of the same size, whatever went in.
    """
    nest = _Nest()
    for text, tag in pieces(html):
        nest.text(text)
        if tag and tag[2]:
            name = tag[2].lower()
            if tag[1]:
                nest.end(name)
            else:
                nest.start(name, tag[0])
    return nest.finished()


def pieces(html: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    """The text before each tag or comment of ``html`` with a match of `TOKEN`, then what follows the last.

    What scripts, styles and their like hold is no text: it is left out.
    """
    position = 0
    while token := TOKEN.search(html, position):
        yield html[position : token.start()], token
        position = token.end()
        if token[2] and not token[1] and token[2].lower() in RAW_TEXT:
            position = _after_raw_text(html, token[2], position)
    yield html[position:], None


def _after_raw_text(html: str, name: str, position: int) -> int:
    end = re.compile(rf"</{name}(?=[\t\n />])", re.IGNORECASE).search(html, position)
    return end.start() if end else len(html)


class _Nest:
    """Writes HTML whose elements end in the order in which they began, reversed."""

    def __init__(self) -> None:
        self._written: list[str] = []
        self._open: list[str] = []
        self._count: Counter[str] = Counter()  # of the open ones, so that no search is made in vain
        self._ignored: Counter[str] = Counter()  # begun below the deepest level, end yet to come

    def text(self, text: str) -> None:
        self._written.append(text.replace("<", "&lt;"))

    def start(self, name: str, tag: str) -> None:
        if name not in _KEPT:
            return
        for siblings, boundary in _SIBLINGS.get(name, ()):
            self._close(siblings, boundary)
        if len(self._open) >= _DEPTH and name not in VOID:
            self._ignored[name] += 1
            return
        self._written.append(tag if len(tag) <= _LONGEST_TAG and tag.endswith(">") else f"<{name}>")
        if name not in VOID:
            self._open.append(name)
            self._count[name] += 1

    def end(self, name: str) -> None:
        if self._ignored[name]:
            self._ignored[name] -= 1
        else:
            self._close(frozenset({name}), frozenset())

    def finished(self) -> str:
        self._end_from(0)
        return "".join(self._written)

    def _close(self, names: frozenset[str], boundary: frozenset[str]) -> None:
        """Ends the innermost open element of ``names``, with all in it, unless a ``boundary`` is between."""
        if not any(self._count[name] for name in names):
            return
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth] in names:
                self._end_from(depth)
                return
            if self._open[depth] in boundary:
                return

    def _end_from(self, depth: int) -> None:
        for name in reversed(self._open[depth:]):
            self._written.append(f"</{name}>")
            self._count[name] -= 1
        del self._open[depth:]
