"""An entry's HTML as it stands in a page: nothing is fetched for it, and it fits into the page's outline.

Pictures, sound and films become links, so that nobody but the page's own server learns who reads it.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from feedsvc.markup.allowed import VOID
from feedsvc.markup.tokens import pieces

_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_HEADING = re.compile(r"h[1-6]")
_DEEPEST = 6
# A page has these once, and of its own: an entry's are none of its landmarks.
_LANDMARKS = frozenset(("address", "article", "aside", "footer", "header", "hgroup", "main", "nav", "section"))
_MEDIA = frozenset(("audio", "video"))
_LEFT_OUT = frozenset(("picture", "source", "track"))
_KEPT = frozenset(("align", "cite", "colspan", "datetime", "dir", "href", "hreflang", "lang", "open", "reversed"))
_KEPT |= frozenset(("rowspan", "scope", "span", "start", "title", "type", "value"))
# What may stand directly in a list, and what anything else is put into.
_CHILDREN = {"ul": frozenset(("li",)), "ol": frozenset(("li",)), "dl": frozenset(("dt", "dd", "div"))}
_PARENTS = {"li": ("ul", "ol"), "dt": ("dl", "div"), "dd": ("dl", "div")}
_TINY = 3  # pixels: counters of visitors are that wide


def readable(html: str, level: int, label: Callable[[str], str], table: str) -> str:
    """Sanitised ``html`` with its headings below ``level``, without media, identifiers and landmarks.

    ``label`` names what has no text of its own, by its kind: "picture", "audio", "video" or "link"; ``table`` names
    the frame in which a wide table is scrolled.
    """
    writer = _Writer(level, label, table)
    for text, tag in pieces(html):
        writer.text(text)
        if tag is not None and tag[2]:
            if tag[1]:
                writer.end(tag[2].lower())
            else:
                writer.start(tag[2].lower(), dict(_ATTRIBUTE.findall(tag[0])))
    return writer.finished()


class _Writer:
    """Writes the HTML; ``_open`` holds each open element's name and what ends it."""

    def __init__(self, level: int, label: Callable[[str], str], table: str) -> None:
        self._level, self._heading = level, level
        self._label, self._table = label, table
        self._out: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._silent = 0  # depth in a sound or film, whose fallback is not shown
        self._played = ""  # the sound or film whose source is still to come
        self._said = 0  # texts so far: tells whether a link has any
        self._links: list[tuple[int, str]] = []

    def text(self, text: str) -> None:
        if not text or self._silent:
            return
        if text.strip():
            self._said += 1
            inner = self._wrapper("")
            if inner:
                text = f"<{inner}>{text}</{inner}>"
        self._out.append(text)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._silent or name in _LEFT_OUT or name in _MEDIA or name == "img":
            self._medium(name, attributes)
            return
        wrapper = self._wrapper(name)
        if wrapper:
            self._out.append(f"<{wrapper}>")
        before, written, after = self._element(name, attributes)
        self._out.append(f"{before}<{written}{_kept(attributes)}>" if written else before)
        closing = (
            (f"</{written}>" if written and name not in VOID else "") + after + (f"</{wrapper}>" if wrapper else "")
        )
        if name in VOID:
            self._out.append(closing)
        else:
            self._open.append((name, closing))

    def end(self, name: str) -> None:
        if self._silent:
            self._silent -= name in _MEDIA
            return
        if name in _LEFT_OUT or not any(opened == name for opened, _ in self._open):
            return
        while self._open:
            opened, closing = self._open.pop()
            self._close(opened, closing)
            if opened == name:
                return

    def finished(self) -> str:
        while self._open:
            self._close(*self._open.pop())
        return "".join(self._out)

    def _close(self, name: str, closing: str) -> None:
        if name == "a" and closing.startswith("</a>"):  # not one without href, which may have a wrapper to end
            said, href = self._links.pop()
            if said == self._said:  # a link that says nothing
                self._out.append(_shown(href) or entities.escape(self._label("link")))
        self._out.append(closing)

    def _element(self, name: str, attributes: dict[str, str]) -> tuple[str, str, str]:
        """What stands before an element, the name it gets ("" for none), and what stands after it."""
        if _HEADING.fullmatch(name):
            self._heading = min(self._level + int(name[1]), self._heading + 1, _DEEPEST)
            return "", f"h{self._heading}", ""
        if name == "table":
            return (
                f'<div class="scroll" role="group" tabindex="0" aria-label="{entities.escape(self._table)}">',
                name,
                "</div>",
            )
        if name == "a":
            if "href" not in attributes or self._links:
                return "", "", ""
            self._links.append((self._said, attributes["href"]))
            return "", name, ""
        parents = _PARENTS.get(name)
        if name in _LANDMARKS or (parents and not (self._open and self._open[-1][0] in parents)):
            return "", "div", ""
        return "", name, ""

    def _wrapper(self, name: str) -> str:
        """The element that has to be between a list and what stands in it, "" for none."""
        parent = self._open[-1][0] if self._open else ""
        allowed = _CHILDREN.get(parent)
        if allowed is None or name in allowed:
            return ""
        return "dd" if parent == "dl" else "li"

    def _medium(self, name: str, attributes: dict[str, str]) -> None:
        """A link in place of a picture, a sound or a film; where a link is open already, its text alone.

        A sound or film is what its first source is, and what else it holds is for those who cannot play it.
        """
        if name in _MEDIA:
            self._silent += 1
            self._played = name
        if name == "source":
            name = self._played
        src = attributes.get("src", "")
        if name and name not in _LEFT_OUT and src:
            self._out.append(self._substitute(name, src, attributes))
            self._played = ""

    def _substitute(self, name: str, src: str, attributes: dict[str, str]) -> str:
        if any(_tiny(attributes.get(side, "")) for side in ("width", "height")):
            return ""
        kind = "picture" if name == "img" else name
        shown = attributes.get("alt", "").strip() or attributes.get("title", "").strip()
        said = f'<span class="kind">{entities.escape(self._label(kind))}</span>{f" {shown}" if shown else ""}'
        self._said += 1
        made = f'<span class="medium">{said}</span>' if self._links else f'<a class="medium" href="{src}">{said}</a>'
        wrapper = self._wrapper(name)
        return f"<{wrapper}>{made}</{wrapper}>" if wrapper else made


def _kept(attributes: dict[str, str]) -> str:
    return "".join(
        f' {name}="{value}"'
        for name, value in attributes.items()
        if name in _KEPT and (name != "lang" or _LANGUAGE.fullmatch(value))
    )


def _tiny(size: str) -> bool:
    return size.isdecimal() and int(size) < _TINY


def _shown(href: str) -> str:
    """An address as text: host and path, readable."""
    parts = urlsplit(entities.unescape(href))
    return entities.escape(unquote(parts.netloc + parts.path).rstrip("/"))
