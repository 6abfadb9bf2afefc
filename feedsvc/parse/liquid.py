"""The few marks of Liquid that need nothing but the site's address: code to highlight, raw text, links.

Any other (an include, a loop, another post's address) is left as written: what it means only Jekyll knows.
"""

from __future__ import annotations

import html
import re
from bisect import bisect

from feedsvc.model import Site

# bounded, so that a body of opening braces takes no longer than any other
_MARK = re.compile(r"\{\{-?([^{}]{0,500}?)-?\}\}|\{%-?\s{0,40}+(\w{1,40}+)([^{}]{0,500}?)-?%\}")
_BLOCKS = ("raw", "comment", "highlight")
_VALUE = re.compile(r"""(?:site\.(url|baseurl)|"([^"]*)"|'([^']*)')((?:\s*\|[^|]+)*)\Z""")
_FILTER = re.compile(r"(relative_url|absolute_url)|prepend:\s*site\.(url|baseurl)")


def fill_in(body: str, site: Site) -> tuple[str, int]:
    """``body`` with these marks filled in, and where the first other one stands, -1 if there is none."""
    marks = list(_MARK.finditer(body))
    ends = {name: [n for n, mark in enumerate(marks) if mark[2] == f"end{name}"] for name in _BLOCKS}
    written: list[str] = []
    position = number = 0
    left = -1
    while number < len(marks):
        mark = marks[number]
        last, text = _block(body, marks, number, ends)
        if text is None and mark[2] is None:
            text = _value(mark[1].strip(), site)
        if text is None:
            left = mark.start() if left < 0 else left
            text = mark[0]
        written += (body[position : mark.start()], text)
        position, number = marks[last].end(), last + 1
    return "".join((*written, body[position:])), left


def _block(body: str, marks: list[re.Match[str]], number: int, ends: dict[str, list[int]]) -> tuple[int, str | None]:
    """The number of the mark that ends this one, and what they stand for with all between."""
    name = marks[number][2]
    closing = ends.get(name, ())
    place = bisect(closing, number)
    if place == len(closing):
        return number, None
    last = closing[place]
    inner = body[marks[number].end() : marks[last].start()]
    if name == "highlight":
        language = html.escape((marks[number][3].split() or [""])[0])
        code = html.escape(inner.strip("\n"), quote=False)
        return last, f'\n<pre><code class="language-{language}">{code}</code></pre>\n'
    return last, inner if name == "raw" else ""


def _value(expression: str, site: Site) -> str | None:
    """A text or a part of the site's address, through the filters that make links; None for all else."""
    found = _VALUE.match(expression)
    if found is None:
        return None
    parts = {"url": site.url, "baseurl": site.baseurl}
    own, double, single, filters = found.groups()
    value = parts[own] if own else double or single or ""
    for written in filters.split("|")[1:]:
        made = _FILTER.fullmatch(written.strip())
        if made is None:
            return None
        if made[2]:
            value = parts[made[2]] + value
        elif "://" not in value:
            value = (site.url if made[1] == "absolute_url" else "") + site.baseurl + (value and f"/{value.lstrip('/')}")
    return value
