"""Running both over one site: Debian's Jekyll with jekyll-feed, and our own way from its folder to a catalogue."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
import yaml
from lxml import etree

from feedsvc.catalogue import Writer
from feedsvc.config.loading import load
from feedsvc.markup import excerpt
from feedsvc.model import SITE, Problem
from feedsvc.pipeline import rebuild

ATOM = {"a": "http://www.w3.org/2005/Atom"}
NEEDS_JEKYLL = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("jekyll") is None, reason="Jekyll is not installed (Debian: jekyll)"),
    pytest.mark.skipif(
        not list(Path("/usr/share/rubygems-integration").glob("*/gems/jekyll-feed-*"))
        and shutil.which("jekyll") is not None
        and subprocess.run(["ruby", "-e", "gem 'jekyll-feed'"], capture_output=True, check=False).returncode != 0,
        reason="jekyll-feed is not installed (Debian: ruby-jekyll-feed)",
    ),
]

_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")
_SMART = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "--", "—": "---", "…": "...", "\xa0": " "})

# What Jekyll itself knows of its posts: their names before smart quotes, and all they are filed under.
_DUMP = """\
---
layout: null
permalink: /dump.json
---
[{% for post in site.posts %}{% unless forloop.first %},{% endunless %}
{"path": {{ post.path | jsonify }}, "url": {{ post.url | jsonify }}, "title": {{ post.title | jsonify }},
"categories": {{ post.categories | jsonify }}, "tags": {{ post.tags | jsonify }}}{% endfor %}]
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What one of the two says of a post. ``author`` is the first one's name, e-mail and address."""

    id: str
    link: str
    title: str
    published: datetime
    updated: datetime
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    author: tuple[str, str, str]
    summary: str


@dataclass(frozen=True, slots=True)
class Ours(Told):
    """What we say, and what its author is told."""

    problems: tuple[Problem, ...] = ()
    crlf: bool = False
    html: bool = False

    @property
    def codes(self) -> set[str]:
        return {problem.code for problem in self.problems}


def write(site: Path, path: str, front: str, body: str = "正文 body") -> None:
    """A post whose last paragraph names its file."""
    file = site / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"---\n{front}\n---\n{body}\n\nFILE{path.encode().hex()}ELIF\n", "utf-8")


def run_jekyll(site: Path) -> None:
    """Build a site into its ``_site``."""
    environment = {**os.environ, "JEKYLL_NO_BUNDLER_REQUIRE": "true", "JEKYLL_ENV": "production", "LANG": "C.UTF-8"}
    ran = subprocess.run(
        ["jekyll", "build", "--disable-disk-cache", "--source", site, "--destination", site / "_site"],
        cwd=site, env=environment, check=False, capture_output=True, timeout=120,
    )  # fmt: skip
    told = [line for line in (ran.stdout + ran.stderr).decode().splitlines() if "\tfrom " not in line]
    assert ran.returncode == 0, "\n".join(told)


def by_jekyll(site: Path) -> dict[str, Told]:
    """What Jekyll and jekyll-feed say of each post, by its path."""
    (site / "dump.json").write_text(_DUMP, "utf-8")
    run_jekyll(site)
    dumped = {post["path"]: post for post in json.loads((site / "_site" / "dump.json").read_bytes())}
    inside = f"{_collections_dir(site)}/"  # which the paths of documents do not name
    feed = _BARE.sub("&amp;", (site / "_site" / "feed.xml").read_text("utf-8"))  # links with "&" are not escaped
    entries = etree.fromstring(feed.encode()).findall("a:entry", ATOM)
    named = {_named(entry): entry for entry in entries}
    return {path: _told(entry, dumped[path.removeprefix(inside)]) for path, entry in named.items()}


def _collections_dir(site: Path) -> str:
    config = yaml.safe_load((site / "_config.yml").read_text("utf-8"))
    return str(config.get("collections_dir") or "")


def _named(entry: etree._Element) -> str:
    content = entry.findtext("a:content", "", ATOM)
    return bytes.fromhex(content.rpartition("FILE")[2].partition("ELIF")[0]).decode()


