"""A real catalogue, written by the real writer, with documents of the tests' own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from feedsvc.catalogue import Draft, Filed, Writer, Written, instant
from feedsvc.catalogue.records import Standing
from feedsvc.model import FILENAMES, FORMATS, SITE, Post, Term
from feedsvc.rules import FeedRules, Served, Site
from feedsvc.uris import feed_path

SERVED = Served(
    site=Site("https://example.com", title="Harbour News 港口新闻", description="Ships and tides. 船与潮。"),
    feeds=FeedRules("https://feeds.example.com", hubs=("https://hub.example.com/",)),
)


@dataclass
class Library:
    """A state folder and what has been published in it; ``publish`` makes the next generation."""

    state: Path
    now: float = 1_700_000_000.0
    served: Served = SERVED
    bodies: dict[str, bytes] = field(default_factory=dict)
    _writer: Writer | None = None
    _posts: int = 0

    @property
    def writer(self) -> Writer:
        """The one writer, opened at first need."""
        if self._writer is None:
            self._writer = Writer(self.state, ".", self.now)
        return self._writer

    def close(self) -> None:
        """Let the next writer in."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def publish(
        self, bodies: Mapping[Term, str] | None = None, posts: Iterable[Post] = (), served: Served | None = None
    ) -> int:
        """Publish documents whose bodies begin with these texts, and these posts; gives the generation."""
        self.served = served or self.served
        draft = Draft(touched={SITE, *(bodies or ())})
        for post in posts:
            self._posts += 1
            draft.touched.update(post.terms)
            draft.before[self._posts] = None
            draft.posts[self._posts] = Filed(
                number=self._posts,
                id=f"id-{self._posts}",
                post=post,
                updated=post.published,
                version=b"v" * 8,
                digest=b"d" * 8,
                standing=Standing.LIVE,
                published=instant(post.published),
                packed=self.writer.packer.pack(post.body.encode()),
            )
        self.writer.commit(draft, self.now)
        documents = [written for term, text in (bodies or {}).items() for written in self._documents(term, text)]
        updated = {term: datetime.fromtimestamp(self.now, UTC) for term in bodies or {}}
        made = self.writer.publish(Draft(), documents, {}, updated, recipe=b"r", served=self.served, now=self.now)
        self.writer.tidy(self.now)
        return made

    def _documents(self, term: Term, text: str) -> Iterator[Written]:
        for format_ in FORMATS:
            address = feed_path(term, FILENAMES[format_])
            body = f"{text} {address} {format_} ".encode() * 40
            self.bodies[address] = body
            etag = blake2b(body, digest_size=16).hexdigest()
            yield Written(address, term, format_, etag, int(self.now), (), (body, b"", b""))


def post(name: str, *terms: Term, title: str = "", published: datetime | None = None) -> Post:
    """A post that matters only by its name and terms."""
    return Post(
        path=f"_posts/{name}.md",
        name=name,
        title=title or f"Title of {name}",
        url=f"https://example.com/{name}.html",
        guid=f"https://example.com/{name}",
        claims_guid=False,
        published=published or datetime(2024, 3, 1, 12, 0, tzinfo=UTC),
        dated=True,
        updated=None,
        terms=terms,
        authors=(),
        summary="",
        markup="markdown",
        body="",
    )
