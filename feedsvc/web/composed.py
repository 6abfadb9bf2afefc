"""Documents that are made at request: selections, history, feeds of another length or form."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path
from urllib.parse import unquote

from flask import Response

from feedsvc import compose, search
from feedsvc.catalogue import Position, Reader, Row
from feedsvc.compose import Asked
from feedsvc.model import FILENAMES, FORMATS, MEDIA_TYPES, Term
from feedsvc.particulars import location, particulars, renamed
from feedsvc.rules import Served
from feedsvc.select import Selection
from feedsvc.shelf import Current, Shelf, Shelved, links
from feedsvc.web import responses
from feedsvc.web.asked import Parameters, canonical
from feedsvc.web.gone import Elsewhere, stays_until

_HISTORY_AGE = 86_400  # seconds for which a part of a feed's history is fresh
_FOUND_AGE = 2.0  # seconds after which words are looked for anew: the index comes a little behind the posts


class Searches:
    """The index of a state folder, for any number of threads: each borrows a search of its own."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._idle: deque[search.Search] = deque()

    def newest(self, reader: Reader, selection: Selection, before: Position | None, limit: int) -> list[Row]:
        """What ``Search.newest`` gives."""
        try:
            borrowed = self._idle.pop()
        except IndexError:
            borrowed = search.Search(self._state)
        try:
            return borrowed.newest(reader, selection, before, limit)
        finally:
            self._idle.append(borrowed)


class Composed:
    """Answers with documents made at request. ``state`` is where the index of words is."""

    def __init__(self, shelf: Shelf, state: Path) -> None:
        self._shelf = shelf
        self._searches = Searches(state)

    def answer(self, wanted: Asked, filename: str, given: Parameters) -> Response | None:
        """The document, at its one address; None where there is no such feed. Raises Gone, and Elsewhere."""
        if wanted.term is None and not canonical(wanted, given):
            return responses.moved(wanted.address(filename))
        found = self._shelf.fetch(_key(wanted, filename), partial(self._make, wanted=wanted, filename=filename))
        return responses.shelved(self._shelf, found) if found else None

    def _make(self, reader: Reader, current: Current, *, wanted: Asked, filename: str) -> Shelved | None:
        served, until, max_age = current.served, inf, None
        if wanted.term is not None:
            if there := _elsewhere(reader, served, wanted, wanted.term, filename):
                raise Elsewhere(there)
            max_age = particulars(wanted.term, served.site, served.feeds.tables).max_age
            facts = reader.feed(wanted.term)
            until = stays_until(wanted.term, facts, served, self._shelf.clock())
            if facts is None:
                return None
        elif wanted.selection.words:
            until = self._shelf.clock() + _FOUND_AGE
        format_ = next(each for each in FORMATS if FILENAMES[each] == filename)
        index = self._searches if served.search else None
        return Shelved(
            _key(wanted, filename),
            compose.compose(reader, served, wanted, format_, index),
            MEDIA_TYPES[format_],
            served,
            until=until,
            link=links(served, wanted.address(filename)),
            max_age=_HISTORY_AGE if wanted.before else max_age,
        )


def _key(wanted: Asked, filename: str) -> tuple[str, str]:
    return unquote(wanted.path(filename)), wanted.query


def _elsewhere(reader: Reader, served: Served, wanted: Asked, term: Term, filename: str) -> str:
    """Where a document is to be found if not here, else "". History does not move away."""
    now = renamed(term, served, known=reader.feed)
    away = "" if wanted.before else location(now, filename, served)
    here = replace(wanted, term=now, selection=Selection.of(now))
    return away or (here.address(filename) if now != term else "")
