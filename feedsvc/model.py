"""The nouns: posts, terms, feeds, documents. Frozen, without behaviour beyond their own arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Literal, NamedTuple

from feedsvc.exceptions import ContentError
from feedsvc.media import Media
from feedsvc.passing import Passed

Markup = Literal["markdown", "html"]
Format = Literal["rss", "atom", "json"]
Content = Literal["full", "summary"]
Frame = tuple[bytes, bytes, bytes]  # what stands before, between and after a document's entries
EntryKeys = tuple[tuple[int, bytes], ...]  # entries by the number of their post and by their key (``entry_key``)
FORMATS: tuple[Format, ...] = ("rss", "atom", "json")
FILENAMES: dict[Format, str] = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
MEDIA_TYPES: dict[Format, str] = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


class Term(NamedTuple):  # and no dataclass: it is looked up far more often than anything else
    """What a post is filed under: a scheme (site, category, tag, author) and a name as written, in NFC."""

    scheme: str
    name: str


def splice(frame: Frame, entries: Iterable[bytes]) -> bytes:
    """A document's bytes: its frame around its rendered entries, in the order to be shown."""
    head, joiner, tail = frame
    return b"".join((head, joiner.join(entries), tail))


def entry_key(version: bytes, content: Content) -> bytes:
    """What an entry is stored under, 8 bytes: the ``version`` of its post, in the form in which feeds carry it."""
    return version if content == "full" else blake2b(version, digest_size=8, person=content.encode()).digest()


SITE = Term("site", "")  # every post is filed under it: the site's feed is a term's feed like any other
SCHEMES = ("category", "tag", "author")


@dataclass(frozen=True, slots=True)
class Person(Passed):
    """Someone who wrote something (RFC 4287, section 3.2)."""

    name: str
    email: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Problem(Passed):
    """Something an author should mend; ``line`` counts from 1, 0 when no single line is to blame."""

    path: str
    line: int
    code: str
    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: ContentError) -> Problem:
        """What is told of a post that cannot be read."""
        return cls(error.path, error.line, error.code, error.reason, error.hint)

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.path}:{self.line}: {self.code}: {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A post's mention of another: by its path (``link``) or by its name (``post_url``), as Jekyll's tags have it.

    ``url`` is the other's address from the site's host on, "" where it is not known or there is no such post;
    ``line`` is where the first mention stands in the file.
    """

    kind: str
    target: str
    line: int
    url: str = ""


class Post(NamedTuple):
    """What an author wrote, read from one file.

    ``name`` is what stays when the file moves to another folder. ``guid`` is the id the post asks for: its
    front matter's when ``claims_guid``, else the default made from its URL; the ledger decides (DESIGN: ids
    are minted once). ``published`` is the first-seen time that was passed to the parser when not ``dated``.
    ``summary`` is plain text; where there is none, the body up to ``excerpt`` says what it would ("": nothing
    does). ``body`` is the source after the front matter, newlines normalised to LF and Liquid rendered; it holds a
    mark for the address of each post that it ``refers`` to. It goes into its feeds at ``embargo``, or else at
    ``published`` where that is its own date; and out of them at ``expires``.
    """

    path: str
    name: str
    title: str
    url: str
    guid: str
    claims_guid: bool
    published: datetime
    dated: bool
    updated: datetime | None
    terms: tuple[Term, ...]
    authors: tuple[Person, ...]
    summary: str
    markup: Markup
    body: str
    media: Media = Media()
    embargo: datetime | None = None
    expires: datetime | None = None
    excerpt: str = ""
    refers: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """A file of the content folder that should be what an enclosure leads to; ``line`` is where that is named."""

    url: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """One file, read: its post (None when it says it is not to be published) and what should be mended.

    ``beside`` are the files whose sizes its enclosures lack.
    """

    post: Post | None
    problems: tuple[Problem, ...] = ()
    beside: tuple[Beside, ...] = ()
    templated: bool = False  # it depends on ``Templates``


@dataclass(frozen=True, slots=True)
class OldEntry:
    """An entry of a feed that is live elsewhere. ``links`` are those that may lead to its post, the likeliest first;
    ``id`` is "" where it has neither id nor link.
    """

    id: str
    links: tuple[str, ...]
    title: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A post as feeds carry it, ready to be rendered.

    ``version`` digests everything the entry's bytes depend on, apart from settings and renderer. ``url`` and
    ``id`` are ASCII URIs, ``html`` is clean, absolute and XML-legal; ``terms`` are all but the site's.
    """

    number: int
    version: bytes
    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    terms: tuple[Term, ...]
    authors: tuple[Person, ...]
    summary: str
    html: str
    media: Media = field(default_factory=Media)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a subscriber follows, apart from its entries. All URLs are absolute ASCII URIs.

    ``id`` is the Atom feed's id; ``home`` the page for people; ``updated`` the newest of its entries; ``image`` is
    "" where it has none; ``podcast`` says that it holds episodes. Each by format: ``urls`` are the documents' own;
    ``previous`` where the history before them is, if any; ``current`` what people subscribe to, of documents that are a
    part of that history; ``following`` what came after that part, told of the oldest one alone.
    """

    term: Term
    id: str
    title: str
    description: str
    language: str
    home: str
    urls: tuple[tuple[Format, str], ...]
    updated: datetime
    authors: tuple[Person, ...]
    hubs: tuple[str, ...] = ()
    previous: tuple[tuple[Format, str], ...] = ()
    current: tuple[tuple[Format, str], ...] = ()
    following: tuple[tuple[Format, str], ...] = ()
    podcast: bool = False
    image: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed's bytes in one format. ``address`` is its percent-encoded path; ``modified`` is in epoch seconds.

    ``etag`` is the digest alone, without quotes and coding; ``entries`` are the numbers and keys of its
    entries, newest first; ``older`` tells that its feed has others before them.
    """

    address: str
    term: Term
    format: Format
    etag: str
    modified: int
    body: bytes
    entries: EntryKeys = ()
    older: bool = False


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """A feed in the list of feeds. ``emptied`` is when one without posts lost its last."""

    term: Term
    entries: int
    updated: datetime | None
    emptied: datetime | None = None


class Fingerprint(NamedTuple):
    """What tells that a file is the one we know, without reading it. Times in nanoseconds."""

    size: int
    mtime: int
    ctime: int
    inode: int


class Known(NamedTuple):
    """What is known of a file: how it looked when it was read at ``looked`` (ns), and what it held."""

    fingerprint: Fingerprint
    digest: bytes
    looked: int
