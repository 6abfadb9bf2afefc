"""What a post's own Liquid knows of it: ``page``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from feedsvc.model import Term
from feedsvc.parse.quick import Quoted
from feedsvc.parse.source import Source
from feedsvc.uris import ascii_uri

_WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "Null": None,
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,15})\Z")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}\Z")


def page(source: Source, url: str, guid: str, when: datetime, terms: Iterable[Term]) -> Mapping[str, object]:
    """The post's values by name: its front matter with YAML's types, and what Jekyll adds."""
    site = source.site
    filed = list(terms)
    return {
        **{key: typed(value) for key, value in source.data.items()},
        "url": url.removeprefix(ascii_uri(site.root)),
        "id": guid.removeprefix(ascii_uri(site.url + site.slashes + site.baseurl)),
        "date": when,
        "title": source.plain("title") or source.place.slug,
        "path": source.path,
        "relative_path": source.path,
        "name": source.path.rpartition("/")[2],
        "slug": source.value("slug") or source.place.slug,
        "collection": "posts",
        "categories": [term.name for term in filed if term.scheme == "category"],
        "tags": [term.name for term in filed if term.scheme == "tag"],
    }


def typed(value: object) -> object:
    """A value of the front matter as YAML takes it: its scalars are read as text."""
    if isinstance(value, Mapping):
        return {str(key): typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    if not isinstance(value, str) or isinstance(value, Quoted):
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.match(value):
        return int(value)
    return float(value) if _DECIMAL.match(value) else value
