"""What feedsvc.toml says of single feeds: sections such as ``[feed."category/TechWeb"]``."""

from __future__ import annotations

from collections.abc import Mapping

from feedsvc.config import values
from feedsvc.config.layers import Value, unknown
from feedsvc.config.table import FEED_TABLE
from feedsvc.config.validation import validated
from feedsvc.exceptions import ConfigError
from feedsvc.rules import FeedTable, FeedTables

_KEYS = frozenset(setting.key for setting in FEED_TABLE)


def feed_tables(sections: Mapping[str, Mapping[str, object]], origin: str) -> FeedTables:
    """The sections below ``feed``. Raises ConfigError naming section and key."""
    tables = [_table(written, section, origin) for written, section in sections.items()]
    named = {table.name: table for table in tables}
    if len(named) < len(tables):
        twice = next(table.name for table in tables if table is not named[table.name])
        raise ConfigError(f'feed."{twice}"', f"is there twice ({origin})")
    patterns = tuple(table for table in tables if values.is_pattern(table.name))
    return FeedTables(tuple(named[name] for name in sorted(named)), patterns)


def _table(written: str, section: Mapping[str, object], origin: str) -> FeedTable:
    place = f'feed."{written}"'
    _require_flat(written, section, origin)
    try:
        name = values.feed(written)
    except ValueError as error:
        raise ConfigError(place, f"should be {error} ({origin})") from error
    for key in section:
        if key not in _KEYS:
            raise unknown(f"{place}.{key}", (f"{place}.{known}" for known in _KEYS), origin)
    try:
        found = validated(({key: Value(raw, origin) for key, raw in section.items()},), FEED_TABLE)
    except ConfigError as error:
        raise ConfigError(f"{place}.{error.key}", error.reason) from error
    whole = {key: int(value) if isinstance(value, float) else value for key, value in found.items()}  # seconds
    return FeedTable(name, tuple((key, value) for key, value in whole.items() if value is not None))


def _require_flat(written: str, section: Mapping[str, object], origin: str) -> None:
    """Tell whoever wrote ``[feed.category.TechWeb]`` where the quotes belong."""
    inner = next((key for key, value in section.items() if isinstance(value, Mapping)), None)
    if inner is not None:
        raise ConfigError(f"feed.{written}.{inner}", f'should be written [feed."{written}/{inner}"] ({origin})')
