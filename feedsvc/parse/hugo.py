"""A Hugo site's pages: their front matter, which of them feeds leave out, their links, and their bodies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from posixpath import dirname, join, normpath

from feedsvc.markup import text as plain_text
from feedsvc.markup import to_html
from feedsvc.parse.matter import Matter, lowered
from feedsvc.parse.place import hugo_name, within
from feedsvc.parse.shortcodes import fill_in
from feedsvc.parse.source import Source, on_site, one_line
from feedsvc.rules import ContentRules, HugoRules
from feedsvc.selection import HTML, suffix
from feedsvc.uris import HugoPage, ascii_uri, hugo_path

MORE = re.compile(r"<!--\s*more\s*-->")
_TRUE = "true"
_KNOWN = re.compile(r":(?:section|sections|filename|contentbasename)\b")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def front_matter(matter: Matter | None, text: str, path: str) -> Matter | None:
    """The front matter as Hugo knows it: keys in lower case, ``params`` among them, names whole.

    A Markdown file without any is a page too; an HTML file without is none.
    """
    if matter is None:
        return None if suffix(path) in HTML else Matter({}, text, "", bare=True)
    matter = lowered(matter)
    params = matter.data.get("params")
    data = {**params, **matter.data} if isinstance(params, Mapping) else dict(matter.data)
    for key in ("tags", "categories"):
        if isinstance(data.get(key), str):
            data[key] = [data[key]]  # one name, however many words it has
    for key in ("tag", "category"):
        data.pop(key, None)
    return replace(matter, data=data)


def withheld(data: Mapping[str, object], rules: ContentRules) -> bool:
    """Whether Hugo's feed of the site leaves the page out."""
    if data.get("draft") == _TRUE and not rules.unpublished:
        return True
    build = next((build for key in ("build", "_build") if isinstance(build := data.get(key), Mapping)), {})
    unlisted = build.get("list") in ("never", "local", "false") or build.get("render") in ("never", "false")
    return unlisted or data.get("headless") == _TRUE or (data.get("published") == "false" and not rules.unpublished)


def links(source: Source, when: datetime) -> tuple[str, str]:
    """The page's URL and its id, which in Hugo's feeds is its permalink."""
    rules, page = source.rules.hugo, _page(source, when)
    if _SCHEME.match(page.url):
        uri = ascii_uri(page.url)
        if uri:
            return uri, uri
        source.note("url", "url", f"{page.url!r} cannot be an address", "write a path, or an http address")
        page = replace(page, url="")
    try:
        path = hugo_path(page, rules)
    except KeyError as error:
        message = f"the permalink of its section has an unknown token {error}"
        source.note("permalink", 0, message, "see Hugo's list of tokens")
        path = hugo_path(page, replace(rules, permalinks=()))
    # Some of Hugo's permalinks lead nowhere: where a file's name has a "#", and to "/x/index.html/". Links do.
    led = path.removesuffix("index.html/") if page.url else path.replace("#", "%23")
    return on_site(source, led), on_site(source, path)


def body(source: Source) -> str:
    """The body, its shortcodes replaced."""
    written = source.matter.body
    if "{{<" not in written and "{{%" not in written:
        return written
    filled = fill_in(written, lambda ref: _refer(source, ref), source.data)
    for name, place in filled.unknown:
        hint = "its template is not run: write what it stands for"
        source.note("shortcode", source.matter.body_line(place), f"the shortcode {name!r} is left out", hint)
    return filled.body


def summary(body: str, source: Source, url: str) -> str:
    """What stands before the mark that ends a summary, as text; "" without one."""
    more = MORE.search(body)
    return one_line(plain_text(to_html(body[: more.start()], source.place.markup, url))) if more else ""


def _page(source: Source, when: datetime) -> HugoPage:
    rules = source.rules.hugo
    inside = within(source.path, rules.root)
    base, language = hugo_name(inside, rules)
    return HugoPage(
        folder=dirname(inside),
        base=base,
        title=source.plain("title"),
        slug=source.value("slug") or _slug_by_name(source),
        url=source.value("url"),
        date=when,
        prefix=f"/{language}" if language != rules.language or rules.prefixed else "",
    )


def _slug_by_name(source: Source) -> str:
    """The file name's slug, where its date counts too (``:filename`` in Hugo's ``frontmatter.date``)."""
    for key in source.rules.dates.published:
        if key == ":filename" and source.place.date:
            return source.place.slug.strip(" -_")
        if source.value(key):
            break
    return ""


def _refer(source: Source, ref: str) -> str:
    """The address of another page by its file, where that follows from its name alone."""
    rules = source.rules.hugo
    path, mark, fragment = ref.partition("#")
    if not path:
        return ref
    folder = dirname(within(source.path, rules.root))
    if source.path.rpartition("/")[2].startswith("index."):
        folder = dirname(folder)
    inside = path.lstrip("/") if path.startswith("/") or ("/" in path and path[0] != ".") else join(folder, path)
    inside = normpath(inside)
    if inside.startswith(".."):
        return ""
    base, _ = hugo_name(inside, rules) if suffix(inside) in (".md", ".html") else (inside.rpartition("/")[2], "")
    page = HugoPage(dirname(inside), base, "", "", "", datetime.min.replace(tzinfo=UTC))
    if page.base == "_index":
        page = replace(page, folder=dirname(page.folder), base=page.folder.rpartition("/")[2])
    elif not _follows(page, rules):
        return ""
    return on_site(source, hugo_path(page, rules)) + mark + fragment


def _follows(page: HugoPage, rules: HugoRules) -> bool:
    """Whether a page's link follows from the name of its file."""
    pattern = dict(rules.permalinks).get(page.sections[0] if page.sections else "", "")
    return ":" not in _KNOWN.sub("", pattern)
