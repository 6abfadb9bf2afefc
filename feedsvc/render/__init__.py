"""Feeds and entries become bytes; each entry is rendered once and spliced into every feed it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version as _version_of
from types import MappingProxyType

from lxml.etree import LIBXML_VERSION

from feedsvc.exceptions import RenderError
from feedsvc.model import Entry, Feed, Format, Frame, splice
from feedsvc.render import atom, facts, jsonfeed, rss
from feedsvc.render.facts import RenderRules
from feedsvc.render.media_ext import is_episode

__all__ = ["RECIPE", "Frame", "RenderRules", "entry", "frame", "splice"]

_OWN = 7  # raise it when the same entries give other bytes
_LIBRARIES = ("feedgen", "lxml", "orjson", "comrak", "nh3")

RECIPE = " ".join(
    [f"feedsvc/{_OWN}", "libxml2/" + ".".join(map(str, LIBXML_VERSION))]
    + [f"{name}/{_version_of(name)}" for name in _LIBRARIES]
)
"""What makes the bytes, apart from content and settings: when it changes, everything is rendered anew."""


_ENTRIES: Mapping[Format, Callable[[Entry, RenderRules], bytes]] = MappingProxyType(
    {"rss": rss.entry, "atom": atom.entry, "json": jsonfeed.entry}
)
_FRAMES: Mapping[Format, Callable[[Feed, RenderRules], Frame]] = MappingProxyType(
    {"rss": rss.frame, "atom": atom.frame, "json": jsonfeed.frame}
)


def entry(entry: Entry, format: Format, rules: RenderRules) -> bytes:  # noqa: A002
    """The entry's bytes as they stand in any feed of that format.

    RenderError when it cannot be written: a naive date, a character that XML has no place for.
    """
    try:
        return _ENTRIES[format](entry, rules)
    except (TypeError, ValueError) as error:  # orjson's and feedgen's
        raise RenderError(entry.url, str(error)) from error


def frame(feed: Feed, format: Format, rules: RenderRules, entries: Iterable[bytes] = ()) -> Frame:  # noqa: A002
    """What stands before, between and after a feed's entries. RenderError when it cannot be written.

    ``entries`` are their bytes: a feed that holds episodes of a podcast has more to say.
    """
    try:
        if format == "rss" and any(map(is_episode, entries)):
            feed = replace(feed, podcast=True)
        return _FRAMES[format](feed, rules)
    except (TypeError, ValueError) as error:
        raise RenderError(facts.address(feed, format), str(error)) from error
