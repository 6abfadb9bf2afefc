"""Posts as pages show them: what feeds hold, taken from where it lies ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

import orjson

from feedsvc.catalogue import Filed, Reader
from feedsvc.compose import Asked, contents
from feedsvc.markup import text, to_html, with_references
from feedsvc.model import Content, Term, entry_key
from feedsvc.particulars import particulars, unlisted
from feedsvc.plan import Slot, content_of
from feedsvc.rules import Served
from feedsvc.select import Selection
from feedsvc.uris import Bound
from feedsvc.web.pages.reading import readable
from feedsvc.web.pages.speech import Speech

_EXCERPT = 160  # characters
_OPENING = 1_000  # characters of a post's source that an excerpt is made of
_AT_ONCE = 300  # characters: what is shorter is shown whole, without being asked for
_LARGEST = 60_000  # bytes of one post's content in a page
_IN_ALL = 160_000  # bytes of all content in a page
_LEVEL = 3  # of a post's heading
_RELATED_AMONG = 60  # posts that are looked at for feeds that go together
_RELATED = 12
_TERMS = 8  # that are shown with a post


@dataclass(frozen=True, slots=True)
class Article:
    """A post as a page shows it.

    ``url`` is "" where it cannot be linked to. ``content`` is HTML, "" where the page has it not; ``short`` tells that
    it needs no excerpt; ``terms`` are the first of those it is filed under, ``authors`` apart.
    """

    title: str
    url: str
    when: datetime
    excerpt: str
    content: str
    short: bool
    terms: tuple[Term, ...]
    authors: tuple[str, ...]


def latest(
    reader: Reader, served: Served, term: Term, limit: int, speech: Speech | None
) -> tuple[list[Article], Bound | None]:
    """A feed's newest posts, and where the history before them ends; with ``speech`` they have their content."""
    about = particulars(term, served.site, served.feeds.tables)
    slots, before = contents(reader, served.feeds, _asked(term, limit=limit))
    form = content_of(about, served.feeds)
    made, left = [], _IN_ALL
    for slot, filed in _posts(reader, slots):
        html, summary = _stored(reader, slot, form)
        fits = speech is not None and len(html) <= min(left, _LARGEST)
        left -= len(html) if fits else 0
        made.append(_article(filed, html or summary, _inside(html, speech) if fits and speech else ""))
    return made, before


def history(reader: Reader, served: Served, term: Term, until: Bound) -> tuple[list[Article], Bound | None]:
    """A part of a feed's history, in excerpts, and where the part before it ends."""
    slots, before = contents(reader, served.feeds, _asked(term, before=until))
    found = _posts(reader, slots)
    bodies = reader.bodies([slot.number for slot, filed in found if not filed.post.summary])
    return [_article(filed, _opening(filed, bodies.get(slot.number, "")), "") for slot, filed in found], before


def related(reader: Reader, served: Served, term: Term) -> list[Term]:
    """Feeds whose posts are often this one's too, of late; those that are most often so first."""
    together = Counter(
        other for filed in reader.latest(term, _RELATED_AMONG) for other in filed.post.terms if other != term
    )
    likest = sorted(together, key=lambda other: (-together[other], other))
    return [other for other in likest if not unlisted(other, served)][:_RELATED]


def _asked(term: Term, *, limit: int | None = None, before: Bound | None = None) -> Asked:
    return Asked(term, Selection.of(term), limit=limit, before=before)


def _posts(reader: Reader, slots: Sequence[Slot]) -> list[tuple[Slot, Filed]]:
    found = reader.posts([slot.number for slot in slots])
    return [(slot, found[slot.number]) for slot in slots if slot.number in found]


def _article(filed: Filed, html: str, content: str) -> Article:
    """A post as it is shown; ``html`` is what an excerpt is made of where it has none of its own."""
    post = filed.post
    plain = text(content) if 0 < len(content) < 4 * _AT_ONCE else ""
    return Article(
        title=post.title.strip() or post.url,
        url=post.url if post.url.startswith(("https://", "http://")) else "",
        when=post.published,
        excerpt=text(escape(post.summary), _EXCERPT) or text(html, _EXCERPT),
        content=content,
        short=0 < len(plain) <= _AT_ONCE,
        terms=tuple(term for term in post.terms if term.scheme != "author")[:_TERMS],
        authors=tuple(person.name for person in post.authors),
    )


def _opening(filed: Filed, body: str) -> str:
    """How a post begins, as HTML: all that an excerpt needs, at a fraction of the cost of the whole."""
    if not body:
        return ""
    opening = with_references(body, [each.url for each in filed.post.refers])[:_OPENING]
    return to_html(opening, filed.post.markup, filed.post.url)


def _stored(reader: Reader, slot: Slot, form: Content) -> tuple[str, str]:
    """A post's content and its summary, both HTML, as feeds carry them; "" for what they do not."""
    rendered = reader.entry(entry_key(slot.version, form))
    item = orjson.loads(rendered["json"]) if rendered else {}
    return item.get("content_html", ""), escape(item.get("summary", ""))


def _inside(html: str, speech: Speech) -> str:
    """A post's content, fit for a page."""
    kinds = {
        "picture": speech.say("Picture"),
        "audio": speech.say("Sound"),
        "video": speech.say("Video"),
        "link": speech.say("Link"),
    }
    return readable(html, _LEVEL, kinds.__getitem__, speech.say("Table"))
