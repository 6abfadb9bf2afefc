"""The nouns: what every other module speaks of. Frozen, without behaviour beyond their own arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Literal, NamedTuple

from feedsvc.exceptions import ContentError
from feedsvc.media import Media, Podcast
from feedsvc.passing import Passed

Markup = Literal["markdown", "html"]
Format = Literal["rss", "atom", "json"]
Content = Literal["full", "summary"]
Layout = Literal["jekyll", "hugo", "pelican", "plain"]
BuildState = Literal["queued", "running", "done", "failed"]
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


Moves = tuple[tuple[Term, Term], ...]  # old names of terms and those they have now, each in one step


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
class Default:
    """One entry of Jekyll's ``defaults``: values for the files that its scope names."""

    path: str
    type: str
    values: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Site:
    """The site that posts live on. ``url`` has no trailing slash; ``baseurl`` is "" or starts with a slash."""

    url: str
    baseurl: str = ""
    title: str = ""
    description: str = ""
    language: str = "en"
    image: str = ""
    timezone: str = "UTC"
    authors: tuple[Person, ...] = ()
    provisional: bool = False  # url was not configured: ids are not kept
    slashes: str = ""  # those that url ends in where Jekyll reads it: they are in its ids, and in no link

    @property
    def root(self) -> str:
        """Where it begins, without a slash at the end."""
        return self.url + self.baseurl


@dataclass(frozen=True, slots=True)
class DateKeys:
    """Which keys of the front matter hold a post's dates; of several, the first that says something counts.

    ``:filename`` stands for the date in its file's name.
    """

    published: tuple[str, ...] = ("date",)
    changed: tuple[str, ...] = ("last_modified_at", "updated", "lastmod")
    embargo: tuple[str, ...] = ()
    expires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HugoRules:
    """How a Hugo site names its pages. ``root`` is the folder of its posts within CONTENT, "" for all of it.

    ``permalinks`` are patterns by section; ``ugly`` the sections without folders of their own, ``*`` for all;
    ``languages`` those that file names may hold, of which ``language`` is the site's.
    """

    root: str = ""
    permalinks: tuple[tuple[str, str], ...] = ()
    ugly: tuple[str, ...] = ()
    lower: bool = True
    accents: bool = True
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    prefixed: bool = False  # the site's own language has a folder too


@dataclass(frozen=True, slots=True)
class PelicanRules:
    """How a Pelican site reads and names its articles: settings of its pelicanconf.py by their meaning there.

    ``root`` is the folder of its posts within CONTENT, "" for all of it; ``paths`` and ``excludes`` lie within.
    ``unidecode`` is the version of the library that Pelican makes slugs with, "" where there is none.
    """

    root: str = ""
    paths: tuple[str, ...] = ("",)
    excludes: tuple[str, ...] = ("pages",)
    url: str = "{slug}.html"
    lang_url: str = "{slug}-{lang}.html"
    language: str = "en"
    category: str = "misc"
    folder_category: bool = True
    metadata: tuple[tuple[str, str], ...] = ()
    file_metadata: str = r"(?P<date>\d{4}-\d{2}-\d{2}).*"
    path_metadata: str = ""
    slug_from: str = "title"
    slug_rules: tuple[tuple[str, str], ...] = (
        (r"[^\w\s-]", ""),
        (r"(?u)\A\s*", ""),
        (r"(?u)\s*\Z", ""),
        (r"[-\s]+", "-"),
    )
    slug_cased: bool = False
    slug_unicode: bool = False
    unidecode: str = ""


@dataclass(frozen=True, slots=True)
class ContentRules:
    """How a content folder is read: which files are posts, and what their dates and links mean."""

    layout: Layout = "plain"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    permalink: str = ""  # a Jekyll style or template; "" means the layout's own
    naive_dates: Literal["utc", "local"] = "local"
    rescue: bool = True
    future: bool = False  # publish future posts at once (Jekyll's ``future``)
    unpublished: bool = False  # publish posts that say ``published: false`` (Jekyll's ``unpublished``)
    max_bytes: int = 4_000_000
    defaults: tuple[Default, ...] = ()
    excerpt_separator: str = ""  # where posts' excerpts end; "" means that they have none
    people: tuple[tuple[str, Person], ...] = ()  # those whom posts name by a key (Jekyll's ``_data/authors``)
    collections_dir: str = ""  # the folder that holds all posts, "" for any (Jekyll's ``collections_dir``)
    moved: Moves = ()  # what is written as the first is filed under the second
    expired: bool = False  # leave posts in their feeds whose time is over
    dates: DateKeys = DateKeys()
    hugo: HugoRules = HugoRules()
    pelican: PelicanRules = PelicanRules()


