"""How a feed is subscribed to: its addresses, and the readers that can be handed one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from feedsvc.model import FILENAMES, MEDIA_TYPES, Format, Term
from feedsvc.particulars import particulars
from feedsvc.rules import Served
from feedsvc.uris import feed_path

FORMATS: tuple[tuple[Format, str], ...] = (("atom", "Atom"), ("rss", "RSS"), ("json", "JSON Feed"))
# Where each reader takes a feed's address, percent-encoded at the end.
SERVICES: tuple[tuple[str, str], ...] = (
    ("Feedly", "https://feedly.com/i/subscription/feed%2F"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
)


@dataclass(frozen=True, slots=True)
class Alternate:
    """A feed's document in one format: ``path`` for links, ``url`` to be copied."""

    label: str
    media_type: str
    title: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Handover:
    """A reader that takes a feed: ``start`` is its address up to the feed's, ``url`` is all of it."""

    name: str
    start: str
    url: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """All there is to know for subscribing to a feed; ``url`` is what to paste into a reader."""

    url: str
    app: str
    formats: tuple[Alternate, ...]
    services: tuple[Handover, ...]


def subscription(term: Term, served: Served) -> Subscription:
    """How to subscribe to a term's feed."""
    formats = alternates(term, served)
    url = formats[0].url
    services = tuple(Handover(name, start, start + quote(url, safe="")) for name, start in SERVICES)
    return Subscription(url, f"feed:{url}", formats, services)


def alternates(term: Term, served: Served) -> tuple[Alternate, ...]:
    """A feed's documents, the one to be recommended first."""
    title = particulars(term, served.site, served.feeds.tables).title
    made = []
    for format_, label in FORMATS:
        path = feed_path(term, FILENAMES[format_])
        made.append(
            Alternate(
                label, MEDIA_TYPES[format_].partition(";")[0], f"{title} ({label})", path, served.feeds.url + path
            )
        )
    return tuple(made)
