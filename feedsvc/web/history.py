"""Every part of a feed's history, found by going from one to the part before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import blake2b

from feedsvc.catalogue import Reader
from feedsvc.compose import Asked, compose, contents
from feedsvc.export import Further
from feedsvc.model import FILENAMES, FORMATS, SITE, Term
from feedsvc.particulars import particulars
from feedsvc.plan import Slot, rules_of
from feedsvc.render import RECIPE
from feedsvc.rules import Served
from feedsvc.select import Selection
from feedsvc.uris import Bound
from feedsvc.web.pages.home import LATEST as LATEST_AT_HOME
from feedsvc.web.pages.pages import LATEST, older


def documents(reader: Reader, served: Served, term: Term) -> Iterator[Further]:
    """The documents that a feed's own lead to, in all formats."""
    rules = rules_of(particulars(term, served.site, served.feeds.tables), served.feeds)
    first = Asked(term, Selection.of(term))
    _, bound = contents(reader, rules, first)
    for asked, key in _parts(reader, served, term, bound):
        for format_ in FORMATS:
            yield Further(asked.path(FILENAMES[format_]), partial(compose, reader, served, asked, format_), key)


def pages(reader: Reader, served: Served, term: Term) -> Iterator[tuple[str, str]]:
    """The addresses of the pages that a feed's own leads to, and what stands for the bytes of each."""
    shown = LATEST_AT_HOME if term == SITE else LATEST
    _, bound = contents(reader, served.feeds, Asked(term, Selection.of(term), limit=shown))
    for asked, key in _parts(reader, served, term, bound):
        if asked.before:
            yield older(term, asked.before), key


def _parts(reader: Reader, served: Served, term: Term, bound: Bound | None) -> Iterator[tuple[Asked, str]]:
    known = reader.meta("served")
    about = (known if isinstance(known, bytes) else b"") + RECIPE.encode()
    while bound:
        asked = Asked(term, Selection.of(term), before=bound)
        slots, bound = contents(reader, served.feeds, asked)
        yield asked, _key(about, slots, bound)


def _key(about: bytes, slots: Sequence[Slot], before: Bound | None) -> str:
    """Stands for the bytes of a part of a history, at a fraction of their cost."""
    return blake2b(about + repr((slots, before)).encode(), digest_size=16).hexdigest()
