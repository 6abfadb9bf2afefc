"""Markdown → HTML: CommonMark with GitHub's tables, strikethrough, footnotes and bare links; raw HTML passes."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from comrak import ExtensionOptions, ParseOptions, RenderOptions, render_markdown

_MOST_CELLS = 50_000  # a short row is filled up to its table's width: 23 KB can ask for 50 MB of cells
_CODE_OR_ANCHOR = re.compile(r"<(?:a|code|kbd|pre|samp)[\s>]", re.IGNORECASE)
_CJK_PUNCTUATION = r"\u2018-\u201f\u2026\u3000-\u303f\uff01-\uff0f\uff1a-\uff1f\uff3b-\uff60"
_BARE_LINK = re.compile(rf'<a href="[^"]*">((?:https?://|ftp://|www\.)[^<]*?)([{_CJK_PUNCTUATION}][^<]*)</a>')
_RAW_LINK = re.compile(r"<(https?://[^\s<>\"]+)>")  # within a block of HTML, where CommonMark reads no Markdown
# kramdown's attribute lists, and ids of headings: they are no text. What code holds is matched first, and stays.
_ATTRIBUTES = re.compile(
    r"<(pre|code)[ >].*?(?:</\1>|\Z)|<([uo]l)>\s*<li>[^<{]*\{:toc\}\s*</li>\s*</\2>"
    r"|\s?\{:(?:toc|\s?(?:[.#][\w-]+|[\w-]+=(?:&quot;[^{}\n<]*?&quot;|'[^{}\n<']*'))"
    r"(?:\s(?:[.#][\w-]+|[\w-]+=(?:&quot;[^{}\n<]*?&quot;|'[^{}\n<']*')))*+)\s?\}"
    r"|\s\{#[\w-]+\}(?=</h[1-6]>)",
    re.DOTALL,
)
# GitHub takes one tilde for a strike too, but "5~10元，3~5天" is a range and another
_TILDE = re.compile(r"(?<![~\\])~(?!~)")
_STAND_IN = "\ufdd0"  # a noncharacter, which no text may hold
_STANDS_IN = re.compile(f"{_STAND_IN}|%EF%B7%90")
_FOOTNOTE = re.compile(r'((?:id="|href="#)fn(?:ref)?)-')


def to_raw_html(body: str) -> str:
    """The HTML of ``body``, not yet safe: its raw HTML is passed on as it stands.

    ``body`` must be free of lone surrogates. Emphasis follows the CJK-friendly amendment of CommonMark, so
    that ``**“涨潮”**释放`` is bold, as kramdown has it; quotes stay as they are typed. Footnotes get
    kramdown's and goldmark's ids (``fn:1``, ``fnref:1``), so that links to them meet those of the post's page.
    """
    # Inside an author's own <a> or <code>, a bare address would be made a link within the link.
    bare_links = not _CODE_OR_ANCHOR.search(body)
    tildes = "~" in body
    if tildes:
        body = _TILDE.sub(_STAND_IN, body.replace(_STAND_IN, ""))
    raw = render_markdown(
        body,
        extension_options=_extensions(tables=_tables_are_bounded(body), bare_links=bare_links),
        parse_options=ParseOptions(),
        render_options=_rendering(),
    )
    if tildes:
        raw = _STANDS_IN.sub("~", raw)
        body = body.replace(_STAND_IN, "~")
    if bare_links and ("://" in body or "www." in body):
        raw = _BARE_LINK.sub(lambda link: _end_at_punctuation(link, body), raw)
    if "{:" in body or "{#" in body:
        raw = _ATTRIBUTES.sub(lambda found: found[0] if found[1] else "", raw).replace("<p></p>\n", "")
    if "data-footnote" in raw:
        raw = _FOOTNOTE.sub(r"\1:", raw)
    return _RAW_LINK.sub(r'<a href="\1">\1</a>', raw)


def _tables_are_bounded(body: str) -> bool:
    if "|" not in body:
        return True
    lines = body.split("\n")
    return len(lines) * max(line.count("|") for line in lines) <= _MOST_CELLS


def _end_at_punctuation(link: re.Match[str], body: str) -> str:
    """A bare address ends before Chinese punctuation, where the GFM specification knows ASCII's only."""
    address, rest = link.groups()
    if f"<{html.unescape(address + rest)}>" in body:  # the author said where it ends
        return link.group()
    target = f"http://{address}" if address.startswith("www.") else address
    return f'<a href="{target}">{address}</a>{rest}'


@lru_cache(maxsize=4)
def _extensions(*, tables: bool, bare_links: bool) -> ExtensionOptions:
    options = ExtensionOptions()
    options.table = tables
    options.autolink = bare_links
    options.strikethrough = True
    options.footnotes = True
    options.cjk_friendly_emphasis = True
    return options


@lru_cache(maxsize=1)
def _rendering() -> RenderOptions:
    options = RenderOptions()
    options.unsafe_ = True  # the sanitiser comes after
    return options