def _told(entry: etree._Element, dumped: dict[str, object]) -> Told:
    text = {name: entry.findtext(f"a:{name}", "", ATOM) for name in ("id", "published", "updated", "summary")}
    link = entry.find("a:link[@rel='alternate']", ATOM)
    assert link is not None
    return Told(
        id=text["id"],
        link=link.get("href") or "",
        title=" ".join(_text(dumped["title"]).split()),
        published=datetime.fromisoformat(text["published"]),
        updated=datetime.fromisoformat(text["updated"]),
        categories=_strings(dumped["categories"]),
        tags=_strings(dumped["tags"]),
        author=tuple(entry.findtext(f"a:author/a:{name}", "", ATOM) for name in ("name", "email", "uri")),
        summary=text["summary"],
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _strings(values: object) -> tuple[str, ...]:
    return tuple(map(_text, values)) if isinstance(values, list) else ()


def by_us(site: Path, state: Path) -> dict[str, Ours]:
    """What is in the catalogue after a rebuild, by path."""
    settings = replace(load(site, state=state, environ={}, cwd=site), processes=1)
    writer = Writer(state, "site", time.time())
    try:
        # a minute on, no file looks as though it were being written
        rebuild(writer, settings, time.time() + 60, allow_empty=True)
        found = {}
        posts = writer.latest(SITE, 10_000)
        bodies = writer.bodies([filed.number for filed in posts])
        for filed in posts:
            post = filed.post
            people = post.authors or settings.site.authors
            author = (people[0].name, people[0].email, people[0].uri) if people else ("", "", "")
            found[post.path] = Ours(
                id=filed.id,
                link=post.url,
                title=post.title,
                published=post.published,
                updated=filed.updated,
                categories=tuple(term.name for term in post.terms if term.scheme == "category"),
                tags=tuple(term.name for term in post.terms if term.scheme == "tag"),
                author=author,
                summary=post.summary
                or (excerpt(bodies[filed.number], post.excerpt, post.markup) if post.excerpt else ""),
                problems=writer.problems_where("path = ?", post.path),
                html=post.markup == "html",
                crlf=b"\r\n" in (site / post.path).read_bytes(),
            )
        return found
    finally:
        writer.close()


def normal(url: str) -> str:
    """An address as jekyll-feed shows it: in compatibility form, which the file's own is not."""
    return re.sub("(?<!:)//+", "/", quote(unicodedata.normalize("NFKC", unquote(url)), safe="/:?=&%"))


def typed(text: str) -> str:
    """A text without what typography makes of it."""
    return " ".join(html.unescape(text).translate(_SMART).split())


def packed(text: str) -> str:
    """The same without white space."""
    return typed(text).replace(" ", "")


@dataclass(frozen=True, slots=True)
class Excuse:
    """A point in which we are not as Jekyll is, on purpose: when, and why."""

    point: str
    reason: str
    holds: Callable[[Ours, Told], bool]


EXCUSES = (
    Excuse(
        "id",
        "two posts with one address have one id in Jekyll, and readers show only one of them",
        lambda ours, theirs: "same-url" in ours.codes and ours.id.startswith(theirs.id),
    ),
    Excuse(
        "updated",
        "a change before the publication is a mistake, and a problem here",
        lambda ours, theirs: theirs.updated < theirs.published and ours.updated == ours.published,
    ),
    Excuse(
        "categories",
        "no address leads to an empty name: a problem here",
        lambda ours, theirs: "term-address" in ours.codes and ours.categories == tuple(filter(None, theirs.categories)),
    ),
    Excuse(
        "tags",
        "Jekyll lists a tag twice that is written twice",
        lambda ours, theirs: ours.tags == tuple(dict.fromkeys(theirs.tags)),
    ),
    Excuse(
        "summary",
        "strip_html joins the words on both sides of <br>",
        lambda ours, theirs: packed(ours.summary) == packed(theirs.summary),
    ),
    Excuse(
        "summary",
        "where lines end in CR LF Jekyll finds no end of a paragraph, and takes the whole post",
        lambda ours, theirs: ours.crlf and packed(theirs.summary).startswith(packed(ours.summary)),
    ),
    Excuse(
        "summary",
        "Jekyll puts definitions of Markdown's links into the excerpts of HTML, where they are text",
        lambda ours, theirs: ours.html and typed(theirs.summary).startswith(typed(ours.summary) + " ["),
    ),
)


def differences(ours: dict[str, Ours], theirs: dict[str, Told], excuses: tuple[Excuse, ...] = EXCUSES) -> list[str]:
    """Every point in which the two differ without an excuse."""
    found = [f"{path}: only ours" for path in sorted(ours.keys() - theirs.keys())]
    found += [f"{path}: only theirs" for path in sorted(theirs.keys() - ours.keys())]
    for path in sorted(ours.keys() & theirs.keys()):
        mine, other = ours[path], theirs[path]
        for point, shown in _POINTS.items():
            one, two = shown(getattr(mine, point)), shown(getattr(other, point))
            excused = any(excuse.point == point and excuse.holds(mine, other) for excuse in excuses)
            if one != two and not excused:
                found.append(f"{path}: {point}: ours {one!r}, theirs {two!r}")
    return found


def _same(value: object) -> object:
    return value


_POINTS: dict[str, Callable[..., object]] = {
    "id": _same, "link": normal, "title": _same, "published": _same, "updated": _same, "categories": _same, "tags": _same,
    "author": _same, "summary": typed,
}  # fmt: skip
