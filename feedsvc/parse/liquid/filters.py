"""Jekyll's filters, those that need neither a clock, nor chance, nor a list of all posts."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, quote_plus

import orjson
from liquid import RenderContext
from liquid.filter import with_context
from liquid.undefined import is_undefined

from feedsvc.markup import starts_with_reference
from feedsvc.markup.markdown import to_raw_html
from feedsvc.parse.liquid.environment import environment
from feedsvc.parse.liquid.limits import Unrenderable
from feedsvc.parse.liquid.moments import Moment, moment, offset, strftime
from feedsvc.uris import ascii_uri, normal_path, slugify

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_INDEX = re.compile(r"/index\.html?\Z")
_HAN = re.compile(
    r"[\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_LEADING = re.compile(r"\s{0,40}[-+]?[0-9]{1,1000}")
_EDGES = re.compile(r'\A"|"\Z')
_CLOCKS = ("now", "today")

Filter = Callable[..., object]


def _text(value: object) -> str:
    if value is None or is_undefined(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _textual(run: Callable[..., object]) -> Filter:
    """A filter of texts: what is none becomes one."""

    @wraps(run)
    def wrapped(value: object, *args: object) -> object:
        return run(_text(value), *args)

    return wrapped


# -- addresses ------------------------------------------------------------------------------------------------


@with_context
def relative_url(value: object, *, context: RenderContext) -> object:
    """The path of something on the site, from the host on."""
    if value is None or is_undefined(value):
        return None
    text = _text(value)
    if _SCHEME.match(text) or starts_with_reference(text):  # another post's address has its ``baseurl``
        return text
    base = environment(context).given.site.baseurl
    if text and not text.startswith("/"):
        text = f"/{text}"
    return normal_path(base + text)


@with_context
def absolute_url(value: object, *, context: RenderContext) -> object:
    """The address of something on the site."""
    if value is None or is_undefined(value):
        return None
    text = _text(value)
    if _SCHEME.match(text):
        return text
    url = environment(context).given.site.url + _text(relative_url(value, context=context))
    return url if starts_with_reference(text) else ascii_uri(url)


def strip_index(text: str) -> str:
    """An address without ``index.html``."""
    return _INDEX.sub("/", text)


# -- dates ----------------------------------------------------------------------------------------------------


def _dated(write: Callable[..., str]) -> Filter:
    """A filter of moments; what is none stays as it is, and the present cannot be asked for."""

    @with_context
    def wrapped(value: object, *args: object, context: RenderContext) -> object:
        if value is None or is_undefined(value) or value == "":
            return value
        if isinstance(value, str) and value.strip().lower() in _CLOCKS:
            raise Unrenderable(f"{value!r} is another moment each time")
        when = moment(value, environment(context).given.zone)
        return value if when is None else write(when, *args)

    return wrapped


def _date(when: Moment, pattern: object = "") -> str:
    return strftime(when, _text(pattern)) if pattern and not is_undefined(pattern) else str(when)


def _xmlschema(when: Moment) -> str:
    return strftime(when, "%Y-%m-%dT%H:%M:%S") + offset(when, ":")


def _short(month: str) -> Callable[..., str]:
    def write(when: Moment, kind: object = None, style: object = None) -> str:
        if kind != "ordinal":
            return strftime(when, f"%d {month} %Y")
        ending = "th" if 11 <= when.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(when.day % 10, "th")
        day = f"{when.day}{ending}"
        return strftime(when, f"{month} {day}, %Y" if style == "US" else f"{day} {month} %Y")

    return write


# -- texts ----------------------------------------------------------------------------------------------------


def slug(text: str, mode: object = None) -> str:
    """Jekyll's ``slugify``."""
    return slugify(text, _text(mode) or "default")


def xml_escape(text: str) -> str:
    """For XML, in an attribute too."""
    return _EDGES.sub("", html.escape(text, quote=False).replace('"', "&quot;"))


def number_of_words(text: str, mode: object = None) -> int:
    """How many words; with ``cjk`` or ``auto`` each ideograph is one."""
    ideographs = len(_HAN.findall(text)) if mode in ("cjk", "auto") else 0
    return ideographs + len(_HAN.sub(" ", text).split()) if ideographs else len(text.split())


