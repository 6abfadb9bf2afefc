"""Authors whom posts name by a key: what a Jekyll site keeps in ``_data/authors.yml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from feedsvc.config.reading import load_yaml
from feedsvc.config.values import people
from feedsvc.exceptions import ConfigError
from feedsvc.model import Person

_NAMES = ("authors.yaml", "authors.yml", "authors.json")  # as Jekyll reads them: what comes later stands


def files(data: Path) -> tuple[Path, ...]:
    """The files of a data folder that may hold authors."""
    return tuple(data / name for name in _NAMES)


def read(paths: Iterable[Path]) -> tuple[tuple[str, Person], ...]:
    """Authors by their keys, from the last of these files that is there.

    Raises ConfigError where it cannot be read: to go on without it would rename authors in every feed.
    """
    found: dict[str, Person] = {}
    for path in paths:
        if path.is_file():
            data = load_yaml(path)
            found = dict(_people(data, path)) if isinstance(data, Mapping) else {}
    return tuple(found.items())


def _people(data: Mapping[object, object], path: Path) -> Iterator[tuple[str, Person]]:
    for key, facts in data.items():
        try:
            yield str(key), people(_named(key, facts))[0]
        except (ValueError, IndexError) as error:
            raise ConfigError(f"{path}: {key}", f"should be {error}") from error


def _named(key: object, facts: object) -> object:
    """A table of facts with the key for a name, where it holds none."""
    if not isinstance(facts, Mapping):
        return facts
    return {"name": key, **{name: value for name, value in facts.items() if value}}
