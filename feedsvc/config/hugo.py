"""What a Hugo site's configuration says, in feedsvc's own terms: hugo.toml and its like, and config/_default."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from feedsvc.config.layers import Layer, Value, text
from feedsvc.config.values import language, url, valid, zone
from feedsvc.exceptions import ConfigError
from feedsvc.rules import DateKeys, HugoRules

_SUFFIXES = ("toml", "yaml", "yml", "json")
OWN_NAMES = tuple(f"hugo.{suffix}" for suffix in _SUFFIXES)
OLD_NAMES = tuple(f"config.{suffix}" for suffix in _SUFFIXES)  # others have files of these names too
FOLDERS = ("config/_default", "config/production")
# what tells that a config.toml is Hugo's
_TELLING = frozenset((
    "baseurl", "languagecode", "theme", "defaultcontentlanguage", "permalinks",
    "contentdir", "buildfuture", "builddrafts", "menu", "menus",
    "enablerobotstxt", "taxonomies", "paginate", "outputs", "markup",
    "module", "rsslimit", "canonifyurls", "uglyurls", "publishdir",
))  # fmt: skip
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")
_DEFAULTS = {
    "date": ("date", "publishdate", "pubdate", "published", "lastmod", "modified"),
    "lastmod": ("lastmod", "modified"),
    "publishdate": ("publishdate", "pubdate", "published"),
    "expirydate": ("expirydate", "unpublishdate"),
}

Data = Mapping[str, object]


def files(site: Path) -> tuple[Path, ...]:
    """The files that configure a Hugo site, of those that are there: the later say more than the earlier."""
    first = next((path for name in (*OWN_NAMES, *OLD_NAMES) if (path := site / name).is_file()), None)
    folders = [
        path
        for folder in FOLDERS
        for path in sorted((site / folder).glob("*.*"))
        if path.suffix[1:] in _SUFFIXES and path.is_file()
    ]
    return (*([first] if first else ()), *folders)


def is_site(site: Path) -> bool:
    """Whether the folder holds the configuration of a Hugo site."""
    if any((site / name).is_file() for name in OWN_NAMES) or (site / FOLDERS[0]).is_dir():
        return True
    return any(_tells(site / name) for name in OLD_NAMES)


def _tells(path: Path) -> bool:
    """Whether a config.toml or its like is Hugo's."""
    if not path.is_file():
        return False
    try:
        return not _TELLING.isdisjoint(load(path))
    except ConfigError:
        if (path.parent / "archetypes").is_dir() or (path.parent / "themes").is_dir():
            raise
        return False  # whatever it is: many programs have files of this name


def read(site: Path) -> Data:
    """The configuration as a whole, keys in lower case. Raises ConfigError naming file and line."""
    merged: Data = {}
    for path in files(site):
        data = load(path)
        if path.parent != site and path.stem not in ("hugo", "config"):
            data = {path.stem.lower(): data}  # config/_default/params.toml
        merged = _over(data, merged)
    return merged


def load(path: Path) -> Data:
    """One file, keys in lower case, all scalars but true and false as text."""
    written = text(path)
    try:
        if path.suffix == ".toml":
            data: object = tomllib.loads(written, parse_float=str)
        elif path.suffix == ".json":
            data = json.loads(written, parse_float=str, parse_int=str)
        else:
            data = yaml.load(written, yaml.CBaseLoader)  # noqa: S506 - it makes nothing but text
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at and at[1] else written.count("\n") + 1
        raise ConfigError(f"{path}:{line}", f"not readable as TOML: {_AT_LINE.sub('', str(error))}") from error
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}:{error.lineno}", f"not readable as JSON: {error.msg}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}", f"not readable as YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(str(path), f"not readable: {' '.join(str(error).split())}") from error
    lowered = _lowered(data)
    if not isinstance(lowered, dict):
        if data in (None, ""):
            return {}
        raise ConfigError(str(path), "should be a table of keys and values")
    return lowered


def settings(data: Data, site: Path) -> Layer:
    """The settings that the configuration gives; what has another shape than theirs is Hugo's affair alone."""
    origin = f"in {next(iter(files(site)), site)}"
    return {key: Value(raw, f"{origin}: {name}") for key, name, raw in _found(data)}


