"""Hugo's shortcodes in a body: those that Hugo brings along become plain HTML or links, others are left out."""

from __future__ import annotations

import html
import re
from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# bounded, and up to the next opening, so that a body of opening marks takes no longer than any other
_MARK = re.compile(r"\{\{(?:<((?:(?!\{\{[<%]).){0,4000}?)>|%((?:(?!\{\{[<%]).){0,4000}?)%)\}\}", re.DOTALL)
_NAME = re.compile(r"\s*(/?)\s*([\w./-]*)")
_ARGUMENT = re.compile(r"""(?:([\w-]+)\s*=\s*)?("(?:\\.|[^"\\])*"|`[^`]*`|[^\s"`=/][^\s"`]*)""")
_ESCAPE = re.compile(r"\\(.)")
_PLACES = {
    "youtube": "https://www.youtube.com/watch?v={id}",
    "vimeo": "https://vimeo.com/{id}",
    "instagram": "https://www.instagram.com/p/{id}/",
    **dict.fromkeys(("tweet", "twitter", "x"), "https://twitter.com/{user}/status/{id}"),
}
_ID = re.compile(r"[\w-]+\Z")

Refer = Callable[[str], str]  # the address of the page that a `ref` names, "" where it is not known


@dataclass(frozen=True, slots=True)
class Filled:
    """A body without shortcodes, and those that nobody knew: name and place of the first of each."""

    body: str
    unknown: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Mark:
    """A shortcode's mark: where it stands, and what is in it. ``closes`` one that was opened before."""

    start: int
    end: int
    name: str
    closes: bool
    arguments: str


def fill_in(body: str, refer: Refer, params: Mapping[str, object]) -> Filled:
    """``body`` with its shortcodes replaced. What stands between the marks of an unknown one stays."""
    marks = list(map(_mark, _MARK.finditer(body)))
    closing = [number for number, mark in enumerate(marks) if mark.name == "highlight" and mark.closes]
    written: list[str] = []
    unknown: dict[str, int] = {}
    position = number = 0
    while number < len(marks):
        mark = marks[number]
        end, text = mark.end, _text(mark, refer, params)
        if mark.name == "highlight" and not mark.closes:
            place = bisect(closing, number)
            number = closing[place] if place < len(closing) else number
            text, end = _highlighted(mark, body[end : max(end, marks[number].start)]), marks[number].end
        if text is None:
            unknown.setdefault(mark.name, mark.start)
        written += (body[position : mark.start], text or "")
        position, number = end, number + 1
    return Filled("".join((*written, body[position:])), tuple(unknown.items()))


def _mark(found: re.Match[str]) -> _Mark:
    inner = found[1] if found[1] is not None else found[2]
    if inner.startswith("/*"):  # commented out, to be shown as it is
        return _Mark(found.start(), found.end(), "/*", closes=False, arguments=found[0])
    named = _NAME.match(inner)
    closes, name = (bool(named[1]), named[2]) if named else (False, "")
    rest = inner[named.end() :] if named else ""
    return _Mark(found.start(), found.end(), name, closes=closes, arguments=rest)


def _text(mark: _Mark, refer: Refer, params: Mapping[str, object]) -> str | None:
    if mark.name == "/*":
        return mark.arguments.replace("/*", "", 1).replace("*/", "", 1)
    return "" if mark.closes else _shown(mark.name, _arguments(mark.arguments), refer, params)


def _highlighted(mark: _Mark, code: str) -> str:
    language = html.escape(_arguments(mark.arguments).get("0", ""))
    return f'\n<pre><code class="language-{language}">{html.escape(code.strip(chr(10)), quote=False)}</code></pre>\n'


def _arguments(written: str) -> dict[str, str]:
    """Named ones by their names, others by their places: "0", "1"."""
    found: dict[str, str] = {}
    for name, value in _ARGUMENT.findall(written):
        if value[0] == '"':
            value = _ESCAPE.sub(r"\1", value[1:-1])  # noqa: PLW2901
        elif value[0] == "`":
            value = value[1:-1]  # noqa: PLW2901
        found[name or str(len(found))] = value
    return found


def _shown(name: str, given: Mapping[str, str], refer: Refer, params: Mapping[str, object]) -> str | None:
    """What a shortcode comes to; None for one that is not known, or lacks what it needs."""
    match name:
        case "figure":
            return _figure(given) if given.get("src") else None
        case "ref" | "relref":
            return refer(given.get("path") or given.get("0", "")) or None
        case "param":
            value = params.get(given.get("0", "").lower())
            return html.escape(value) if isinstance(value, str) else None
    address = _embedded(name, given)
    return address and f'<a href="{address}">{address}</a>'


def _embedded(name: str, given: Mapping[str, str]) -> str | None:
    """Where that can be seen which Hugo would show within the page."""
    first, second = given.get("id") or given.get("0", ""), given.get("1", "")
    user = given.get("user", "")
    if not all(_ID.match(part) for part in (first, second, user) if part) or not first:
        return None
    if name == "gist":
        return f"https://gist.github.com/{first}/{second}" if second else None
    pattern = _PLACES.get(name.removesuffix("_simple"))
    return pattern and pattern.format(id=first, user=user or "i")


def _figure(given: Mapping[str, str]) -> str:
    """After Hugo's own figure.html, without its classes."""

    def escaped(key: str) -> str:
        return html.escape(given.get(key, ""))

    alt = escaped("alt") or escaped("caption")
    image = f'<img src="{escaped("src")}" alt="{alt}">'
    if given.get("link"):
        image = f'<a href="{escaped("link")}">{image}</a>'
    credit = escaped("attr")
    if credit and given.get("attrlink"):
        credit = f'<a href="{escaped("attrlink")}">{credit}</a>'
    said = " ".join(filter(None, (given.get("caption", ""), credit)))
    title = f"<h4>{given['title']}</h4>" if given.get("title") else ""
    caption = f"<figcaption>{title}{said and f'<p>{said}</p>'}</figcaption>" if title or said else ""
    return f"<figure>{image}{caption}</figure>"
