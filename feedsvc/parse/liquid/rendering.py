"""A post's body through Liquid: the whole of ``render``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import orjson
from liquid.exceptions import LiquidError

from feedsvc.parse.liquid.environment import Context, Given, LiquidEnvironment, reason, rendered
from feedsvc.parse.liquid.filters import FILTERS
from feedsvc.parse.liquid.limits import Unrenderable
from feedsvc.parse.liquid.moments import moment
from feedsvc.parse.liquid.tags import TAGS
from feedsvc.rules import Site, Templates

_MOST_FAULTS = 20  # of a post that are told
_MOST_MARKS = 5_000  # in a post: reading one takes some 50 µs
# lists of what lies elsewhere, and clocks
_OF_SITE = frozenset(
    ("time", "posts", "pages", "related_posts", "documents", "collections", "categories", "tags", "static_files",
     "html_pages", "html_files", "drafts")
)  # fmt: skip
_UNCLOSED = re.compile(r"expected tag end(\w+)")
_OF_PAGE = frozenset(("next", "previous", "content", "excerpt", "output", "related_posts"))


@dataclass(frozen=True, slots=True)
class Fault:
    """What was left out, or shown as written: its place in the body, and why."""

    place: int
    message: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body without Liquid; the posts it refers to (``link`` or ``post_url``, what it says there, and where)."""

    body: str
    refers: tuple[tuple[str, str, int], ...] = ()
    faults: tuple[Fault, ...] = ()


class _Known(Mapping[str, object]):
    """Values by name, and names of what is not known here."""

    def __init__(self, name: str, values: Mapping[str, object], unknown: frozenset[str]) -> None:
        self._name = name
        self._values = values
        self._unknown = unknown

    def __getitem__(self, key: str) -> object:
        if key in self._unknown:
            raise Unrenderable(f"{self._name}.{key} is not known here")
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def render(body: str, given: Given) -> Rendered:
    """``body`` as Jekyll's Liquid makes it, and what it could not.

    A mark that fails is left out, with all that lies between it and its end; where the whole cannot be read, or
    asks for too much, it is shown as written.
    """
    faults: dict[Fault, None] = {}

    def tell(place: int, message: str) -> None:
        if len(faults) < _MOST_FAULTS:
            faults[Fault(place, message)] = None

    if body.count("{{") + body.count("{%") > _MOST_MARKS:
        return Rendered(body, faults=(Fault(0, f"shown as written: more than {_MOST_MARKS} marks"),))
    env = LiquidEnvironment(given, tell, TAGS, FILTERS)
    try:
        template = env.from_string(body)
        text = rendered(template, Context(template, globals=_values(given)))
    except (LiquidError, RecursionError) as error:
        return Rendered(body, faults=(_whole(body, reason(error)),))
    refers = tuple((kind, target, place) for (kind, target), (_, place) in env.referred.items())
    return Rendered(text, refers, tuple(faults))


def _whole(body: str, why: str) -> Fault:
    """Why nothing is rendered, where it is known at the block that never ends."""
    unclosed = _UNCLOSED.search(why)
    if unclosed is None:
        return Fault(0, f"shown as written: {why}")
    opening = re.compile(rf"\{{%-?\s{{0,40}}{unclosed[1]}\b")
    place = max((mark.start() for mark in opening.finditer(body)), default=0)
    return Fault(place, f"{unclosed[1]} is never closed: all Liquid is shown as written")


def _values(given: Given) -> Mapping[str, object]:
    return {
        "site": _site(given.site, given.templates),
        "page": _Known("page", {**given.page, "date": moment(given.page.get("date"), given.zone)}, _OF_PAGE),
        "jekyll": {"environment": "production"},
        **_NO_CLOCK,
    }


_NO_CLOCK: Mapping[str, object] = MappingProxyType({"now": None, "today": None})  # python-liquid's own


@lru_cache(maxsize=2)
def _site(site: Site, templates: Templates) -> _Known:
    """The site's values: its configuration and data, under what our own settings say."""
    values = orjson.loads(templates.site)
    own = {"url": site.url, "baseurl": site.baseurl, "title": site.title, "description": site.description}
    collections = values.get("collections")
    others = frozenset(map(str, collections)) if isinstance(collections, (list, dict)) else frozenset()
    return _Known(
        "site", values | {key: value for key, value in own.items() if value or key == "baseurl"}, _OF_SITE | others
    )