def to_integer(value: object) -> int:
    """The whole number that a text begins with, 0 where there is none."""
    if isinstance(value, (bool, float)):
        return int(value)
    found = _LEADING.match(_text(value))
    return int(found[0]) if found else 0


# -- lists ----------------------------------------------------------------------------------------------------


def array_to_sentence_string(value: object, connector: object = "and") -> str:
    """``a, b, and c``."""
    words = (
        [_text(each) for each in value]
        if isinstance(value, Iterable) and not isinstance(value, str)
        else [_text(value)]
    )
    if len(words) < 3:
        return f" {connector} ".join(words)
    return f"{', '.join(words[:-1])}, {connector} {words[-1]}"


def jsonify(value: object) -> str:
    """As JSON."""
    return orjson.dumps(None if is_undefined(value) else value, default=_text).decode()


def _items(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def _property(item: object, name: object) -> object:
    for key in _text(name).split("."):
        item = item.get(key) if isinstance(item, Mapping) else None
    return item


def where(value: object, name: object, wanted: object = None) -> list[object]:
    """Those whose property is this, or holds it."""
    target = _text(wanted)
    return [item for item in _items(value) if _is(_property(item, name), wanted, target)]


def _is(value: object, wanted: object, target: str) -> bool:
    if wanted is None or is_undefined(wanted):
        return value is None
    values = value if isinstance(value, list) else [value]
    return any(each is not None and _text(each) == target for each in values)


def find(value: object, name: object, wanted: object = None) -> object:
    """The first of them."""
    return next(iter(where(value, name, wanted)), None)


def group_by(value: object, name: object) -> list[object]:
    """Groups of those whose property is the same."""
    groups: dict[str, list[object]] = {}
    for item in _items(value):
        groups.setdefault(_text(_property(item, name)), []).append(item)
    return [{"name": key, "items": items, "size": len(items)} for key, items in groups.items()]


def sort(value: object, name: object = None, nils: object = "first") -> list[object]:
    """In order of a property, or of themselves; those without it first, or last."""

    def place(item: object) -> tuple[int, float, str]:
        key = item if name is None else _property(item, name)
        if key is None:
            return (2 if nils == "last" else 0, 0.0, "")
        number = float(key) if isinstance(key, (int, float)) else 0.0
        return (1, number, "" if isinstance(key, (int, float)) else _text(key))

    return sorted(_items(value), key=place)


def _without(count: Callable[[list[object], int], list[object]]) -> Filter:
    def run(value: object, number: object = 1) -> object:
        return count(list(value), int(_text(number) or 1)) if isinstance(value, list) else value

    return run


def _unknowable(name: str) -> Filter:
    def run(*_: object, **__: object) -> object:
        raise Unrenderable(f"{name} is not done here")

    return run


FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "relative_url": relative_url,
        "absolute_url": absolute_url,
        "strip_index": _textual(strip_index),
        "date": _dated(_date),
        "date_to_xmlschema": _dated(_xmlschema),
        "date_to_rfc822": _dated(lambda when: strftime(when, "%a, %d %b %Y %H:%M:%S %z")),
        "date_to_string": _dated(_short("%b")),
        "date_to_long_string": _dated(_short("%B")),
        "slugify": _textual(slug),
        "xml_escape": _textual(xml_escape),
        "cgi_escape": _textual(quote_plus),
        "uri_escape": _textual(lambda text: quote(text, safe="!$&'()*+,/:;=?@[]~#")),
        "markdownify": _textual(to_raw_html),
        "smartify": _textual(str),
        "normalize_whitespace": _textual(lambda text: " ".join(text.split())),
        "number_of_words": _textual(number_of_words),
        "to_integer": to_integer,
        "array_to_sentence_string": array_to_sentence_string,
        "jsonify": jsonify,
        "where": where,
        "find": find,
        "group_by": group_by,
        "sort": sort,
        "push": lambda value, item: [*value, item] if isinstance(value, list) else value,
        "unshift": lambda value, item: [item, *value] if isinstance(value, list) else value,
        "pop": _without(lambda items, number: items[: len(items) - number] if number < len(items) else []),
        "shift": _without(lambda items, number: items[number:]),
        "sample": _unknowable("chance"),
    }
)
