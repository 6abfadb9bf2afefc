"""Jekyll's front matter defaults: which apply to a post, and how they lie under what it says itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from fnmatch import translate
from functools import lru_cache
from itertools import accumulate
from re import Pattern, compile  # noqa: A004

from feedsvc.rules import Default
from feedsvc.terms import categories


def with_defaults(
    data: Mapping[str, object], path: str, defaults: tuple[Default, ...], collections_dir: str = ""
) -> Mapping[str, object]:
    """``data`` over the defaults whose scope holds the post at ``path``; categories of both are kept.

    ``path`` does not name the folder of all collections; scopes may.
    """
    values: dict[str, object] = {}
    chosen: Default | None = None
    for default in defaults:
        if not _applies(default, path, collections_dir):
            continue
        own = {key: _text(value) for key, value in default.values}
        if chosen is None or _precedes(default, chosen):
            values, chosen = _over(own, values), default
        else:
            values = _over(values, own)
    if not values:
        return data
    merged = _over(data, values)
    inherited = {"categories": values.get("categories")}
    merged["categories"] = [*categories(inherited), *categories({"categories": data.get("categories")})]
    return merged


def _applies(default: Default, path: str, collections_dir: str) -> bool:
    if default.type not in ("", "post", "posts"):
        return False
    scope = default.path.strip("/")
    if "*" not in scope:
        return path.startswith(scope.removeprefix(f"{collections_dir}/") if collections_dir else scope)
    pattern = _glob(scope)
    path = f"{collections_dir}/{path}" if collections_dir else path  # globs look at the folder itself
    return any(pattern.match(parent) for parent in accumulate(path.split("/"), lambda a, b: f"{a}/{b}"))


def _precedes(new: Default, old: Default) -> bool:
    """A longer path is the closer scope; among equals one that names a type is."""
    if len(new.path) != len(old.path):
        return len(new.path) > len(old.path)
    return bool(new.type) or not old.type


def _over(upper: Mapping[str, object], lower: Mapping[str, object]) -> dict[str, object]:
    """Both merged, the upper's values first, except where it says nothing."""
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[key] = _over(value, below)
        elif value is not None or key not in merged:
            merged[key] = value
    return merged


def _text(value: object) -> object:
    """A value of the configuration as a post would write it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_text(item) for item in value]
    return str(value)


@lru_cache(maxsize=256)
def _glob(scope: str) -> Pattern[str]:
    """Ruby's ``Dir.glob``: a star stays within a folder, ``**/`` is any folders or none."""
    marks = {"\0": "(?:[^/]+/)*", "\1": "[^/]*"}
    pattern = translate(scope.replace("**/", "\0").replace("*", "\1"))
    for mark, meaning in marks.items():
        pattern = pattern.replace(mark, meaning)
    return compile(pattern)
