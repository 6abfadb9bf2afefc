"""What a Jekyll site's _config.yml says, in feedsvc's own terms.

Jekyll's defaults are those of its ``configuration.rb``; feeds' paths are those of jekyll-feed's ``generator.rb``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from feedsvc.config.layers import Layer, Value
from feedsvc.config.reading import load_yaml
from feedsvc.config.table import setting
from feedsvc.config.values import language
from feedsvc.exceptions import ConfigError
from feedsvc.model import SITE, Term
from feedsvc.rules import Default
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
_MAY_BE_EMPTY = ("content.excerpt_separator",)  # where "" says something: no excerpts


@dataclass(frozen=True, slots=True)
class JekyllConfig:
    """A _config.yml. ``include`` and ``exclude`` add to the settings of that name; ``aliases`` are feeds' old paths."""

    values: Layer
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    defaults: tuple[Default, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    data_dir: str = "_data"
    includes_dir: str = "_includes"
    collections_dir: str = ""


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
        data_dir=_folder(data.get("data_dir")) or "_data",
        includes_dir=_folder(data.get("includes_dir")) or "_includes",
        collections_dir=_folder(data.get("collections_dir")),
    )


def _load(path: Path) -> Mapping[object, object]:
    data = load_yaml(path)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(str(path), "should be lines of key: value")
    return data


def _scalars(data: Mapping[object, object], path: Path) -> Iterator[tuple[str, Value]]:
    for key, names in _SCALARS:
        for name in names:
            raw = _at(data, name)
            said = isinstance(raw, bool) or (isinstance(raw, str) and (raw != "" or key in _MAY_BE_EMPTY))
            if said and (key != "site.language" or _is_language(raw)):
                yield key, Value(_bounded(key, raw), f"in {path}: {name}")
                break


def _bounded(key: str, raw: object) -> object:
    """At most what the setting allows: ``posts_limit: 10000`` means "all of them", and is no mistake."""
    most = setting(key).most
    return f"{most:.0f}" if most is not None and isinstance(raw, str) and raw.isdigit() and int(raw) > most else raw


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


def _folder(value: object) -> str:
    """A folder within the site; "" where none is named, or one outside."""
    path = value.strip("/") if isinstance(value, str) else ""
    return "" if ".." in path.split("/") else path.removeprefix("./")


def _truth(value: object) -> bool:
    """Liquid's truth: all but nil and false."""
    return value is not None and value is not False
