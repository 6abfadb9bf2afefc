"""Reading the configuration: command line over environment over feedsvc.toml over _config.yml over defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from feedsvc.config import jekyll, layers, layout, people, values
from feedsvc.config.jekyll import JekyllConfig
from feedsvc.config.layers import Layer
from feedsvc.config.settings import Given, Mark, Settings, TemplateSources, local_address, mark
from feedsvc.config.single import feed_tables
from feedsvc.config.validation import validated
from feedsvc.exceptions import ConfigError
from feedsvc.media import Podcast
from feedsvc.model import Person
from feedsvc.rules import ContentRules, FeedRules, Look, Served, Site

_MOST = 100  # posts in a feed whose window holds more than its limit
_PARAGRAPH = "\n\n"  # Jekyll's own ``excerpt_separator``
People = tuple[tuple[str, Person], ...]
_PICTURES = (".png", ".svg", ".ico", ".gif", ".jpg", ".jpeg", ".webp")
_NOTHING: Mapping[str, object] = MappingProxyType({})


def load(
    content: Path | None = None,
    *,
    state: Path | None = None,
    config: Path | None = None,
    overrides: Mapping[str, object] = _NOTHING,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Settings:
    """Read the settings of the content folder, by default ``content`` in the working folder.

    ``overrides`` are the command line's, by key; ``environ`` and ``cwd`` are the process's own unless given.
    Raises ConfigError naming the key, its value and where it was given. The folder need not exist.
    """
    return _read(Given(content, state, config, dict(overrides), environ, cwd or Path.cwd()))


def reread(settings: Settings) -> Settings:
    """The same, read again: for when ``changed`` says so. Raises ConfigError as ``load`` does.

    The state stays where it is, even if the content folder has become a link since.
    """
    return _read(replace(settings.given, state=settings.state)) if settings.given else settings


def _read(given: Given) -> Settings:
    environ = os.environ if given.environ is None else given.environ
    places = _places(given, environ)
    own = (
        layers.overrides(given.overrides),
        layers.environment(environ),
        layers.toml(places.toml) if places.toml else {},
    )
    folder = layout.find(places.content, _asked(own), jekyll=places.jekyll_site)
    yml = jekyll.read(places.yml) if places.yml else JekyllConfig({})
    beside = people.files(places.content / yml.data_dir) if folder.layout == "jekyll" else ()
    places = places.with_sources(beside)
    found = validated((*own, folder.values, yml.values))
    origin = next((layer["feed"].origin for layer in own if "feed" in layer), "")
    found["feed"] = feed_tables(found["feed"], origin)
    return _compose(found, yml, places, given, folder, people.read(beside))


def _asked(own: tuple[Layer, ...]) -> object:
    """The layout that is configured; whether there is such a one is checked with all other settings."""
    return next((layer["content.layout"].raw for layer in own if "content.layout" in layer), "auto")


@dataclass(frozen=True, slots=True)
class _Places:
    """Where everything lies, and how the ``sources`` looked before they were read."""

    content: Path
    state: Path
    toml: Path | None
    yml: Path | None
    jekyll_site: bool
    sources: tuple[Path, ...]
    seen: tuple[Mark, ...]

    def with_sources(self, more: tuple[Path, ...]) -> _Places:
        """The same with further files that configure, not read yet."""
        return replace(self, sources=(*self.sources, *more), seen=(*self.seen, *map(mark, more)))


def _places(given: Given, environ: Mapping[str, str]) -> _Places:
    content = _place(given.content, environ.get(layers.CONTENT) or "content", given.cwd)
    state = _place(given.state, environ.get(layers.STATE) or str(_own_state(content)), given.cwd)
    config = _config(given, environ)
    toml, tomls = _first((config,) if config else (content / layers.FILE, given.cwd / layers.FILE))
    yml, ymls = _first(tuple(content / name for name in jekyll.NAMES))
    posts = content / "_posts"
    jekyll_site = yml is not None or posts.is_dir()
    sources = (*tomls, *ymls, *(() if jekyll_site else (posts,)))
    return _Places(content, state, toml, yml, jekyll_site, sources, tuple(map(mark, sources)))


def _own_state(content: Path) -> Path:
    """Where the state lies by default: in the content folder, but beside a link, which may be switched."""
    return content.parent / f".{content.name}.feedsvc" if content.is_symlink() else content / ".feedsvc"


def _config(given: Given, environ: Mapping[str, str]) -> Path | None:
    """The configuration file that was asked for, which must be there."""
    named = given.config or environ.get(layers.CONFIG)
    if not named:
        return None
    path = given.cwd / named
    if not path.is_file():
        raise ConfigError(str(path), "no such configuration file")
    return path


def _place(path: Path | None, otherwise: str, cwd: Path) -> Path:
    # as the shell has it: ".." goes back a name, and a symlink stays one, because it may be switched
    return Path(os.path.abspath(cwd / (path or otherwise)))  # noqa: PTH100 - resolve() follows symlinks


def _first(candidates: tuple[Path, ...]) -> tuple[Path | None, tuple[Path, ...]]:
    """The first that exists, and all whose change could alter which that is."""
    for count, path in enumerate(candidates, start=1):
        if path.is_file():
            return path, candidates[:count]
    return None, candidates


def _compose(
    found: dict[str, Any], yml: JekyllConfig, places: _Places, given: Given, folder: layout.Found, known: People
) -> Settings:
    site = _site(found, yml, known)
    feeds = _feeds(found, site)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Settings(
        content=places.content,
        state=places.state,
        site=site,
        rules=_rules(found, yml, folder, known),
        feeds=feeds,
        served=_served(found, site, feeds, yml.aliases),
        every=found["rebuild.every"],
        watch=found["rebuild.watch"],
        processes=found["rebuild.processes"] or cores,
        host=found["serve.host"],
        port=found["serve.port"],
        workers=found["serve.workers"] or cores,
        cache_bytes=found["serve.cache_bytes"],
        metrics_public=found["metrics.public"],
        look=_look(found, places.content),
        sources=(*places.sources, *folder.sources),
        templates=_templates(yml, places) if folder.layout == "jekyll" else TemplateSources(),
        token=found["rebuild.token"],
        seen=(*places.seen, *folder.seen),
        given=given,
        undecided=folder.undecided,
    )


def _templates(yml: JekyllConfig, places: _Places) -> TemplateSources:
    return TemplateSources(places.content / yml.includes_dir, places.content / yml.data_dir, places.yml)


def _site(found: dict[str, Any], yml: JekyllConfig, known: People) -> Site:
    url = found["site.url"] or local_address(found["serve.host"], found["serve.port"])
    return Site(
        url=url,
        baseurl=found["site.baseurl"],
        title=found["site.title"] or urlsplit(url).hostname or url,
        description=found["site.description"],
        language=found["site.language"],
        image=found["site.image"],
        timezone=found["site.timezone"],
        authors=tuple(_known(person, dict(known)) for person in found["site.author"]),
        provisional=found["site.url"] is None,
        slashes=_slashes(url, yml),
    )


def _known(person: Person, known: Mapping[str, Person]) -> Person:
    """Whom a name stands for, where it is a key."""
    return known.get(person.name, person) if person == Person(person.name) else person


def _slashes(url: str, yml: JekyllConfig) -> str:
    """The slashes that Jekyll's ``url`` ends in, if it is this one: Jekyll writes them into every id."""
    written = yml.values.get("site.url")
    if written is None or not isinstance(written.raw, str):
        return ""
    address = written.raw.strip()
    try:
        same = values.url(address) == url
    except ValueError:
        return ""
    return address[len(address.rstrip("/")) :] if same else ""