@dataclass(frozen=True, slots=True)
class FeedTable:
    """Settings of feeds' own: for the feed that is called ``name`` (``category/TechWeb``, ``site``), and for those
    whose names it matches as a pattern. ``values`` are fields of ``Particulars``.
    """

    name: str
    values: tuple[tuple[str, str | int | bool], ...]


@dataclass(frozen=True, slots=True)
class FeedTables:
    """All of them: ``named`` sorted by name; ``patterns``, those that may match others, in the order they count in."""

    named: tuple[FeedTable, ...] = ()
    patterns: tuple[FeedTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Particulars:
    """What holds for one feed: all that it has of its own, and what is said of the site where it has nothing.

    None and "" leave the rest as it is for all feeds. ``limit`` in posts, ``max_age`` in seconds. ``image`` is an
    absolute URL; ``redirect`` is one too, with ``{file}`` where a document's name belongs.
    """

    title: str
    description: str
    language: str
    image: str
    limit: int | None = None
    content: Content | None = None
    max_age: int | None = None
    hidden: bool = False
    redirect: str = ""


@dataclass(frozen=True, slots=True)
class Templates:
    """What a Jekyll site's posts may use in their Liquid beside themselves and ``Site``.

    ``includes`` are the texts of ``_includes`` by their paths there, ``site`` the configuration and its ``data``
    as JSON. They are no part of the rules: a change concerns only posts that hold Liquid.
    """

    includes: tuple[tuple[str, str], ...] = ()
    site: str = "{}"


@dataclass(frozen=True, slots=True)
class FeedRules:
    """What goes into documents. ``url`` is the base of self links, no trailing slash; window in seconds."""

    url: str
    limit: int = 20
    window: int = 86_400
    most: int = 100
    full_content: bool = True
    gone_after: int = 30 * 86_400
    hubs: tuple[str, ...] = ()
    podcast: Podcast = field(default_factory=Podcast)
    tables: FeedTables = FeedTables()


@dataclass(frozen=True, slots=True)
class Look:
    """How pages look: paths of the site's own folder of templates, of its icon and of its logo, "" for ours."""

    templates: str = ""
    icon: str = ""
    logo: str = ""


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


@dataclass(frozen=True, slots=True)
class Report:
    """What one rebuild did. Counts are of files looked at, posts, feeds and documents; ``seconds`` is its duration.

    ``look_again`` is when something left unsettled (a file still being written, one that just vanished, a post to
    come or to go) is to be looked at again: epoch seconds, None when nothing waits. ``unsettled`` names the files
    to look at then; ``settling`` is true when files, not only posts to come or to go, wait.
    """

    generation: int
    seconds: float = 0.0
    files: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    posts: int = 0
    feeds: int = 0
    rendered: int = 0
    written: int = 0
    problems: tuple[Problem, ...] = ()
    look_again: float | None = None
    unsettled: tuple[str, ...] = ()
    settling: bool = False

    @property
    def did_something(self) -> bool:
        """Whether any post or document is other than before."""
        return bool(self.added or self.changed or self.removed or self.feeds)

    def then(self, later: Report) -> Report:
        """This report and that of a later look, as one."""
        return replace(
            later,
            files=max(self.files, later.files),
            read=self.read + later.read,
            added=self.added + later.added,
            changed=self.changed + later.changed,
            removed=self.removed + later.removed,
            feeds=self.feeds + later.feeds,
            rendered=self.rendered + later.rendered,
            written=self.written + later.written,
        )


@dataclass(frozen=True, slots=True)
class Build:
    """A request for a rebuild and what became of it. Times are epoch seconds; ``report`` is JSON-ready."""

    id: int
    state: BuildState
    trigger: str
    requested: float
    started: float | None = None
    finished: float | None = None
    error: str = ""
    report: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Served:
    """The settings that answering needs, kept with each generation so that headers always match documents.

    Ages in seconds. ``gone`` holds addresses of feeds (``category/Old``) that are gone for good; ``aliases``
    further paths that lead to a feed's path by 301, as those of ``moved`` terms do to those of their new names.
    """

    site: Site
    feeds: FeedRules
    max_age: int = 300
    shared_max_age: int = 10
    gone: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    moved: Moves = ()
    search: bool = True
