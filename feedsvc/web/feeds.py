"""Whatever is fetched by its path: feeds, pages, lists, and the addresses that lead to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from urllib.parse import quote, unquote

from flask import Response, request
from werkzeug.exceptions import BadRequest, Gone, NotFound, RequestURITooLarge

from feedsvc.catalogue import Reader
from feedsvc.model import SCHEMES, Term
from feedsvc.particulars import elsewhere, renamed
from feedsvc.shelf import Current, Shelf, Shelved
from feedsvc.uris import feed_path, page_path, read_path
from feedsvc.web import aliases, deltas, responses
from feedsvc.web.asked import asked, parameters
from feedsvc.web.composed import Composed
from feedsvc.web.gone import Elsewhere, stays_until
from feedsvc.web.pages import Pages

_LONGEST = 4096  # characters of a decoded path
_UNREADABLE = "\ufffd"  # stands for bytes that are not UTF-8 in what servers and Werkzeug hand over

_OPERATORS = ("/rebuild", "/builds", "/healthz", "/readyz", "/metrics")
Listing = Callable[[Reader, Current], Shelved]


class Feeds:
    """The view of every path that nothing else answers. ``lists`` are made from the whole catalogue, by path."""

    def __init__(self, shelf: Shelf, composed: Composed, pages: Pages, lists: Mapping[str, Listing]) -> None:
        self._shelf = shelf
        self._composed = composed
        self._pages = pages
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
        except (Gone, NotFound) as problem:
            if not for_people(path):
                raise
            return self._explained(path, problem)

    def _canonical(self, path: str) -> Response | None:
        make = self._lists.get(path)
        if make is not None:
            found = self._shelf.fetch(path, make)
        else:
            given = parameters(request.query_string)
            if page := self._pages.asked(path, given):
                found = self._shelf.fetch(*page)
                return responses.shelved(self._shelf, found) if found else None
            wanted = asked(path, given)
            if wanted is not None and wanted[0].composed:
                return self._composed.answer(*wanted, given)
            place = read_path(quote(path))
            found = self.find(*place) if place else None
            if place and found and found.lasting and (held := deltas.held(request)):
                return responses.unchanged(found) or self._changes(feed_path(*place), found, held)
        return responses.shelved(self._shelf, found) if found else None

    def _changes(self, address: str, found: Shelved, held: Collection[str]) -> Response:
        """What changed in a document since a state that the client holds; all of it where that state is forgotten."""
        with self._shelf.reading() as (reader, current):
            changes = reader.changes(address, current.generation, held)
        if changes is None or changes.etag != found.digest:  # the feed may just have changed once more
            return responses.whole(self._shelf, found)
        return deltas.response(found, changes.body)

    def find(self, term: Term, filename: str) -> Shelved | None:
        """A feed's document, or its page where ``filename`` is ""; None where there is none.

        Raises Gone, and Elsewhere where it has moved.
        """
        if filename == "" and (page := self._pages.asked(unquote(page_path(term)), ())):
            return self._shelf.fetch(*page)
        return self._shelf.fetch(unquote(feed_path(term, filename)), partial(self._make, term=term, filename=filename))

    def _make(self, reader: Reader, current: Current, *, term: Term, filename: str) -> Shelved | None:
        if there := elsewhere(term, filename, current.served, known=reader.feed):
            raise Elsewhere(there)
        facts = reader.feed(term)
        until = stays_until(term, facts, current.served, self._shelf.clock())
        if facts is None:
            return None
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

    def _explained(self, path: str, problem: Gone | NotFound) -> Response:
        """An error at an address of a page, for whoever followed a link there: which feeds may have been meant."""
        gone = isinstance(problem, Gone)
        with self._shelf.reading() as (reader, current):
            body = self._pages.missing(reader, current, path, gone=gone)
        return responses.page(410 if gone else 404, body)


def for_people(path: str) -> bool:
    """Whether a path looks like that of a page: it ends in a slash, or names a feed and no file."""
    last = path.rpartition("/")[2]
    if path.startswith(_OPERATORS):
        return False
    return not last or ("." not in last and path.split("/")[1] in (*SCHEMES, "archive"))


def _names(reader: Reader, current: Current) -> dict[Term, Term]:
    """Every name that a feed has or had, and the one it has now."""
    known = {facts.term for facts in reader.feeds()}
    return dict(zip(known, known, strict=True)) | {old: new for old, new in current.served.moved if new in known}
