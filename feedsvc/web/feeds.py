"""Whatever is fetched by its path: feeds, pages, lists, and the addresses that lead to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from math import inf
from urllib.parse import quote, unquote

from flask import Response, request
from werkzeug.exceptions import BadRequest, Gone, NotFound, RequestURITooLarge

from feedsvc import compose
from feedsvc.catalogue import Reader
from feedsvc.compose import Asked
from feedsvc.model import FILENAMES, FORMATS, MEDIA_TYPES, FeedFacts, Served, Term
from feedsvc.particulars import elsewhere, location, particulars, renamed
from feedsvc.plan import gone_at
from feedsvc.select import Selection
from feedsvc.shelf import Current, Shelf, Shelved, links
from feedsvc.uris import feed_path, read_path
from feedsvc.web import aliases, deltas, responses
from feedsvc.web.asked import Parameters, asked, canonical, parameters

_LONGEST = 4096  # characters of a decoded path
_HISTORY_AGE = 86_400  # seconds for which a part of a feed's history is fresh
_UNREADABLE = "\ufffd"  # stands for bytes that are not UTF-8 in what servers and Werkzeug hand over


class Elsewhere(Exception):  # noqa: N818 - no error
    """What is asked for has another address, ``location``: a path of this server or an absolute URL."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


Page = Callable[[Reader, Current, Term, float], Shelved]
Listing = Callable[[Reader, Current], Shelved]


class Feeds:
    """The view of every path that nothing else answers. ``lists`` are made from the whole catalogue, by path."""

    def __init__(self, shelf: Shelf, page: Page, lists: Mapping[str, Listing]) -> None:
        self._shelf = shelf
        self._page = page
        self._lists = lists
        self._slugs: tuple[Current, dict[Term, Term]] | None = None

    def view(self, path: str) -> Response:
        """Answer GET, HEAD and OPTIONS for a path, given without its first slash."""
        if request.method == "OPTIONS":
            return responses.options()
        path = "/" + path
        if len(path) > _LONGEST:
            raise RequestURITooLarge("no address here is that long")
        if "\0" in path:
            raise BadRequest("the path holds a NUL")
        try:
            return self._canonical(path) or self._elsewhere(path) or self._nothing(path)
        except Elsewhere as there:
            return responses.moved(there.location)

    def _canonical(self, path: str) -> Response | None:
        make = self._lists.get(path)
        if make is not None:
            found = self._shelf.fetch(path, make)
        else:
            given = parameters(request.query_string)
            wanted = asked(path, given)
            if wanted is not None and wanted[0].composed:
                return self._composed(*wanted, given)
            place = read_path(quote(path))
            found = self.find(*place) if place else None
            if place and found and found.lasting and (held := deltas.held(request.headers)):
                return responses.unchanged(found) or self._changes(feed_path(*place), found, held)
        return responses.shelved(self._shelf, found) if found else None

    def _changes(self, address: str, found: Shelved, held: Collection[str]) -> Response:
        """What changed in a document since a state that the client holds; all of it where that state is forgotten."""
        with self._shelf.reading() as (reader, current):
            changes = reader.changes(address, current.generation, held)
        if changes is None or changes.etag != found.digest:  # the feed may just have changed once more
            return responses.whole(self._shelf, found)
        return deltas.response(found, changes.body)

    def _composed(self, wanted: Asked, filename: str, given: Parameters) -> Response | None:
        """A document that is made at request, at its one address."""
        if wanted.term is None and not canonical(wanted, given):
            return responses.moved(wanted.address(filename))
        key = unquote(wanted.path(filename)), wanted.query
        found = self._shelf.fetch(key, partial(self._compose, wanted=wanted, filename=filename))
        return responses.shelved(self._shelf, found) if found else None

    def _compose(self, reader: Reader, current: Current, *, wanted: Asked, filename: str) -> Shelved | None:
        served, until, max_age = current.served, inf, None
        if wanted.term is not None:
            if there := _elsewhere(reader, served, wanted, wanted.term, filename):
                raise Elsewhere(there)
            max_age = particulars(wanted.term, served, served.feeds.tables).max_age
            facts = reader.feed(wanted.term)
            until = stays_until(wanted.term, facts, served, self._shelf.clock())
            if facts is None:
                return None
        format_ = next(each for each in FORMATS if FILENAMES[each] == filename)
        return Shelved(
            (unquote(wanted.path(filename)), wanted.query),
            compose.compose(reader, served, wanted, format_),
            MEDIA_TYPES[format_],
            served,
            until=until,
            link=links(served, wanted.address(filename)),
            max_age=_HISTORY_AGE if wanted.before else max_age,
        )

    def find(self, term: Term, filename: str) -> Shelved | None:
        """A feed's document, or its page where ``filename`` is ""; None where there is none.

        Raises Gone, and Elsewhere where it has moved.
        """
        return self._shelf.fetch(unquote(feed_path(term, filename)), partial(self._make, term=term, filename=filename))

    def _make(self, reader: Reader, current: Current, *, term: Term, filename: str) -> Shelved | None:
        if there := elsewhere(term, filename, current.served, known=reader.feed):
            raise Elsewhere(there)
        facts = reader.feed(term)
        until = stays_until(term, facts, current.served, self._shelf.clock())
        if facts is None:
            return None
        if filename == "":
            return self._page(reader, current, term, until)
        return self._shelf.load(reader, current, address=feed_path(term, filename), until=until)

    # -- other addresses -----------------------------------------------------------------------------------

    def _elsewhere(self, path: str) -> Response | None:
        """A redirect from an alias, or from a page's address without its last slash."""
        with self._shelf.reading() as (reader, current):
            targets = list(aliases.configured(path, current.served))
            targets += [
                aliases.address(known, format_)
                for term, format_ in aliases.terms(path)
                if (known := self._known(reader, current, term))
            ]
        targets.append(quote(path + "/"))
        for target in targets:
            place = read_path(target)
            if place and self.find(*place):
                return responses.moved(feed_path(*place))
        return None

    def _known(self, reader: Reader, current: Current, term: Term) -> Term | None:
        """The term of that name, as it is called now, else the one of that slug."""
        now = renamed(term, current.served, known=reader.feed)
        if reader.feed(now):
            return now
        slugs = self._slugs
        if slugs is None or slugs[0] is not current:
            slugs = self._slugs = current, aliases.by_slug(_names(reader, current))
        return slugs[1].get(aliases.slug_key(term))

    def _nothing(self, path: str) -> Response:
        if _UNREADABLE in path:
            raise BadRequest("the path is not UTF-8")
        raise NotFound("there is no feed and no page at this address")


def stays_until(term: Term, facts: FeedFacts | None, served: Served, now: float) -> float:
    """Until when a feed is served if nothing changes, in epoch seconds. Raises Gone where that time is over."""
    end = gone_at(term, facts, served)
    if end <= now:
        raise Gone("this feed is gone for good" if end == -inf else "this feed lost its last post long ago")
    return end


def _names(reader: Reader, current: Current) -> dict[Term, Term]:
    """Every name that a feed has or had, and the one it has now."""
    known = {facts.term for facts in reader.feeds()}
    return dict(zip(known, known, strict=True)) | {old: new for old, new in current.served.moved if new in known}


def _elsewhere(reader: Reader, served: Served, wanted: Asked, term: Term, filename: str) -> str:
    """Where a document that is made at request is to be found if not here, else "". History does not move away."""
    now = renamed(term, served, known=reader.feed)
    away = "" if wanted.before else location(now, filename, served)
    here = replace(wanted, term=now, selection=Selection.of(now))
    return away or (here.address(filename) if now != term else "")
