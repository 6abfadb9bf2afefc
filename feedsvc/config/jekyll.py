"""What a Jekyll site's _config.yml says, in feedsvc's own terms.

Jekyll's defaults are those of its ``configuration.rb``; feeds' paths are those of jekyll-feed's ``generator.rb``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import yaml

from feedsvc.config.layers import Layer, Value, text
from feedsvc.config.values import UNPRINTABLE, language
from feedsvc.exceptions import ConfigError
from feedsvc.model import SITE, Default, Term
from feedsvc.uris import addressable, feed_path

NAMES = ("_config.yml", "_config.yaml")  # in the order in which Jekyll looks for them
_ATOM = "atom.xml"
_TYPES = {"page": "pages", "post": "posts", "draft": "drafts"}  # the names that Jekyll deprecates

# setting, and the keys of _config.yml that give it: the first that says something
_SCALARS = (
    ("site.url", ("url",)),
    ("site.baseurl", ("baseurl",)),
    ("site.title", ("title", "name")),
    ("site.description", ("description",)),
    ("site.language", ("lang", "locale", "language")),
    ("site.timezone", ("timezone",)),
    ("content.permalink", ("collections.posts.permalink", "permalink")),
    ("content.future", ("future",)),
    ("content.unpublished", ("unpublished",)),
    ("content.excerpt_separator", ("excerpt_separator",)),
    ("feeds.limit", ("feed.posts_limit",)),
)


@dataclass(frozen=True, slots=True)
class JekyllConfig:
    """A _config.yml. ``include`` and ``exclude`` add to the settings of that name; ``aliases`` are feeds' old paths."""

    values: Layer
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    defaults: tuple[Default, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()


class _Loader(yaml.CSafeLoader):
    """YAML whose numbers and dates stay text as written: a title ``1.10`` is not 1.1.

    Control characters, which Jekyll passes on to pages, are left out: they are no reason not to serve the site.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way to say it
        first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> str:
        return UNPRINTABLE.sub("", super().construct_scalar(node))


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF"))


def read(path: Path) -> JekyllConfig:
    """Read a _config.yml; raises ConfigError naming file and line where it is no YAML."""
    data = _load(path)
    feed = _mapping(data.get("feed"))
    values = dict(_scalars(data, path))
    if author := _author(data.get("author")):
        values["site.author"] = Value(author, f"in {path}: author")
    if _truth(feed.get("excerpt_only")):
        values["feeds.full_content"] = Value(False, f"in {path}: feed.excerpt_only")  # noqa: FBT003
    return JekyllConfig(
        values=values,
        include=_strings(data.get("include")),
        exclude=_strings(data.get("exclude")),
        defaults=tuple(_defaults(data.get("defaults"))),
        aliases=tuple(dict(_aliases(feed)).items()),
    )


def _load(path: Path) -> Mapping[object, object]:
    try:
        data = yaml.load(text(path), _Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}", f"not readable as YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(str(path), f"not readable as YAML: {reason}") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(str(path), "should be lines of key: value")
    return data


def _scalars(data: Mapping[object, object], path: Path) -> Iterator[tuple[str, Value]]:
    for key, names in _SCALARS:
        for name in names:
            raw = _at(data, name)
            if isinstance(raw, str | bool) and raw != "" and (key != "site.language" or _is_language(raw)):
                yield key, Value(raw, f"in {path}: {name}")
                break


def _is_language(raw: object) -> bool:
    """Whether it names a language; what does not is Jekyll's affair alone, which takes any text."""
    try:
        language(raw)
    except ValueError:
        return False
    return True


def _at(data: Mapping[object, object], dotted: str) -> object:
    value: object = data
    for name in dotted.split("."):
        value = _mapping(value).get(name)
    return value


def _author(value: object) -> object:
    """An author as the ``site.author`` setting takes it; themes keep other things under this key too."""
    if isinstance(value, list):
        return [author for entry in value if (author := _author(entry))]
    if isinstance(value, Mapping):
        return value if isinstance(value.get("name"), str) and value["name"] else None
    return value if isinstance(value, str) else None


def _defaults(value: object) -> Iterator[Default]:
    for entry in value if isinstance(value, list) else ():
        scope, values = _mapping(_mapping(entry).get("scope")), _mapping(_mapping(entry).get("values"))
        kind = scope.get("type")
        if values:  # Jekyll drops an entry without scope or values
            yield Default(
                path=path if isinstance(path := scope.get("path"), str) else "",
                type=_TYPES.get(kind, kind) if isinstance(kind, str) else "",
                values=tuple((str(name), value) for name, value in values.items()),
            )


def _aliases(feed: Mapping[object, object]) -> Iterator[tuple[str, str]]:
    """The paths that jekyll-feed is told to write, and the Atom feeds that stand there now.

    A ``{term}`` in both stands for any tag: its tags are not known before the posts are.
    """
    posts = _mapping(_mapping(feed.get("collections")).get("posts"))
    if isinstance(path := posts.get("path") or feed.get("path"), str):
        yield from _alias(path, feed_path(SITE, _ATOM))
    for category in _strings(posts.get("categories") or feed.get("categories")):
        yield from _term(f"/feed/{category}.xml", Term("category", category))
    tags = _mapping(feed.get("tags"))
    prefix = path if isinstance(path := tags.get("path"), str) else "/feed/by_tag/"
    if prefix != "/feed/by_tag/":
        yield f"{_path(prefix)}{{term}}.xml", "/tag/{term}/atom.xml"
    for tag in _strings(tags.get("only")):
        yield from _term(f"{prefix}{tag}.xml", Term("tag", tag))


def _term(path: str, term: Term) -> Iterator[tuple[str, str]]:
    if addressable(term.name):
        yield from _alias(path, feed_path(term, _ATOM))


def _alias(path: str, target: str) -> Iterator[tuple[str, str]]:
    if _path(path) != target:
        yield _path(path), target


def _path(path: str) -> str:
    return quote("/" + path.lstrip("/"))


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, Mapping) else {}


def _strings(value: object) -> tuple[str, ...]:
    entries = value if isinstance(value, list) else [value]
    return tuple(entry for entry in entries if isinstance(entry, str) and entry)


def _truth(value: object) -> bool:
    """Liquid's truth: all but nil and false."""
    return value is not None and value is not False