def rules(data: Data, root: str) -> HugoRules:
    """How the site names its pages; ``root`` is the folder of its posts within CONTENT."""
    own = default_language(data)
    languages = tuple(str(name) for name in _table(data.get("languages")))
    ugly = data.get("uglyurls")
    sections = tuple(name for name, said in ugly.items() if _truth(said)) if isinstance(ugly, Mapping) else ()
    return HugoRules(
        root=root,
        permalinks=tuple(_permalinks(data.get("permalinks"))),
        ugly=("*",) if _truth(ugly) else sections,
        lower=not _truth(data.get("disablepathtolower")),
        accents=not _truth(data.get("removepathaccents")),
        language=own,
        languages=languages or (own,),
        prefixed=bool(languages) and _truth(data.get("defaultcontentlanguageinsubdir")),
    )


def content_folder(data: Data) -> str:
    """The folder of the posts within the site."""
    own = _table(_table(data.get("languages")).get(default_language(data))).get("contentdir")
    folder = own or data.get("contentdir") or "content"
    return str(folder).strip("/").removeprefix("./")


def default_language(data: Data) -> str:
    """The language of files that name none."""
    own = data.get("defaultcontentlanguage")
    return own.lower() if isinstance(own, str) and own else "en"


def date_keys(data: Data) -> DateKeys:
    """Which keys hold dates: Hugo's own, or what its ``frontmatter`` says."""
    said = _table(data.get("frontmatter"))

    def keys(name: str) -> tuple[str, ...]:
        given = said.get(name)
        if not isinstance(given, list):
            return _DEFAULTS[name]
        found = [part for key in given for part in (_DEFAULTS[name] if key == ":default" else (str(key).lower(),))]
        # times of files and commits are no dates of posts: they change with every checkout
        return tuple(key for key in dict.fromkeys(found) if not key.startswith(":") or key == ":filename")

    return DateKeys(keys("date"), keys("lastmod"), keys("publishdate"), keys("expirydate"))


def _found(data: Data) -> Iterator[tuple[str, str, object]]:
    params = _table(data.get("params"))
    own = _table(_table(data.get("languages")).get(default_language(data)))
    if address := valid(url, data.get("baseurl")):
        parts = urlsplit(address)
        yield "site.url", "baseURL", f"{parts.scheme}://{parts.netloc}"
        yield "site.baseurl", "baseURL", parts.path
    for key, name, raw in (
        ("site.title", "title", own.get("title") or data.get("title")),
        (
            "site.description",
            "params.description",
            _table(own.get("params")).get("description") or params.get("description"),
        ),
        ("site.timezone", "timeZone", valid(zone, data.get("timezone"))),
        ("site.author", "author", _author(own) or _author(data) or _author(params)),
    ):
        if isinstance(raw, str) and raw:
            yield key, name, raw
    tags = (own.get("languagecode"), data.get("languagecode"), data.get("defaultcontentlanguage"))
    if tag := next((tag for tag in tags if valid(language, tag)), None):
        yield "site.language", "languageCode", tag
    for key, name in (("future", "buildFuture"), ("unpublished", "buildDrafts"), ("expired", "buildExpired")):
        if _truth(data.get(name.lower())):
            yield f"content.{key}", name, True
    limit = _table(_table(data.get("services")).get("rss")).get("limit") or data.get("rsslimit")
    if str(limit or "").isdigit() and 0 < int(str(limit)) <= 1000:
        yield "feeds.limit", "services.rss.limit", int(str(limit))


def _author(data: Data) -> object:
    """A name, or the name in a table; themes keep other things under this key too."""
    value = data.get("author")
    return value.get("name") if isinstance(value, Mapping) else value


def _permalinks(value: object) -> Iterator[tuple[str, str]]:
    """Patterns by section; newer sites have those of pages in a table of their own."""
    table = _table(value)
    for section, pattern in {**table, **_table(table.get("page"))}.items():
        if isinstance(pattern, str):
            yield str(section).strip("/ "), pattern


def _over(upper: Data, lower: Data) -> Data:
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        merged[key] = _over(value, below) if isinstance(value, Mapping) and isinstance(below, Mapping) else value
    return merged


def _lowered(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key).lower(): _lowered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_lowered(item) for item in value]
    return value if isinstance(value, bool) else "" if value is None else str(value)


def _table(value: object) -> Data:
    return value if isinstance(value, Mapping) else {}


def _truth(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")
