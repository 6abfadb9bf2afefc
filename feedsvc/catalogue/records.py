"""A post as a row's JSON: what authors wrote, offsets and order included, without its body."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from enum import IntEnum
from operator import attrgetter
from posixpath import splitext
from typing import Any, NamedTuple, TypeVar

import orjson

from feedsvc.media import Enclosure, Episode, Image, Media, Podcast
from feedsvc.model import Person, Post, Reference, Term
from feedsvc.rules import FeedRules, FeedTable, FeedTables, Served, Site

Known = TypeVar("Known", Served, Site, FeedRules, Podcast)

_TIMES = ("updated", "embargo", "expires")  # that few posts have
_WHEN = attrgetter(*_TIMES)
_USUAL = {"claims_guid": False, "dated": True, "summary": "", "markup": "markdown", "excerpt": "\n\n"}
_TOLD = attrgetter(*_USUAL)
_NO_MEDIA = Media()


class Standing(IntEnum):
    """Where a post is: waiting for its time, in its feeds, behind another file with the same id, or past its time."""

    WAITING = 0
    LIVE = 1
    SHADOW = 2
    ENDED = 3


class Filed(NamedTuple):
    """A post as the catalogue holds it: numbered, named for good, in its feeds or not.

    ``post.body`` is empty: ``packed`` holds the compressed body where it came along, None where it was left
    in the catalogue. ``digest`` is the body's. ``updated`` is what feeds say; ``published`` its
    place in their order: microseconds since 1970.
    """

    number: int
    id: str
    post: Post
    updated: datetime
    version: bytes
    digest: bytes
    standing: Standing
    published: int
    packed: bytes | None = None

    @property
    def live(self) -> bool:
        """Whether it is in its feeds."""
        return self.standing is Standing.LIVE

    @property
    def begins(self) -> int | None:
        """When it goes into its feeds, in microseconds since 1970; None for one that does so when it is seen."""
        if self.post.embargo is not None:
            return instant(self.post.embargo)
        # an undated post is due whenever it was seen: the clock may have been ahead then
        return self.published if self.post.dated else None

    @property
    def ends(self) -> int | None:
        """When it goes out of its feeds, in microseconds since 1970; None for one that stays."""
        return None if self.post.expires is None else instant(self.post.expires)

    @property
    def turn(self) -> int | None:
        """When it comes or goes by itself, with nothing changed, in microseconds since 1970."""
        match self.standing:
            case Standing.WAITING:
                return self.begins
            case Standing.LIVE:
                return self.ends
        return None

    @property
    def tie(self) -> str:
        """Orders posts of one instant, before their numbers do: by name, as Jekyll does."""
        return self.post.name


def instant(when: datetime) -> int:
    """Microseconds since 1970."""
    return round(when.timestamp() * 1_000_000)


def referred_name(reference: Reference) -> str:
    """The name (``Post.name``) of the post that a reference means."""
    name = reference.target.rpartition("/")[2]
    return splitext(name)[0] if reference.kind == "link" else name


def dump(post: Post, *, with_body: bool = False) -> bytes:
    """``post`` as JSON, without what is as usual; its path, and its body unless asked for, are kept elsewhere."""
    record: dict[str, object] = {
        "name": post.name,
        "title": post.title,
        "url": post.url,
        "guid": post.guid,
        "published": post.published.isoformat(),
        "terms": [tuple(term) for term in post.terms],
    }
    for (key, usual), told in zip(_USUAL.items(), _TOLD(post), strict=True):
        if told != usual:
            record[key] = told
    if post.authors:
        record["authors"] = [(person.name, person.email, person.uri) for person in post.authors]
    if post.refers:
        record["refers"] = [(each.kind, each.target, each.line, each.url) for each in post.refers]
    if with_body:
        record["body"] = post.body
    if post.media:
        record["media"] = post.media
    for key, when in zip(_TIMES, _WHEN(post), strict=True):
        if when:
            record[key] = when.isoformat()
    return orjson.dumps(record)


def load(path: str, record: bytes) -> Post:
    """What ``dump`` was given."""
    fields = _USUAL | orjson.loads(record)
    return Post(
        path=path,
        name=fields["name"],
        title=fields["title"],
        url=fields["url"],
        guid=fields["guid"],
        claims_guid=fields["claims_guid"],
        published=datetime.fromisoformat(fields["published"]),
        dated=fields["dated"],
        updated=_time(fields.get("updated")),
        terms=tuple([Term(scheme, name) for scheme, name in fields["terms"]]),
        authors=tuple([Person(*person) for person in fields.get("authors", ())]),
        summary=fields["summary"],
        markup=fields["markup"],
        body=fields.get("body", ""),
        media=_media(fields["media"]) if "media" in fields else _NO_MEDIA,
        excerpt=fields["excerpt"],
        refers=tuple([Reference(*each) for each in fields.get("refers", ())]),
        embargo=_time(fields.get("embargo")),
        expires=_time(fields.get("expires")),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _media(record: dict[str, Any]) -> Media:
    image, episode = record["image"], record["episode"]
    return Media(
        image=Image(**image) if image else None,
        enclosures=tuple(Enclosure(**enclosure) for enclosure in record["enclosures"]),
        episode=Episode(**episode) if episode else None,
    )


def dump_served(served: Served) -> bytes:
    """``served`` as JSON."""
    return orjson.dumps(asdict(served), default=tuple)  # it writes no named tuples


def load_served(record: bytes) -> Served | None:
    """What ``dump_served`` was given; of another version's, what this one knows, None where that is not enough."""
    values = orjson.loads(record)
    if "site" not in values or "feeds" not in values:
        return None
    values["aliases"] = tuple((path, target) for path, target in values["aliases"])
    values["moved"] = tuple((_term(old), _term(new)) for old, new in values.get("moved", ()))
    site, feeds = values["site"], values["feeds"]
    site["authors"] = tuple(Person(**author) for author in site["authors"])
    feeds["podcast"] = _known(Podcast, feeds.get("podcast", {}))
    tables = feeds.get("tables", {})
    feeds["tables"] = FeedTables(**{name: tuple(map(_table, listed)) for name, listed in tables.items()})
    return _known(Served, values | {"site": _known(Site, site), "feeds": _known(FeedRules, feeds)})


def _term(value: dict[str, str] | list[str]) -> Term:
    """A term as it is written, or as earlier versions wrote it."""
    return Term(**value) if isinstance(value, dict) else Term(*value)


def _known(kind: type[Known], values: dict[str, Any]) -> Known:
    """A dataclass from those of these values that it has fields for; what was a tuple is one again."""
    names = {field.name for field in fields(kind)}
    found: dict[str, Any] = {name: value for name, value in values.items() if name in names}
    made: Any = kind
    known: Known = made(**{name: tuple(value) if isinstance(value, list) else value for name, value in found.items()})
    return known


def _table(values: dict[str, Any]) -> FeedTable:
    return FeedTable(values["name"], tuple((key, value) for key, value in values["values"]))
