"""What is configured, as nouns: the site, how its folder is read, what goes into documents, what answers need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from feedsvc.media import Podcast
from feedsvc.model import Content, Person, Term

Layout = Literal["jekyll", "hugo", "pelican", "plain"]
Moves = tuple[tuple[Term, Term], ...]  # old names of terms and those they have now, each in one step


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
