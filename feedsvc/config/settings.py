"""What the configuration comes to: one frozen value that every door hands to the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from feedsvc.config.sample import told_by_posts
from feedsvc.rules import ContentRules, FeedRules, FeedTables, Look, Served, Site

_ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - listened at, but no address to fetch from

Mark = tuple[int, int, int] | None  # inode, size, modified (ns); None where there is no such file


@dataclass(frozen=True, slots=True)
class Given:
    """What ``load`` was called with, so that the same can be read again."""

    content: Path | None
    state: Path | None
    config: Path | None
    overrides: Mapping[str, object]
    environ: Mapping[str, str] | None
    cwd: Path


@dataclass(frozen=True, slots=True)
class TemplateSources:
    """Where a site keeps what its posts' Liquid may use: the folders and ``_config.yml``; None for what it has not."""

    includes: Path | None = None
    data: Path | None = None
    config: Path | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is configured. Times in seconds, sizes in bytes.

    ``content`` is absolute, and a symlink is left as one: it may be switched. ``sources`` are the files that
    configure, and those that would if they appeared; ``seen`` is how they looked. ``templates`` are no part of
    the digest: they concern only posts that hold Liquid.
    """

    content: Path
    state: Path
    site: Site
    rules: ContentRules
    feeds: FeedRules
    served: Served
    every: float
    watch: bool
    processes: int
    host: str
    port: int
    workers: int
    cache_bytes: int
    metrics_public: bool
    look: Look
    sources: tuple[Path, ...]
    templates: TemplateSources = field(default_factory=TemplateSources)
    token: str = field(default="", repr=False)
    seen: tuple[Mark, ...] = field(default=(), repr=False)
    given: Given | None = field(default=None, repr=False)
    undecided: bool = False  # nothing was there yet to tell the layout from

    @property
    def digest(self) -> bytes:
        """Stands for all that every document's bytes depend on: not ages, host, port or token, nor the tables of
        single feeds, of which each feed's own are compared.
        """
        feeds = replace(self.feeds, tables=FeedTables())
        return blake2b(repr((self.site, self.rules, feeds)).encode(), digest_size=16).digest()

    @property
    def here(self) -> str:
        """Where the server answers on this machine, without a slash at the end."""
        return local_address(self.host, self.port)


def local_address(host: str, port: int) -> str:
    """An address to fetch from a server that listens at ``host``, on the same machine."""
    reachable = "127.0.0.1" if host in _ANYWHERE else host
    return f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{port}"


def changed(settings: Settings) -> bool:
    """Whether a file that configures has changed, appeared or gone since the settings were read.

    The first posts of an empty folder configure too: they tell its layout.
    """
    if settings.undecided and told_by_posts(settings.content) not in (None, settings.rules.layout):
        return True
    return tuple(map(mark, settings.sources)) != settings.seen


def mark(path: Path) -> Mark:
    """How a file looks, without reading it; of a folder only that it is there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (0, 0, 0) if path.is_dir() else (status.st_ino, status.st_size, status.st_mtime_ns)
