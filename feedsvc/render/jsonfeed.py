"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): an item and the object around them."""

from __future__ import annotations

import orjson

from feedsvc.media import Enclosure
from feedsvc.model import Entry, Feed, Person
from feedsvc.render import facts
from feedsvc.render.facts import RenderRules

_END = b"]}"


def build_entry(entry: Entry, rules: RenderRules) -> dict[str, object]:
    """The item, its keys in the specification's order. It must have content, if only as text."""
    html, summary = facts.content(entry, rules)
    names = dict.fromkeys(name for _, name in facts.categories(entry, rules))
    return _filled(
        id=entry.id,
        url=entry.url,
        title=facts.title(entry),
        content_html=html,
        content_text="" if html else summary,
        summary=summary,
        image=entry.media.image.url if entry.media.image else "",
        date_published=facts.moment(entry.published).isoformat(),
        date_modified=facts.moment(entry.updated).isoformat(),
        authors=[_author(author) for author in entry.authors],
        tags=list(names),
        attachments=[_attachment(enclosure) for enclosure in entry.media.enclosures],
    )


def build_feed(feed: Feed, rules: RenderRules) -> dict[str, object]:
    """The feed without items."""
    return _filled(
        version="https://jsonfeed.org/version/1.1",
        title=facts.feed_title(feed),
        home_page_url=feed.home,
        feed_url=facts.address(feed, "json"),
        description=feed.description,
        next_url=facts.previous(feed, "json"),
        icon=feed.image,
        language=feed.language,
        authors=[_author(author) for author in facts.feed_authors(feed, rules)],
        hubs=[{"type": "WebSub", "url": hub} for hub in feed.hubs],
    )


def entry(entry: Entry, rules: RenderRules) -> bytes:
    """The item as it stands among others."""
    return orjson.dumps(build_entry(entry, rules))


def frame(feed: Feed, rules: RenderRules) -> tuple[bytes, bytes, bytes]:
    """What stands before, between and after the items."""
    empty = orjson.dumps(build_feed(feed, rules) | {"items": []})
    return empty.removesuffix(_END), b",", _END


def _author(person: Person) -> dict[str, object]:
    return _filled(name=person.name, url=person.uri)


def _attachment(enclosure: Enclosure) -> dict[str, object]:
    return _filled(
        url=enclosure.url,
        mime_type=enclosure.media_type,
        title=enclosure.title,
        size_in_bytes=enclosure.length,
        duration_in_seconds=enclosure.duration,
    )


def _filled(**keys: object) -> dict[str, object]:
    """The keys that have something to say."""
    return {key: value for key, value in keys.items() if value}
