"""The posts of a selection, newest first: ranges of one index, merged as they are read."""

from __future__ import annotations

from typing import Protocol

from feedsvc.catalogue.reader import Reader
from feedsvc.exceptions import SelectionError
from feedsvc.model import SITE, Term
from feedsvc.select import Selection

Position = tuple[int, str, int]
"""A post's place in the order of feeds: published (microseconds since 1970), tie, number."""

Row = tuple[int, str, int, bytes, str, str]
"""A post's place, its version, when it was updated, as ISO 8601, and its id."""

_PLACE = "t.published, t.tie, t.post"
_HELD = "SELECT 1 FROM post_terms g WHERE g.feed {} AND g.published = t.published AND g.tie = t.tie AND g.post = t.post"
_Clause = tuple[str, list[object]]
_Group = dict[int, int]  # feeds and how many posts each has


class Index(Protocol):
    """Finds posts by words."""

    def newest(self, reader: Reader, selection: Selection, before: Position | None, limit: int) -> list[Row]:
        """What ``choose`` gives, of a selection with words."""


def choose(
    reader: Reader, selection: Selection, *, before: Position | None = None, limit: int, index: Index | None = None
) -> list[Row]:
    """The newest ``limit`` posts of a selection that come after ``before`` in its feed, which is newest first.

    Only posts that are in their feeds. Raises SelectionError where words are asked for and there is no ``index``.
    """
    if selection.words:
        if index is None:
            raise SelectionError("q", "Searching is switched off here.")
        return index.newest(reader, selection, before, limit)
    groups = [_group(reader, terms) for terms in selection.groups] or [_group(reader, (SITE,))]
    if not all(groups):
        return []
    query, values = _query(groups, _group(reader, selection.none_of), before)
    return reader.connection.execute(
        f"SELECT {_PLACE}, p.version, p.updated, p.id FROM ({query} LIMIT ?) t JOIN posts p ON p.number = t.post "
        "ORDER BY t.published DESC, t.tie DESC, t.post DESC",
        (*values, limit),
    ).fetchall()


def _group(reader: Reader, terms: tuple[Term, ...]) -> _Group:
    """The feeds of those of these terms that have posts, the fullest first."""
    found: _Group = {}
    for term in terms:
        row = reader.connection.execute(
            "SELECT number, entries FROM feeds WHERE scheme = ? AND name = ? AND entries > 0", (term.scheme, term.name)
        ).fetchone()
        if row is not None:
            found[row[0]] = row[1]
    return dict(sorted(found.items(), key=lambda each: each[1], reverse=True))


def _query(groups: list[_Group], none_of: _Group, before: Position | None) -> _Clause:
    """Reads the rarest group in order, feed beside feed, and looks up each post of it in the others."""
    driving, *others = sorted(groups, key=lambda group: sum(group.values()))
    conditions = [_held("EXISTS", group) for group in others]
    if none_of:
        conditions.append(_held("NOT EXISTS", none_of))
    if before is not None:
        conditions.insert(0, (f"({_PLACE}) < (?, ?, ?)", [*before]))
    parts = [_part(feed, conditions) for feed in driving]
    query = " UNION ".join(text for text, _ in parts)
    return f"{query} ORDER BY 1 DESC, 2 DESC, 3 DESC", [value for _, values in parts for value in values]


def _part(feed: int, conditions: list[_Clause]) -> _Clause:
    text = " AND ".join(["t.feed = ?", *(condition for condition, _ in conditions)])
    values = [feed, *(value for _, values in conditions for value in values)]
    return f"SELECT {_PLACE} FROM post_terms t WHERE {text}", values


def _held(whether: str, group: _Group) -> _Clause:
    """Whether a post is in one of these feeds."""
    return f"{whether} ({_HELD.format('IN (' + ','.join('?' * len(group)) + ')')})", [*group]
