"""Which page an address asks for, and the page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from feedsvc.catalogue import Reader
from feedsvc.model import SCHEMES, SITE, Term
from feedsvc.particulars import elsewhere, renamed
from feedsvc.rules import Look
from feedsvc.shelf import Current, Key, Shelved
from feedsvc.uris import Bound, archive_path, page_path, read_archive_path, read_path
from feedsvc.web.gone import Elsewhere, stays_until
from feedsvc.web.pages import home
from feedsvc.web.pages.frame import Frame, Make
from feedsvc.web.pages.home import Parameters, Wanted

if TYPE_CHECKING:
    from feedsvc.web.pages.names import Names

LATEST = 12  # posts on a feed's page
_KINDS = frozenset(("category", "categories", "tag", "tags", "author", "authors", "topics"))
ALL = frozenset((SITE.scheme, *SCHEMES))
_NEAR = 8  # feeds that are suggested

Listing = Callable[[Reader, Current], Shelved]


class Pages:
    """Pages of one site. ``look`` is its own; ``clock`` gives epoch seconds.

    ``alone`` ones are read without anybody who answers queries: what they lead to is at a path. Of those, the ones
    about feeds of the schemes in ``history`` lead to older posts.
    """

    def __init__(
        self, look: Look, clock: Callable[[], float], *, alone: bool = False, history: Collection[str] = ALL
    ) -> None:
        self._frame = Frame.of(look, alone=alone)
        self._clock = clock
        self._alone = alone
        self._with_history = history
        self._names: tuple[Current, Names] | None = None

    def lists(self) -> dict[str, Listing]:
        """What pages need beside themselves, by path."""
        return self._frame.files.lists()

    def asked(self, path: str, given: Parameters) -> tuple[Key, Make] | None:
        """The page that a decoded path and a query's parameters ask for: what it is kept under, and how it is made.

        None where they ask for no page. Whether its feed exists shows when it is made.
        """
        if self._alone and (part := home.read_part(path)):
            return path, partial(self._home, wanted=home.Wanted(page=part))
        if path == "/":
            wanted = home.wanted(given)
            key: Key = ("/", wanted.query) if wanted.query else "/"
            return key, partial(self._home, wanted=wanted)
        archive = read_archive_path(path)
        place = read_path(quote(archive[0] if archive else path))
        if place is None or place[1]:
            return None
        term = place[0]
        if archive is None:
            return unquote(page_path(term)), partial(self._feed, term=term)
        return (unquote(older(term, archive[1])), ""), partial(self._history, term=term, until=archive[1])

    def missing(self, reader: Reader, current: Current, path: str, *, gone: bool) -> bytes:
        """The page of an address that leads nowhere, with feeds that may have been meant."""
        name = _meant(path)
        near = self._known(reader, current).near(name, _NEAR) if name else []
        values = {"near": near, "meant": name, "gone": gone, "index": False}
        return self._frame.render("missing.html", current.served, SITE, values)

    def _home(self, reader: Reader, current: Current, *, wanted: Wanted) -> Shelved:
        served, found = current.served, None
        if wanted.q:
            names = self._known(reader, current)
            hits = names.find(wanted.q)
            found = home.search(wanted, hits, [] if hits else names.near(wanted.q, _NEAR))
        values = home.values(reader, served, self._frame.speech(served, SITE), wanted, found, alone=self._alone)
        if values["whole"]:
            shown, before = _posts().latest(reader, served, SITE, home.LATEST, None)
            values |= {"posts": shown, "older": self._older(SITE, before)}
        key: Key = ("/", wanted.query) if wanted.query else "/"
        return self._frame.page(key, "home.html", served, SITE, values)

    def _feed(self, reader: Reader, current: Current, *, term: Term) -> Shelved | None:
        served = current.served
        if there := elsewhere(term, "", served, known=reader.feed):
            raise Elsewhere(there)
        facts = reader.feed(term)
        until = stays_until(term, facts, served, self._clock())
        if facts is None:
            return None
        shown, before = _posts().latest(reader, served, term, LATEST, self._frame.speech(served, term))
        values = {
            "facts": facts,
            "posts": shown,
            "older": self._older(term, before),
            "related": _posts().related(reader, served, term),
        }
        return self._frame.page(unquote(page_path(term)), "feed.html", served, term, values, until)

    def _history(self, reader: Reader, current: Current, *, term: Term, until: Bound) -> Shelved | None:
        served = current.served
        now = renamed(term, served, known=reader.feed)
        if now != term:
            raise Elsewhere(older(now, until))
        facts = reader.feed(term)
        ends = stays_until(term, facts, served, self._clock())
        if facts is None:
            return None
        shown, before = _posts().history(reader, served, term, until)
        values = {"posts": shown, "older": self._older(term, before), "index": False}
        return self._frame.page((unquote(older(term, until)), ""), "history.html", served, term, values, ends)

    def _older(self, term: Term, before: Bound | None) -> str:
        return older(term, before) if before and term.scheme in self._with_history else ""

    def _known(self, reader: Reader, current: Current) -> Names:
        """The names of all feeds, made anew for each generation, from what is known of those that stay."""
        names: type[Names] = import_module("feedsvc.web.pages.names").Names  # its tables are large, searches are rare
        held = self._names
        if held is None or held[0] is not current:
            held = self._names = current, names.of(home.visible(reader, current.served), held[1].keys if held else {})
        return held[1]


def older(term: Term, bound: Bound) -> str:
    """The percent-encoded path of the page with what a feed held just before ``bound``."""
    return archive_path(page_path(term), bound, "")


def _posts() -> ModuleType:
    """What shows posts, imported at its first use: a worker starts sooner without what reads HTML."""
    return import_module("feedsvc.web.pages.posts")


def _meant(path: str) -> str:
    """The name that a path was meant to hold: of a feed's address its term, of any other its last part."""
    parts = [part for part in path.split("/") if part]
    if parts and parts[-1].endswith((".xml", ".json", ".html", ".php")):
        parts.pop()
    if len(parts) > 2 and parts[0] == "archive":
        parts = parts[1:-1]
    return "/".join(parts[1:]) if len(parts) > 1 and parts[0] in _KINDS else "".join(parts[-1:])
