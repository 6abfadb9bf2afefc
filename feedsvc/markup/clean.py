"""The way of a post's body: legal characters, Markdown, bounded nesting, what is visible, safe, absolute."""

from __future__ import annotations

from feedsvc.markup.characters import legal
from feedsvc.markup.links import absolute_links
from feedsvc.markup.markdown import to_raw_html
from feedsvc.markup.plain import text
from feedsvc.markup.sanitiser import readable_again, safe
from feedsvc.markup.tokens import renested
from feedsvc.markup.visible import visible
from feedsvc.model import Markup

# Below these no nesting takes more than some 50 ms; most posts are far below, and keep HTML5's own reading.
_MOST_TAGS = 1_000
_MOST_CHARACTERS = 65_536


def to_html(body: str, markup: Markup, base: str) -> str:
    """``body`` as HTML that any reader can show: sanitised, XML-legal, all references absolute ASCII URIs.

    ``base`` is the post's own absolute URL. Neither ``style`` nor ``class`` (but a code block's language)
    survives, hidden elements are left out, and an embed (iframe, embed, object) becomes a link to it.
    """
    raw = _raw(body, markup)
    clean = safe(visible(raw, base))
    if len(clean) > 4 * len(raw) + 10_000:  # copies of unclosed formatting in each paragraph
        clean = safe(visible(renested(raw), base))
    return readable_again(absolute_links(clean, base))


def to_text(body: str, markup: Markup, base: str) -> str:
    """What there is to read of ``body``, on one line: the text of what ``to_html`` gives, at half the cost."""
    return text(visible(_raw(body, markup), base))


def _raw(body: str, markup: Markup) -> str:
    """``body`` as HTML that is neither safe nor tidy, but in which no nesting takes long."""
    raw = legal(body)
    if markup == "markdown":
        raw = to_raw_html(raw)
    if len(raw) > _MOST_CHARACTERS or raw.count("<") > _MOST_TAGS:
        raw = renested(raw)
    return raw
