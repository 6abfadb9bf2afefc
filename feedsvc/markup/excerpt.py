"""What a post begins with, as plain text: what Jekyll takes for its excerpt."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedsvc.markup.characters import legal
from feedsvc.markup.clean import to_html
from feedsvc.markup.markdown import to_raw_html
from feedsvc.markup.plain import text
from feedsvc.markup.tables import sound_tables
from feedsvc.model import Markup

# a line without any mark of Markdown or HTML: its text is what stands there
_WORDS = re.compile(r"(?![-+=\s]|\d+[.)])[^<>&*_`\[\]|#~{}\\\n\x00-\x1f\x7f-\x9f]*\n?\Z")
_REFERENCE = re.compile(r"^ {0,3}(\[[^\]\n]+\]):.+$", re.MULTILINE)
# elements that may hold words that are not shown: any but the commonest; and what hides
_UNCOMMON = re.compile(
    r"<(?!/?(?:p|a|b|i|em|strong|br|span|code|h[1-6]|img|ul|ol|li|blockquote|table|t[rdh]|thead|tbody)[\s/>]|https?://)"
)
_HIDING = ("hidden", "display", "visibility")
# HTML that Markdown passes on as it stands, to the first blank line (CommonMark, HTML blocks of kind 6)
_BLOCK = re.compile(r"<(?:p|div|h[1-6]|ul|ol|table|blockquote|section|article|figure)[\s>]", re.IGNORECASE)
_MEANS_MORE = re.compile(r"\n[ \t]*\n|<https?:|\{")  # what ends such a block, or is read in it all the same
_NOWHERE = "https://0.invalid/"  # links are not shown


def excerpt(body: str, separator: str, markup: Markup) -> str:
    """The text of ``body`` up to ``separator``, all of it where that is not there; blank lines before are passed over.

    Definitions of links that stand below are taken along, as Jekyll's ``Excerpt`` does.
    """
    head, found, tail = body.lstrip("\n").partition(separator)
    if _WORDS.match(head):
        return " ".join(head.split())
    if found and markup == "markdown" and "[" in head:
        head = "\n".join((head, "", *_references(head, tail)))
    head = legal(head)
    lowered = head.lower()
    seen = not _UNCOMMON.search(lowered) and not any(hiding in lowered for hiding in _HIDING)
    if not seen or not sound_tables(lowered):
        return text(to_html(head, markup, _NOWHERE))
    # all of it is seen: a third of the time
    return text(to_raw_html(head) if markup == "markdown" and not _is_html(head) else head)


def _is_html(head: str) -> bool:
    return bool(_BLOCK.match(head)) and not _MEANS_MORE.search(head)


def _references(head: str, tail: str) -> Iterator[str]:
    return (definition[0] for definition in _REFERENCE.finditer(tail) if definition[1] in head)
