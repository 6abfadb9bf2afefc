"""The front page: all feeds, a part at a time, in an order, of one kind, or by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from feedsvc.catalogue import Listed, Order, Reader, listed, totals
from feedsvc.model import SCHEMES
from feedsvc.particulars import unlisted
from feedsvc.rules import Served
from feedsvc.terms import clean_name
from feedsvc.web.pages.speech import Speech

PART = 40  # feeds in one part of the list
PARAMETERS = ("q", "kind", "sort", "page")
_LONGEST = 100  # characters of a query
LATEST = 8  # posts
_LAST = 10_000  # page

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the list: ``kind`` is a scheme or "" for all, ``page`` counts from 1."""

    q: str = ""
    kind: str = ""
    sort: Order = "entries"
    page: int = 1

    @property
    def query(self) -> str:
        """The parameters of its address, in their one order, without what goes without saying."""
        given = [(name, str(getattr(self, name))) for name in PARAMETERS if getattr(self, name) != getattr(_ALL, name)]
        return urlencode(given, quote_via=quote, safe="")

    @property
    def address(self) -> str:
        """Its path with its query."""
        return f"/?{self.query}" if self.query else "/"


_ALL = Wanted()


def wanted(given: Parameters) -> Wanted:
    """What a query's parameters ask for; what makes no sense is left out."""
    first = dict(reversed(given))
    kind, sort, page = (first.get(name, "") for name in ("kind", "sort", "page"))
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    return Wanted(
        q=" ".join(clean_name(first.get("q", "")[: 4 * _LONGEST]).split())[:_LONGEST],
        kind=kind if kind in SCHEMES else "",
        sort="updated" if sort == "updated" else "entries",
        page=min(max(number, 1), _LAST),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Page ``page`` of a list of ``total`` feeds; ``near`` tells that they only resemble what was asked."""

    feeds: list[Listed]
    total: int
    page: int = 1
    near: bool = False


def values(
    reader: Reader, served: Served, speech: Speech, asked: Wanted, found: Part | None, *, alone: bool = False
) -> dict[str, object]:
    """What the template shows. ``found`` is the part where names were asked for, None where none were.

    Where it stands ``alone``, every part has a path, and there is one order.
    """
    feeds = None if not _hides(served) else visible(reader, served)
    counts = totals(reader) if feeds is None else Counter(each.term.scheme for each in feeds)
    part = found or (_part(reader, asked, counts) if feeds is None else search(asked, feeds, []))
    pages = _pages(part.total)
    whole = asked == _ALL
    return {
        "asked": asked,
        "part": part,
        "whole": whole,
        "tabs": [] if alone else _tabs(asked, counts, speech),
        "orders": []
        if alone
        else [(_turned(asked, sort=order), text, asked.sort == order) for order, text in _sorts(speech)],
        "pages": pages,
        "previous": _turn(asked, part.page - 1, alone=alone) if part.page > 1 else "",
        "next": _turn(asked, part.page + 1, alone=alone) if part.page < pages else "",
        "index": whole,
    }


def _turn(asked: Wanted, page: int, *, alone: bool) -> str:
    return part_path(page) if alone else replace(asked, page=page).address


def part_path(page: int) -> str:
    """Where a part of the list is that has a path."""
    return f"/feeds/{page}/" if page > 1 else "/"


def read_part(path: str) -> int:
    """The inverse of ``part_path`` for parts after the first, 0 where it is none."""
    number = path.removeprefix("/feeds/").removesuffix("/")
    return int(number) if number.isdecimal() and len(number) < 6 and path == part_path(int(number)) else 0


def parts(reader: Reader, served: Served) -> int:
    """How many parts the list of all feeds has."""
    return _pages(len(visible(reader, served)))


def visible(reader: Reader, served: Served) -> list[Listed]:
    """All feeds that are shown in lists, the fullest first."""
    every = listed(reader)
    if not _hides(served):
        return every
    return [each for each in every if not unlisted(each.term, served)]


def _hides(served: Served) -> bool:
    """Whether any feed may be in no list."""
    tables = (*served.feeds.tables.named, *served.feeds.tables.patterns)
    return bool(served.gone) or any(key == "hidden" and value for table in tables for key, value in table.values)


def _part(reader: Reader, asked: Wanted, counts: Mapping[str, int]) -> Part:
    total = counts.get(asked.kind, 0) if asked.kind else sum(counts.values())
    page = min(asked.page, _pages(total))
    return Part(listed(reader, asked.kind, by=asked.sort, limit=PART, offset=(page - 1) * PART), total, page)


def _pages(total: int) -> int:
    return max(1, -(-total // PART))


def search(asked: Wanted, found: list[Listed], near: list[Listed]) -> Part:
    """The part of what was ``found`` that is asked for; what is ``near`` where nothing was found."""
    fitting = [each for each in found if asked.kind in ("", each.term.scheme)]
    if asked.sort == "updated":
        fitting.sort(key=lambda each: each.updated.timestamp() if each.updated else 0, reverse=True)
    if not fitting:
        return Part(near, len(near), near=True)
    page = min(asked.page, _pages(len(fitting)))
    return Part(fitting[(page - 1) * PART : page * PART], len(fitting), page)


def _tabs(asked: Wanted, counts: Mapping[str, int], speech: Speech) -> list[tuple[str, str, int, bool]]:
    """Kinds of feeds that there are: address, text, how many, and whether it is the one that is shown."""
    texts = {"category": speech.say("Categories"), "tag": speech.say("Tags"), "author": speech.say("Authors")}
    there = [scheme for scheme in SCHEMES if counts.get(scheme)]
    if len(there) < 2:
        return []
    every = (_turned(asked, kind=""), speech.say("All"), sum(counts.values()), asked.kind == "")
    return [every, *((_turned(asked, kind=each), texts[each], counts[each], asked.kind == each) for each in there)]


def _sorts(speech: Speech) -> tuple[tuple[str, str], ...]:
    return (("entries", speech.say("Most posts")), ("updated", speech.say("Latest change")))


def _turned(asked: Wanted, **changes: str) -> str:
    return replace(asked, page=1, **changes).address  # type: ignore[arg-type]