def _rules(found: dict[str, Any], yml: JekyllConfig, folder: layout.Found, known: People) -> ContentRules:
    jekylls = folder.layout == "jekyll"
    separator = found["content.excerpt_separator"]
    return ContentRules(
        layout=folder.layout,
        include=_joined(found["content.include"], yml.include),
        exclude=_joined(found["content.exclude"], yml.exclude),
        permalink=found["content.permalink"],
        naive_dates=found["content.naive_dates"] or ("utc" if folder.layout == "jekyll" else "local"),
        rescue=found["content.rescue"],
        future=found["content.future"],
        unpublished=found["content.unpublished"],
        max_bytes=found["content.max_bytes"],
        defaults=yml.defaults,
        people=known,
        collections_dir=yml.collections_dir if jekylls else "",
        excerpt_separator=_PARAGRAPH if separator is None and jekylls else separator or "",
        moved=found["moved"],
        expired=found["content.expired"],
        dates=folder.dates,
        hugo=folder.hugo,
        pelican=folder.pelican,
    )


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _feeds(found: dict[str, Any], site: Site) -> FeedRules:
    # on trial the server answers at its root, whatever path the site is going to be mounted at
    default = site.url if site.provisional else site.root
    return FeedRules(
        url=found["feeds.url"] or default,
        limit=found["feeds.limit"],
        window=int(found["feeds.window"]),
        most=max(_MOST, found["feeds.limit"]),
        full_content=found["feeds.full_content"],
        gone_after=int(found["feeds.gone_after"]),
        hubs=found["feeds.hubs"],
        podcast=Podcast(
            category=found["podcast.category"],
            email=found["podcast.email"] or _contact(site),
            explicit=found["podcast.explicit"],
            image=found["podcast.image"] or "",
        ),
        tables=found["feed"],
    )


def _contact(site: Site) -> str:
    """The first author's address; else the one that RFC 2142, section 5, has for whoever answers for a host."""
    known = (person.email for person in site.authors if values.EMAIL.fullmatch(person.email))
    host = urlsplit(site.url).hostname or "localhost"
    return next(known, f"webmaster@{host.removeprefix('www.')}")


def _look(found: dict[str, Any], content: Path) -> Look:
    """Where the site's own look lies. Raises ConfigError for what is not there, or is no picture."""
    paths: dict[str, str] = {}
    for name in ("templates", "icon", "logo"):
        key, given = f"pages.{name}", found[f"pages.{name}"]
        path = content / given
        if given and not (path.is_dir() if name == "templates" else path.is_file()):
            raise ConfigError(key, f"should be a {'folder' if name == 'templates' else 'file'}, and {path} is none")
        if given and name != "templates" and path.suffix.lower() not in _PICTURES:
            raise ConfigError(key, f"should be a picture ({', '.join(_PICTURES)}), not {path.name}")
        paths[name] = str(path) if given else ""
    return Look(**paths)


def _served(found: dict[str, Any], site: Site, feeds: FeedRules, aliases: tuple[tuple[str, str], ...]) -> Served:
    return Served(
        site=site,
        feeds=feeds,
        max_age=int(found["feeds.max_age"]),
        shared_max_age=int(found["feeds.shared_max_age"]),
        gone=found["gone"],
        aliases=aliases,
        moved=found["moved"],
        search=found["search.enabled"],
    )
