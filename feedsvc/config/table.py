"""Every setting there is: its key, kind, default and meaning. Validation, ``--help`` and the docs read this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",
    "verbatim",
    "token",
    "flag",
    "number",
    "duration",
    "size",
    "url",
    "list",
    "urls",
    "zone",
    "language",
    "baseurl",
    "people",
    "feeds",
    "tables",
    "moves",
    "image",
    "target",
    "choice",
    "podcast",
    "email",
]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``key`` is ``section.name``; a ``default`` of None is worked out, as ``otherwise`` says."""

    key: str
    kind: Kind
    default: object
    help: str
    otherwise: str = ""
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.key.upper().replace(".", "_")

    @property
    def shown_default(self) -> str:
        """The default as documentation shows it."""
        if self.otherwise:
            return self.otherwise
        if isinstance(self.default, bool):
            return str(self.default).lower()
        return "none" if self.default in ("", ()) else str(self.default)


PREFIX = "FEEDSVC_"
_DAY = 86_400

TABLE: tuple[Setting, ...] = (
    Setting(
        "site.url",
        "url",
        None,
        "Where posts live: the base of their links and ids.",
        "http://HOST:PORT, for a trial; ids are then not kept",
    ),
    Setting(
        "site.baseurl", "baseurl", "", "The path below `site.url` that the site is mounted at, as Jekyll's `baseurl`."
    ),
    Setting("site.title", "text", "", "The site's title, by default its host; feeds of terms add theirs to it."),
    Setting("site.description", "text", "", "One sentence about the site."),
    Setting("site.language", "language", "en", "The language of the posts, such as `zh-CN`."),
    Setting("site.image", "image", "", "An image for every feed: a PNG, JPEG or GIF, best square and small."),
    Setting("site.timezone", "zone", "UTC", "The zone of dates that name none, such as `Asia/Shanghai`."),
    Setting(
        "site.author",
        "people",
        (),
        "Who answers for posts that name nobody: a name, a table with `name`, `email` and `uri`, or a list of these.",
    ),
    Setting(
        "content.layout",
        "choice",
        "auto",
        "Whose rules the folder is read by. `auto` tells it from the files that are there.",
        choices=("auto", "jekyll", "hugo", "pelican", "plain"),
    ),
    Setting(
        "content.include",
        "list",
        (),
        "Globs of files that are posts too, such as `old_post/*.md`; Jekyll's `include` adds to them.",
    ),
    Setting(
        "content.exclude", "list", (), "Globs of files and folders to leave alone; Jekyll's `exclude` adds to them."
    ),
    Setting(
        "content.permalink",
        "text",
        "",
        "A post's link: a style of Jekyll's (`date`, `pretty`, …) or a template such as `/:categories/:title/`.",
        "the layout's own",
    ),
    Setting(
        "content.naive_dates",
        "choice",
        None,
        "How dates without a zone are read: as `utc`, as Jekyll does, or as `local` to `site.timezone`.",
        "utc in a Jekyll site, else local",
        choices=("utc", "local"),
    ),
    Setting(
        "content.rescue",
        "flag",
        default=True,
        help="Publish posts that Jekyll drops silently (no date in the name, an unreadable date), and report them.",
    ),
    Setting("content.future", "flag", default=False, help="Publish posts before their date has come."),
    Setting(
        "content.unpublished",
        "flag",
        default=False,
        help="Publish posts that say `published: false`, and in a Hugo site drafts.",
    ),
    Setting("content.expired", "flag", default=False, help="Keep posts in their feeds after their `expiryDate`."),
    Setting(
        "content.excerpt_separator",
        "verbatim",
        None,
        "What ends a post's excerpt, such as `<!--more-->`: the summary of a post without a description.",
        "the end of the first paragraph in a Jekyll site, else none",
    ),
    Setting(
        "content.max_bytes", "size", "4MB", "Files larger than this are not read.", least=1_000, most=1_000_000_000
    ),
    Setting("feeds.url", "url", None, "Where feeds live: the base of their own addresses.", "site.url and baseurl"),
    Setting("feeds.limit", "number", 20, "Posts in a feed.", least=1, most=1_000),
    Setting(
        "feeds.window",
        "duration",
        "24h",
        "Beyond `feeds.limit`, a feed holds all posts this long before its newest, up to 100; 0 switches it off.",
        least=0,
        most=365 * _DAY,
    ),
    Setting("feeds.full_content", "flag", default=True, help="Whole posts; otherwise summaries."),
    Setting(
        "feeds.max_age",
        "duration",
        "300s",
        "How long readers may keep a feed without asking (max-age); 1 to 60 minutes suit them.",
        least=0,
        most=_DAY,
    ),
    Setting("feeds.shared_max_age", "duration", "10s", "How long shared caches may (s-maxage).", least=0, most=_DAY),
    Setting(
        "feeds.gone_after",
        "duration",
        "30 days",
        "How long a feed that lost its last post stays, empty, before it answers 410.",
        least=0,
        most=3650 * _DAY,
    ),
    Setting("feeds.hubs", "urls", (), "WebSub hubs that feeds name."),
    Setting(
        "podcast.category",
        "podcast",
        "Society & Culture",
        "Apple's category of feeds that hold episodes, such as `News > Tech News`.",
    ),
    Setting(
        "podcast.email",
        "email",
        "",
        "The address that Apple may write to.",
        "the first author's, else webmaster at the site's host",
    ),
    Setting("podcast.explicit", "flag", default=False, help="Say of feeds that hold episodes that some are explicit."),
    Setting(
        "podcast.image",
        "url",
        None,
        "The cover of feeds that hold episodes: PNG or JPEG, 1,400 to 3,000 pixels square.",
        "none",
    ),
    Setting(
        "gone",
        "feeds",
        (),
        'Feeds that are gone for good and answer 410: a list, or a section of lines `"category/Old" = true`.',
    ),
    Setting(
        "moved",
        "moves",
        (),
        'Terms that have another name now: a section of lines `"category/old" = "category/new"`. '
        "Posts under the old name are filed under the new one, and the old addresses answer 301.",
    ),
    Setting("feed", "tables", (), "What single feeds have of their own: see [Single feeds](#single-feeds)."),
    Setting(
        "pages.templates",
        "text",
        "",
        "A folder whose templates, stylesheet, script and texts go before those of the pages; relative to CONTENT.",
        "ours",
    ),
    Setting(
        "pages.icon",
        "text",
        "",
        "The site's icon: a PNG, SVG, ICO, GIF, JPEG or WebP file; relative to CONTENT.",
        "drawn from the title",
    ),
    Setting("pages.logo", "text", "", "The picture at the head of pages: such a file too.", "the icon"),
    Setting(
        "rebuild.every",
        "duration",
        "60s",
        "How often the whole folder is looked at, apart from file events. Beside these it takes a fiftieth of the time "
        "at most: a folder in which a look takes 10 s is looked at every 500 s.",
        least=0.1,
        most=_DAY,
    ),
    Setting(
        "rebuild.watch",
        "flag",
        default=True,
        help="Rebuild on file events. Otherwise they only tell where to look first when a rebuild is asked for.",
    ),
    Setting(
        "rebuild.token",
        "token",
        "",
        "What `POST /rebuild` and `/builds` ask for: `Authorization: Bearer …`.",
        "made on the first run and kept in the state folder",
    ),
    Setting(
        "rebuild.processes",
        "number",
        None,
        "Processes that read and render posts when there are many.",
        "one for each processor",
        least=1,
        most=256,
    ),
    Setting("serve.host", "text", "127.0.0.1", "The address to listen at; `0.0.0.0` is all."),
    Setting("serve.port", "number", 8000, "The port to listen at.", least=1, most=65_535),
    Setting(
        "serve.workers", "number", None, "Processes that answer requests.", "one for each processor", least=1, most=256
    ),
    Setting("serve.cache_bytes", "size", "256MB", "Documents that each worker keeps in memory.", least=0, most=1 << 40),
    Setting(
        "search.enabled",
        "flag",
        default=True,
        help="Find posts by words, in an index that is kept in the state folder beside the catalogue.",
    ),
    Setting("metrics.public", "flag", default=False, help="Show `/metrics` without the token."),
)

