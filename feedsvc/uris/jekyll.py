"""What Jekyll 4 makes of a post's names: slugs, its URL, and the id that jekyll-feed derives from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from feedsvc.rules import Site
from feedsvc.uris.references import ascii_uri

STYLES = {
    "none": "/:categories/:title:output_ext",
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
}

_PRETTY_KEPT = frozenset("._~!$&'()+,;=@")
_ENDS = re.compile(r"(?m)^-|-$")
_ASCII_RUNS = re.compile(r"[^A-Za-z0-9]+")
_SPACE_RUNS = re.compile(r"[ \t\r\n\f\v]+")
_WORD = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\Z")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
# I18n's approximations between U+00C0 and U+017E, where they are not the letter without its accent
_LATIN = {
    "Æ": "AE", "Ð": "D", "×": "x", "Ø": "O", "Þ": "Th", "ß": "ss", "æ": "ae", "ð": "d", "÷": "?", "ø": "o",
    "þ": "th", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "Ĳ": "IJ", "ĳ": "ij", "ĸ": "k", "Ŀ": "L",
    "ŀ": "l", "Ł": "L", "ł": "l", "ŉ": "'n", "Ŋ": "NG", "ŋ": "ng", "Œ": "OE", "œ": "oe", "Ŧ": "T", "ŧ": "t",
}  # fmt: skip

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_PLACEHOLDER = re.compile(r":([a-z_]+)")
_SQUEEZE = re.compile(r"/{2,}")
_STRIPPED = " \t\n\v\f\r\0"  # Ruby's String#strip
_PCHARS = "!$&'()*+,;=:@"
_NORMAL_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/-]*\Z")


# ------------------------------------------------------------------ slugs


def slugify(text: str, mode: str = "default", *, cased: bool = False) -> str:
    """Jekyll's ``Utils.slugify``: ``mode`` is none, raw, default, pretty, ascii or latin."""
    if (_WORD if cased else _SLUG).match(text):
        return text
    return _slugified(text, mode, cased)


@lru_cache(maxsize=8192)
def _slugified(text: str, mode: str, cased: bool) -> str:  # noqa: FBT001 - a cache takes places sooner than names
    if mode == "raw":
        text = _SPACE_RUNS.sub("-", text)
    elif mode == "ascii":
        text = _ASCII_RUNS.sub("-", text)
    elif mode == "pretty":
        text = _hyphenate(text, _PRETTY_KEPT)
    elif mode in ("default", "latin"):
        text = _hyphenate("".join(map(_latin, text)) if mode == "latin" else text, frozenset())
    else:
        return text if cased else downcase(text)
    text = _ENDS.sub("", text)
    return text if cased else downcase(text)


def downcase(text: str) -> str:
    """Ruby's ``String#downcase``: letter by letter, so that a final sigma is like any other."""
    return text.lower() if text.isascii() else "".join(map(str.lower, text))


def _hyphenate(text: str, kept: frozenset[str]) -> str:
    """Every run of what is neither letter, mark, decimal digit nor ``kept`` becomes one hyphen."""
    if _WORD.match(text):
        return text
    result: list[str] = []
    replaced = False
    for char in text:
        category = unicodedata.category(char)
        if category[0] in "LM" or category == "Nd" or char in kept:
            result.append(char)
            replaced = False
        elif not replaced:
            result.append("-")
            replaced = True
    return "".join(result)


def _latin(char: str) -> str:
    if char.isascii():
        return char
    known = _LATIN.get(char)
    if known is not None:
        return known
    return unicodedata.normalize("NFD", char)[0] if "À" <= char <= "ž" else "?"


# ------------------------------------------------------------------ URLs


@dataclass(frozen=True, slots=True)
class UrlDrop:
    """What a permalink's placeholders stand for (Jekyll's ``Drops::UrlDrop``).

    ``basename`` has no extension; ``slug`` is the front matter's, or the basename without its date; ``date``
    is in the site's time zone; ``path`` is the file's path within its collection, without extension.
    """

    basename: str
    slug: str
    categories: tuple[str, ...]
    date: datetime
    path: str
    output_ext: str = ".html"
    collection: str = "posts"


