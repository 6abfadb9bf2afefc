"""What a Pelican site's pelicanconf.py says, in feedsvc's own terms. It is read, and never run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from feedsvc.config.layers import Layer, Value, text
from feedsvc.config.values import language, url, valid, zone
from feedsvc.exceptions import ConfigError
from feedsvc.rules import DateKeys, PelicanRules

NAME = "pelicanconf.py"
NAMES = (NAME, "publishconf.py")  # the second says more: it is what the published site is made with

DATES = DateKeys(changed=("modified",))

Data = Mapping[str, object]


def read(site: Path) -> Data:
    """The settings that are plain values; others, which take running Python to know, are passed over.

    Raises ConfigError naming file and line where a file is not Python.
    """
    found: dict[str, object] = {}
    for name in NAMES:
        if (site / name).is_file():
            found |= _literals(site / name)
    return found


def settings(data: Data, site: Path) -> Layer:
    """The settings that the configuration gives."""
    return {key: Value(raw, f"in {site / NAME}: {name}") for key, name, raw in _found(data)}


def content_folder(data: Data) -> str:
    """The folder of the posts within the site, "" for the site's own."""
    folder = str(data.get("PATH") or ".")
    return "/".join(part for part in folder.split("/") if part not in ("", "."))


def rules(data: Data, root: str, site: Path) -> PelicanRules:
    """How the site reads and names its articles; ``root`` is the folder of its posts within CONTENT."""
    usual = PelicanRules()
    metadata = data.get("DEFAULT_METADATA")
    return PelicanRules(
        root=root,
        paths=_strings(data.get("ARTICLE_PATHS"), usual.paths),
        excludes=(*_strings(data.get("PAGE_PATHS"), usual.excludes), *_strings(data.get("ARTICLE_EXCLUDES"), ())),
        url=_string(data, "ARTICLE_URL", usual.url),
        lang_url=_string(data, "ARTICLE_LANG_URL", usual.lang_url),
        language=_string(data, "DEFAULT_LANG", usual.language).lower(),
        category=_string(data, "DEFAULT_CATEGORY", usual.category),
        folder_category=data.get("USE_FOLDER_AS_CATEGORY", True) is not False,
        metadata=tuple((str(key).lower(), str(value)) for key, value in metadata.items())
        if isinstance(metadata, dict)
        else (),
        file_metadata=_pattern(data, "FILENAME_METADATA", usual.file_metadata, site),
        path_metadata=_pattern(data, "PATH_METADATA", usual.path_metadata, site),
        slug_from=_string(data, "SLUGIFY_SOURCE", usual.slug_from),
        slug_rules=_slug_rules(data.get("SLUG_REGEX_SUBSTITUTIONS"), site) or usual.slug_rules,
        slug_cased=data.get("SLUGIFY_PRESERVE_CASE") is True,
        slug_unicode=data.get("SLUGIFY_USE_UNICODE") is True,
        unidecode=_unidecode(),
    )


def _literals(path: Path) -> dict[str, object]:
    try:
        tree = ast.parse(text(path))
    except SyntaxError as error:
        raise ConfigError(f"{path}:{error.lineno or 1}", f"not readable as Python: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ConfigError(str(path), f"not readable as Python: {error}") from error
    found: dict[str, object] = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names = [target.id for target in targets if isinstance(target, ast.Name) and target.id.isupper()]
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if names and value is not None:
            try:
                found |= dict.fromkeys(names, ast.literal_eval(value))
            except (ValueError, TypeError, RecursionError, MemoryError):
                continue  # a value that only running it would tell
    return found


def _found(data: Data) -> Iterator[tuple[str, str, object]]:
    if address := valid(url, data.get("SITEURL")):
        parts = urlsplit(address)
        yield "site.url", "SITEURL", f"{parts.scheme}://{parts.netloc}"
        yield "site.baseurl", "SITEURL", parts.path
    for key, name in (
        ("site.title", "SITENAME"),
        ("site.description", "SITESUBTITLE"),
        ("site.author", "AUTHOR"),
    ):
        if isinstance(raw := data.get(name), str) and raw:
            yield key, name, raw
    if valid(zone, data.get("TIMEZONE")):
        yield "site.timezone", "TIMEZONE", data["TIMEZONE"]
    if valid(language, data.get("DEFAULT_LANG")):
        yield "site.language", "DEFAULT_LANG", data["DEFAULT_LANG"]
    if data.get("WITH_FUTURE_DATES") is True:
        yield "content.future", "WITH_FUTURE_DATES", True
    limit = data.get("FEED_MAX_ITEMS")
    if isinstance(limit, int) and not isinstance(limit, bool) and 0 < limit <= 1000:
        yield "feeds.limit", "FEED_MAX_ITEMS", limit


def _string(data: Data, key: str, usual: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) and value else usual


def _strings(value: object, usual: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(map(str, value)) if isinstance(value, list | tuple) else usual


def _pattern(data: Data, key: str, usual: str, site: Path) -> str:
    pattern = data.get(key)
    return _compiled(pattern, key, site) if isinstance(pattern, str) else usual


def _slug_rules(value: object, site: Path) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list | tuple):
        return ()
    pairs = [pair for pair in value if isinstance(pair, list | tuple) and len(pair) == 2]
    return tuple((_compiled(str(old), "SLUG_REGEX_SUBSTITUTIONS", site), str(new)) for old, new in pairs)


def _compiled(pattern: str, key: str, site: Path) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ConfigError(str(site / NAME), f"{key}: {pattern!r} is no regular expression: {error}") from error
    return pattern


def _unidecode() -> str:
    try:
        return version("unidecode")
    except PackageNotFoundError:
        return ""
