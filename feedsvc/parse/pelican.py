"""A Pelican site's articles: their headers, which of them feeds leave out, their links and their bodies."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from posixpath import dirname, join, normpath, relpath, splitext
from urllib.parse import urljoin

from feedsvc.exceptions import ContentError
from feedsvc.parse.matter import Matter, lowered, read_matter
from feedsvc.parse.place import within
from feedsvc.parse.source import Source, on_site
from feedsvc.rules import PelicanRules
from feedsvc.selection import HTML, MARKDOWN, suffix
from feedsvc.uris import ascii_uri, needs_unidecode, pelican_path, pelican_slug, tag_uri

# Python-Markdown's `meta` extension
_LINE = re.compile(r"[ ]{0,3}([A-Za-z0-9_-]+):[ \t]*(.*)")
_MORE = re.compile(r"[ ]{4,}(.*)")
_END = re.compile(r"(?:-{3}|\.{3})(?:\s.*)?\Z")
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.DOTALL | re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>(.*?)(?:</body\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"(?<=[(\"'<\s])[{|](filename|static|attach|author|category|tag|index)[|}]([^\s\"'<>)]*)")
_SOURCES = MARKDOWN | HTML | {".rst"}
_BARE = "the file does not start with Title: and Date: lines"
_BARE_HINT = "start it with lines such as Title: Hello and Date: 2024-01-31 12:00, and an empty line"


def read(text: str, path: str, rules: PelicanRules) -> Matter | None:
    """A file's headers and body, with what the site's settings and its place say beneath; None for no article.

    Raises ContentError for a Markdown file without headers, which Pelican leaves out with an error too.
    """
    if suffix(path) in HTML:
        matter = _read_html(text)
    elif text.startswith("---"):
        matter = read_matter(text, path)
    else:
        matter = _read_headers(text)
    if matter is None:
        if suffix(path) in HTML:
            return None
        raise ContentError(path, 1, "no-front-matter", _BARE, _BARE_HINT)
    matter = lowered(matter)
    said = {key: value for key, value in matter.data.items() if value not in (None, "")}
    data: dict[str, object] = {"category": rules.category, **dict(rules.metadata), **_placed(path, rules), **said}
    data["categories"] = [str(data.pop("category")).strip()]
    for key in ("tags", "authors"):
        if isinstance(named := data.get(key), str):
            data[key] = _several(named)
    return replace(matter, data=data)


def withheld(data: Mapping[str, object]) -> bool:
    """Whether it says that it is not to be published: a draft, hidden, skipped, or what Pelican does not know."""
    return str(data.get("status") or "published").strip().lower() != "published"


def links(source: Source, categories: tuple[str, ...], when: datetime) -> tuple[str, str]:
    """The article's URL and the id that Pelican's feeds give it."""
    rules = source.rules.pelican
    slug = _slug(source)
    language = source.value("lang") or rules.language
    named = source.data.get("authors")
    first = next(iter(named), "") if isinstance(named, list) else ""
    author = source.value("author") or first or next((person.name for person in source.site.authors), "")
    fields: dict[str, object] = {
        **source.data,
        "path": within(source.path, rules.root),
        "slug": slug,
        "lang": language,
        "date": when,
        "author": pelican_slug(str(author), rules),
        "category": pelican_slug("".join(categories[:1]), rules),
    }
    template = rules.url if language == rules.language else rules.lang_url
    try:
        path = source.value("url") or pelican_path(template, fields)
    except ValueError as error:
        message = f"the template of its link, {template!r}, cannot be filled in: {error}"
        source.note("permalink", 0, message, "see Pelican's settings ARTICLE_URL and ARTICLE_LANG_URL")
        path = f"{slug}.html"
    link = urljoin(f"{source.site.root}/", path)
    return ascii_uri(link) or on_site(source, f"/{slug}.html"), tag_uri(link, when)


def body(source: Source, url: str) -> str:
    """The body, with ``{static}`` and its like resolved; one that cannot be leads to the article's own page."""

    def resolved(link: re.Match[str]) -> str:
        target = _target(source, url, link[1], html.unescape(link[2]))
        if not target:
            hint = "its address is not known here: the link leads to this article's page"
            line = source.matter.body_line(link.start())
            source.note("link", line, f"the link {link[0]} is not resolved", hint)
        return target or url

    written = source.matter.body
    return _LINK.sub(resolved, written) if "}" in written or "|" in written else written


