"""What an export holds beside the feeds' documents: pages, lists, history. In the bytes that are served."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache, partial
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from urllib.parse import unquote

from werkzeug.exceptions import Gone

from feedsvc.catalogue import Reader
from feedsvc.export import Further
from feedsvc.model import SITE, Term
from feedsvc.rules import Look, Served
from feedsvc.shelf import Current, Shelved
from feedsvc.uris import page_path
from feedsvc.web import redirects
from feedsvc.web.gone import Elsewhere
from feedsvc.web.history import documents, pages
from feedsvc.web.lists import feeds_as_json, feeds_opml
from feedsvc.web.pages import Pages
from feedsvc.web.pages.home import part_path, parts

_LOOKS = ("templates", "static", "locale")
_NO_PLACE = (0, 0, 0)  # of the catalogue's file, which only a shelf has to know

Made = Callable[[Reader, Current], Shelved | None]


class Exported:
    """Offers what the service answers; what stands ``alone`` does so without the service.

    Then what pages lead to has a path of its own, and the history of feeds of the schemes in ``history`` is there
    too. ``clock`` gives epoch seconds.
    """

    def __init__(
        self, look: Look, clock: Callable[[], float], *, alone: bool = False, history: Collection[str] = ()
    ) -> None:
        self._alone, self._history = alone, frozenset(history)
        self._again = partial(_once, look, clock, alone=alone, history=self._history)
        self._pages = Pages(look, clock, alone=True, history=history) if alone else Pages(look, clock)
        self.recipe = _recipe(look, f"{alone} {sorted(history)}")

    def __reduce__(self) -> tuple[Callable[[], Exported], tuple[()]]:
        return self._again, ()

    def of_feed(self, reader: Reader, served: Served, term: Term) -> Iterator[Further]:
        """A feed's page; its history, where that is asked for."""
        current = Current(reader.generation, served, _NO_PLACE)
        if term != SITE:
            yield self._page(reader, current, page_path(term))
        if self._alone and term.scheme in self._history:
            yield from documents(reader, served, term)
            for address, key in pages(reader, served, term):
                yield Further(address, self._page(reader, current, address).make, key)

    def lists(self, reader: Reader, served: Served) -> Iterator[Further]:
        """The front page, the lists of all feeds, and what all pages need."""
        current = Current(reader.generation, served, _NO_PLACE)
        yield self._page(reader, current, "/")
        yield Further("/feeds.opml", partial(_body, feeds_opml, reader, current))
        yield Further("/feeds.json", partial(_body, feeds_as_json, reader, current))
        key = blake2b(f"{self.recipe} {served.site.title}".encode(), digest_size=16).hexdigest()  # all that icons show
        for path, make in self._pages.lists().items():
            yield Further(path, partial(_body, make, reader, current), key)
        if self._alone:
            for number in range(2, parts(reader, served) + 1):
                yield self._page(reader, current, part_path(number))
            yield Further("/404.html", partial(self._pages.missing, reader, current, "/", gone=False))
            known = list(redirects.every(reader, served))
            yield Further("/_redirects", partial(redirects.as_lines, known))
            yield Further("/_redirects.nginx", partial(redirects.as_map, known))

    def _page(self, reader: Reader, current: Current, address: str) -> Further:
        asked = self._pages.asked(unquote(address), ())
        assert asked is not None, address  # noqa: S101 - made by us
        return Further(address, partial(_body, asked[1], reader, current))


@lru_cache(maxsize=1)
def _once(look: Look, clock: Callable[[], float], *, alone: bool, history: frozenset[str]) -> Exported:
    """For processes that get it again and again: what makes pages is read once."""
    return Exported(look, clock, alone=alone, history=history)


def _body(make: Made, reader: Reader, current: Current) -> bytes | None:
    try:
        made = make(reader, current)
    except (Gone, Elsewhere):
        return None
    return made.variants["identity"].body if made else None


def _recipe(look: Look, options: str) -> str:
    """Stands for all that pages depend on beside the catalogue: ours, and the site's own look."""
    digest = blake2b(options.encode(), digest_size=16)
    for folder in _LOOKS:
        _add(digest.update, files("feedsvc.web").joinpath(folder))
    for own in (look.templates, look.icon, look.logo):
        if own and Path(own).exists():
            _add(digest.update, Path(own))
    return digest.hexdigest()


def _add(update: Callable[[bytes], object], found: Traversable) -> None:
    if found.is_dir():
        for each in sorted(found.iterdir(), key=lambda each: each.name):
            _add(update, each)
    else:
        update(b"%s\0%s\0" % (found.name.encode(), found.read_bytes()))
