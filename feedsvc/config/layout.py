"""Which generator's rules a content folder follows, told from the files in it, and what that one's settings say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from feedsvc.config import hugo, pelican
from feedsvc.config.layers import Layer
from feedsvc.config.sample import told_by_posts
from feedsvc.config.settings import Mark, mark
from feedsvc.rules import DateKeys, HugoRules, Layout, PelicanRules

_JEKYLL = ("_config.yml", "_config.yaml")
# what Hugo and its friends call them, for folders of posts that no site's configuration lies beside
_PLAIN_DATES = DateKeys(
    embargo=("publishDate", "publishdate", "publish_date"), expires=("expiryDate", "expirydate", "expiry_date")
)


@dataclass(frozen=True, slots=True)
class Found:
    """How a folder is read. ``sources`` are files that decided it, or would if they appeared; ``seen`` how they looked.

    ``undecided`` tells that there was nothing yet to tell it from.
    """

    layout: Layout
    values: Layer
    dates: DateKeys = field(default_factory=DateKeys)
    hugo: HugoRules = field(default_factory=HugoRules)
    pelican: PelicanRules = field(default_factory=PelicanRules)
    sources: tuple[Path, ...] = ()
    seen: tuple[Mark, ...] = ()
    undecided: bool = False


def find(content: Path, asked: object, *, jekyll: bool) -> Found:
    """The layout that is ``asked`` for, or with ``auto`` the one that the files tell; ``jekyll`` where it is one.

    Raises ConfigError where its generator's configuration cannot be read.
    """
    if asked == "jekyll" or (asked == "auto" and jekyll):
        return Found("jekyll", {})
    if asked not in ("auto", "hugo", "pelican"):
        return Found("plain", {}, _PLAIN_DATES)
    for site in (content, content.parent):
        sources = tuple(_sources(site))
        seen = tuple(map(mark, sources))
        found = _in(site, content, asked)
        if found is not None:
            values, dates, hugo_rules, pelican_rules = found
            layout: Layout = "hugo" if hugo_rules else "pelican"
            return Found(
                layout, values, dates, hugo_rules or HugoRules(), pelican_rules or PelicanRules(), sources, seen
            )
    return _unconfigured(content, asked)


_Rules = tuple[Layer, DateKeys, HugoRules | None, PelicanRules | None]


def _in(site: Path, content: Path, asked: object) -> _Rules | None:
    """What the site's configuration says, where it is one whose posts are in ``content``."""
    if any((site / name).is_file() for name in _JEKYLL) and asked == "auto":
        return None
    if asked in ("auto", "hugo") and hugo.is_site(site):
        data = hugo.read(site)
        root = _root(site, content, hugo.content_folder(data))
        if root is not None:
            return hugo.settings(data, site), hugo.date_keys(data), hugo.rules(data, root), None
    if asked in ("auto", "pelican") and (site / pelican.NAME).is_file():
        data = pelican.read(site)
        root = _root(site, content, pelican.content_folder(data))
        if root is not None:
            return pelican.settings(data, site), pelican.DATES, None, pelican.rules(data, root, site)
    return None


def _root(site: Path, content: Path, folder: str) -> str | None:
    """The folder of the posts within CONTENT: the site's own folder for them, or all where CONTENT is that one."""
    if site == content:
        return folder
    return "" if site / folder == content else None


def _unconfigured(content: Path, asked: object) -> Found:
    """A folder that no configuration tells of."""
    inner = "content" if (content / "content").is_dir() else ""
    sources = tuple(_sources(content))
    seen = tuple(map(mark, sources))
    told = told_by_posts(content) if asked == "auto" else asked
    if told == "hugo":
        return Found("hugo", {}, hugo.date_keys({}), hugo=HugoRules(root=inner), sources=sources, seen=seen)
    if told == "pelican":
        inner = inner if asked == "pelican" else ""
        rules = pelican.rules({}, inner, content)
        return Found("pelican", {}, pelican.DATES, pelican=rules, sources=sources, seen=seen)
    return Found("plain", {}, _PLAIN_DATES, sources=sources, seen=seen, undecided=told is None)


def _sources(site: Path) -> Iterable[Path]:
    yield from (site / name for name in (*hugo.OWN_NAMES, *hugo.OLD_NAMES, *hugo.FOLDERS, *pelican.NAMES))
    yield from (path for path in hugo.files(site) if path.parent != site)
