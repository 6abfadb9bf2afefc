"""What a Jekyll site's posts may use in their Liquid: its includes, its data, its configuration; read when one does.

All of it is bounded: what lies beyond is not there. No link leads out of a folder.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from posixpath import splitext

import orjson
import yaml

from feedsvc.config.settings import TemplateSources
from feedsvc.rules import Templates

MOST_FILES = 2_000  # in each folder
LARGEST = 500_000  # bytes of a file
MOST_BYTES = 4_000_000  # of a folder
_DEPTH = 64  # of brackets and indents: PyYAML's C loader recurses
_DATA = frozenset((".yaml", ".yml", ".json", ".csv", ".tsv"))
_KEY = re.compile(r"[^\w\s-]+")
_SPACES = re.compile(r"\s+")


def fingerprint(sources: TemplateSources) -> bytes:
    """How all of it looks, without reading: it changes when any of it does."""
    looks = [(name, *_look(path)) for folder in (sources.includes, sources.data) for name, path in _files(folder)]
    config = _look(sources.config) if sources.config else None
    return blake2b(repr((looks, config)).encode(), digest_size=16).digest()


@lru_cache(maxsize=1)
def read(sources: TemplateSources, fingerprint: bytes) -> Templates:  # noqa: ARG001 - what is kept is kept for it
    """All of it, kept until the fingerprint is another."""
    includes = tuple(_texts(sources.includes))
    config = _plain(_load_yaml(_text(sources.config) or "")) if sources.config else {}
    site = {**config} if isinstance(config, dict) else {}
    site["data"] = _data(sources.data)
    return Templates(includes, orjson.dumps(site).decode())


def _files(folder: Path | None) -> Iterator[tuple[str, str]]:
    """The first files of a folder, by their paths within it, in order of these; and where they lie."""
    return islice(_within(os.path.realpath(folder)), MOST_FILES) if folder else iter(())


def _within(root: str) -> Iterator[tuple[str, str]]:
    """All files of a real folder, each folder's own before those of its folders; no link to a folder is followed."""
    waiting, inside = [root], f"{root}{os.sep}"
    while waiting:
        parent, folders = waiting.pop(), []
        try:
            with os.scandir(parent) as entries:
                found = sorted((each.name, each.is_dir(follow_symlinks=False), each.is_symlink()) for each in entries)
        except OSError:  # gone meanwhile, or closed: nobody's posts use what is in there
            continue
        for name, is_folder, is_link in found:
            path = f"{parent}{os.sep}{name}"
            if is_folder:
                folders.append(path)
            elif not name.startswith(".") and not (is_link and _leads_away(path, inside)):
                yield path.removeprefix(inside), path
        waiting.extend(reversed(folders))


def _leads_away(link: str, inside: str) -> bool:
    """Whether a link leads to a folder, or out of the one that we are in."""
    folder = os.path.isdir(link)  # noqa: PTH112 - False too where we may not look
    try:
        return folder or not os.path.realpath(link).startswith(inside)
    except OSError:  # gone meanwhile
        return True


def _look(path: str | Path) -> tuple[int, int, int]:
    try:
        status = os.stat(path)  # noqa: PTH116 - 2,000 Paths take longer than what is asked of them
    except OSError:
        return 0, 0, 0
    return status.st_ino, status.st_size, status.st_mtime_ns


def _texts(folder: Path | None) -> Iterator[tuple[str, str]]:
    left = MOST_BYTES
    for name, path in _files(folder):
        text = _text(Path(path))
        if text is None or len(text) > left:
            continue
        left -= len(text)
        yield name, text


def _text(path: Path) -> str | None:
    """A file's text, newlines as LF; None where it is none, or too long."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _data(folder: Path | None) -> dict[str, object]:
    """``site.data``: files by their names, folders as tables of these."""
    found: dict[str, object] = {}
    for name, text in _texts(folder):
        *parents, last = name.split("/")
        stem, suffix = splitext(last)
        if suffix.lower() not in _DATA:
            continue
        table = found
        for parent in parents:
            inner = table.setdefault(_key(parent), {})
            if not isinstance(inner, dict):
                break
            table = inner
        else:
            table[_key(stem)] = _plain(_parsed(text, suffix.lower()))
    return found


def _key(name: str) -> str:
    """Jekyll's ``sanitize_filename``."""
    return _SPACES.sub("_", _KEY.sub("", name))


def _parsed(text: str, suffix: str) -> object:
    if suffix in (".csv", ".tsv"):
        return list(csv.DictReader(io.StringIO(text), delimiter="\t" if suffix == ".tsv" else ","))
    if suffix == ".json":
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
    return _load_yaml(text)


def _load_yaml(text: str) -> object:
    """YAML with its types; None where it is none, or nested too deeply."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH or isinstance(event, yaml.AliasEvent):
                return None  # aliases may multiply, or go round in a circle
        return yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return None


def _plain(value: object) -> object:
    """A value as JSON can hold it: dates become text, numbers beyond 64 bits too."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, bool, float)) or (isinstance(value, int) and abs(value) < 1 << 63):
        return value
    return str(value)