# In a table of its own, [feed."category/TechWeb"]. What is None there is as for all feeds.
FEED_TABLE: tuple[Setting, ...] = (
    Setting("title", "text", None, "Its title.", "the term's name and `site.title`"),
    Setting("description", "text", None, "One sentence about it.", "`site.description`"),
    Setting("language", "language", None, "The language of its posts.", "`site.language`"),
    Setting("image", "image", None, "Its image.", "`site.image`"),
    Setting(
        "limit", "number", None, "Posts in it; `feeds.window` may add to them.", "`feeds.limit`", least=1, most=1_000
    ),
    Setting(
        "content",
        "choice",
        None,
        "Whole posts or summaries.",
        "as `feeds.full_content` says",
        choices=("full", "summary"),
    ),
    Setting(
        "max_age",
        "duration",
        None,
        "How long readers may keep it without asking.",
        "`feeds.max_age`",
        least=0,
        most=_DAY,
    ),
    Setting("hidden", "flag", None, "In no list and on no page, but served to whoever knows its address.", "false"),
    Setting("redirect", "target", None, "Where it has moved to, outside this server: 301.", "nowhere"),
)

KEYS = frozenset(setting.key for setting in TABLE)
_BY_KEY = {setting.key: setting for setting in TABLE}


def setting(key: str) -> Setting:
    """The setting of that key; KeyError where there is none."""
    return _BY_KEY[key]
