"""Which posts a document holds that is made at request."""

from __future__ import annotations

from dataclasses import replace

from feedsvc.catalogue import Index, Position, Reader, choose
from feedsvc.compose.asked import Asked
from feedsvc.plan import Slot, period, reach, window
from feedsvc.rules import FeedRules
from feedsvc.uris import Bound, mark

PART = 100  # entries that a part of a feed's history holds at most


def contents(
    reader: Reader, rules: FeedRules, asked: Asked, index: Index | None = None
) -> tuple[tuple[Slot, ...], Bound | None]:
    """What a document holds, newest first, and where the history before it ends, None where there is none."""
    if asked.before:
        position = _position(reader, asked.before)
        rows = choose(reader, asked.selection, before=position, limit=PART + 1, index=index)
        return period([Slot(*row) for row in rows], PART)
    if asked.limit is not None:
        rules = replace(rules, limit=asked.limit, window=0)
    slots = [Slot(*row) for row in choose(reader, asked.selection, limit=reach(rules, 0), index=index)]
    held = window(slots, rules)
    return held, held[-1].bound if len(held) < len(slots) else None


def _position(reader: Reader, bound: Bound) -> Position:
    """The place in the order of feeds that a bound means; where its post is gone, all of its instant comes after it."""
    if bound.mark:
        for tie, number, id_ in reader.ties(bound.instant):
            if mark(id_) == bound.mark:
                return bound.instant, tie, number
    return bound.instant + bool(bound.mark), "", 0