_KEYS: dict[str, Callable[[UrlDrop], str]] = {
    "output_ext": lambda drop: drop.output_ext,
    "path": lambda drop: drop.path,
    "collection": lambda drop: drop.collection,
    "name": lambda drop: slugify(drop.basename),
    "title": lambda drop: slugify(drop.slug, "pretty", cased=True),
    "slug": lambda drop: slugify(drop.slug),
    "categories": lambda drop: "/".join(dict.fromkeys(map(downcase, drop.categories))),
    "slugified_categories": lambda drop: "/".join(dict.fromkeys(map(slugify, drop.categories))),
    "year": lambda drop: f"{drop.date.year:04}",
    "month": lambda drop: f"{drop.date.month:02}",
    "day": lambda drop: f"{drop.date.day:02}",
    "hour": lambda drop: f"{drop.date.hour:02}",
    "minute": lambda drop: f"{drop.date.minute:02}",
    "second": lambda drop: f"{drop.date.second:02}",
    "i_day": lambda drop: str(drop.date.day),
    "i_month": lambda drop: str(drop.date.month),
    "short_month": lambda drop: _MONTHS[drop.date.month - 1][:3],
    "long_month": lambda drop: _MONTHS[drop.date.month - 1],
    "short_year": lambda drop: f"{drop.date.year % 100:02}",
    "w_year": lambda drop: str(drop.date.isocalendar().year),
    "week": lambda drop: f"{drop.date.isocalendar().week:02}",
    "w_day": lambda drop: str(drop.date.isoweekday()),
    "short_day": lambda drop: _DAYS[drop.date.weekday()][:3],
    "long_day": lambda drop: _DAYS[drop.date.weekday()],
    "y_day": lambda drop: f"{drop.date.timetuple().tm_yday:03}",
}


def permalink_template(style: str) -> str:
    """The template that a site's ``permalink`` means: one of ``STYLES``, or itself; "" means ``date``."""
    return STYLES.get(style or "date", style)


def jekyll_url(template: str, drop: UrlDrop) -> str:
    """The path Jekyll gives to a post: percent-encoded where the template is ASCII, without ``baseurl``.

    ``template`` is a site's (see ``permalink_template``) or a post's own permalink. KeyError names a
    placeholder that Jekyll does not know.
    """
    parts = [part if isinstance(part, str) else _escape_path(part(drop)) for part in _pieces(template)]
    url = "/" + "".join(parts)
    return _SQUEEZE.sub("/", url.replace("..", "/").replace("./", ""))


@lru_cache(maxsize=1024)
def _pieces(template: str) -> tuple[str | Callable[[UrlDrop], str], ...]:
    """The template's literal pieces, and what fills the places between them."""
    pieces: list[str | Callable[[UrlDrop], str]] = []
    for index, piece in enumerate(_PLACEHOLDER.split(template)):
        if index % 2 == 0:
            pieces.append(piece)
        elif piece.endswith("_"):  # ":month_:day" can be written without any other mark
            pieces += [_KEYS[piece[:-1]], "_"]
        else:
            pieces.append(_KEYS[piece])
    return tuple(pieces)


def _escape_path(path: str) -> str:
    """Jekyll's ``URL.escape_path``: a ``%`` is escaped too, a ``?`` is not."""
    return path if _WORD.match(path) else _escaped(path)


@lru_cache(maxsize=8192)
def _escaped(path: str) -> str:
    return quote(path, safe=_PCHARS + "/?")


# ------------------------------------------------------------------ ids


def post_id(site: Site, url: str, slug: str) -> str:
    """The id that jekyll-feed gives to the post at path ``url``: its ``absolute_url``.

    ``slug`` is the front matter's, or the file name without date and extension. The id is ASCII, normalised
    as the Addressable gem does (compatibility forms included: a full-width colon becomes ``:``), whatever
    the site's links look like, so that nobody who subscribed to jekyll-feed sees a post twice. For the same
    reason it keeps the slashes that the site's address ends in (``https://example.org//2022/…``).
    """
    directory = url.rstrip("/").rpartition("/")[0].rstrip("/")
    return ascii_uri(site.url + site.slashes + normal_path(f"{site.baseurl}{directory}/{slug.lstrip('/')}"))


def normal_path(path: str) -> str:
    """A path on the site, with its query and fragment, as the Addressable gem writes it."""
    if _NORMAL_PATH.match(path):
        return path
    path, mark, fragment = path.partition("#")
    path, question, query = path.partition("?")
    normal = "/".join(_normalize_component(part, _PCHARS) for part in path.strip(_STRIPPED).split("/"))
    if query:
        normal += question + "&".join(_normalize_component(part, "!$'()*+,=:@/?") for part in query.split("&"))
    if fragment:
        normal += mark + _normalize_component(fragment, _PCHARS + "/?")
    return normal


def _normalize_component(part: str, safe: str) -> str:
    decoded = unquote_to_bytes(part)
    try:
        return quote(unicodedata.normalize("NFKC", decoded.decode("utf-8")), safe=safe)
    except UnicodeDecodeError:
        return quote(decoded, safe=safe)