def _target(source: Source, url: str, what: str, value: str) -> str:
    """What a link of Pelican's kind leads to, "" where that is not known."""
    rules = source.rules.pelican
    if what in ("index", "author", "category", "tag"):
        return on_site(source, "/" if what == "index" else f"/{what}/{pelican_slug(value, rules)}.html")
    path, mark, rest = value.partition("#")
    folder = dirname(within(source.path, rules.root))
    inside = normpath(path.lstrip("/") if path.startswith("/") else join(folder, path))
    if inside.startswith(".."):
        return ""
    if what == "attach":
        tail = relpath(inside, folder or ".")
        return urljoin(url, tail.rpartition("/")[2] if tail.startswith("../") else tail)
    if what == "static" or suffix(inside) not in _SOURCES:
        return on_site(source, f"/{inside}") + mark + rest
    if rules.slug_from != "basename" or "{" in rules.url.replace("{slug}", ""):
        return ""
    slug = pelican_slug(splitext(inside.rpartition("/")[2])[0], rules)
    return on_site(source, "/" + rules.url.replace("{slug}", slug)) + mark + rest


def _slug(source: Source) -> str:
    own = source.value("slug")
    if own:
        return own
    rules = source.rules.pelican
    title = source.plain("title")
    text = title if rules.slug_from == "title" and title else splitext(source.path.rpartition("/")[2])[0]
    if needs_unidecode(text, rules):
        hint = "install feedsvc[pelican], or write a Slug: line"
        source.note("slug", "title", "Pelican makes this slug with Unidecode, which is not installed", hint)
    return pelican_slug(text, rules)


def _read_headers(text: str) -> Matter | None:
    """Lines of ``Key: value`` up to an empty one, as Python-Markdown's ``meta`` reads them."""
    lines = text.split("\n")
    found: dict[str, list[str]] = {}
    names: dict[str, str] = {}  # as they were written first, by what they are
    key, count = "", 0
    while count < len(lines):
        line = lines[count]
        head, more = _LINE.match(line), _MORE.match(line)
        ended = not line.strip() or _END.match(line)
        if ended or not (head or (more and key)):
            count += bool(ended)
            break
        if head:
            key = names.setdefault(head[1].lower(), head[1])
        found.setdefault(key, []).append((head[2] if head else more[1] if more else "").strip())
        count += 1
    if not found:
        return None
    data = {key: " ".join(filter(None, values)) for key, values in found.items()}
    source, rest = "\n".join(lines[:count]), "\n".join(lines[count:])
    stripped = rest.lstrip("\n")
    return Matter(data, stripped, source, blank=len(rest) - len(stripped) + 1)


def _read_html(text: str) -> Matter | None:
    """The title, ``<meta>`` tags and body of a whole page."""
    title, inner = _TITLE.search(text), _BODY.search(text)
    head = text[: inner.start()] if inner else text
    collector = _Meta()
    collector.feed(head)
    data: dict[str, object] = {key: ", ".join(values) for key, values in collector.found.items()}
    if title:
        data["title"] = html.unescape(title[1])
    if not data or inner is None:
        return None
    return Matter(data, inner[1].lstrip("\n"), text[: inner.start(1)])


class _Meta(HTMLParser):
    """Collects named ``<meta>`` tags; ``keywords`` are tags to Pelican."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = (given.get("name") or "").lower()
        value = given.get("content") or given.get("contents") or ""
        if tag == "meta" and name and value:
            self.found.setdefault("tags" if name == "keywords" else name, []).append(value)


def _placed(path: str, rules: PelicanRules) -> dict[str, object]:
    """What its folder and its file's name say of an article."""
    inside = within(path, rules.root)
    stem = splitext(inside.rpartition("/")[2])[0]
    folder = dirname(inside).rpartition("/")[2]
    found: dict[str, object] = {}
    for pattern, text in ((rules.file_metadata, stem), (rules.path_metadata, inside)):
        match = re.match(pattern, text) if pattern else None
        for key, value in match.groupdict().items() if match else ():
            if value is not None:
                found.setdefault(key.lower(), value)
    if rules.folder_category and folder:
        found.setdefault("category", folder)
    return found


def _several(text: str) -> list[str]:
    """``a, b`` as two names, and ``Doe, Jane; Roe, Jo`` too."""
    return list(dict.fromkeys(filter(None, map(str.strip, text.split(";" if ";" in text else ",")))))
