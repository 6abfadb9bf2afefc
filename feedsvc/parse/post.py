"""One file's bytes to a Post: the whole of ``parse``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from feedsvc.exceptions import ContentError
from feedsvc.markup import text as plain_text
from feedsvc.markup import to_html, with_references
from feedsvc.model import Parsed, Person, Post, Reference, Term
from feedsvc.parse import hugo, pelican
from feedsvc.parse.dates import settle, zone_named
from feedsvc.parse.dating import embargo, expires, published, updated
from feedsvc.parse.decode import decode
from feedsvc.parse.defaults import with_defaults
from feedsvc.parse.links import claimed_guid, links
from feedsvc.parse.matter import Matter, read_matter
from feedsvc.parse.media import media
from feedsvc.parse.page import page
from feedsvc.parse.place import locate
from feedsvc.parse.source import Source, one_line, without_html
from feedsvc.parse.usual import read_usual
from feedsvc.rules import ContentRules, Site, Templates
from feedsvc.selection import is_draft
from feedsvc.terms import LONGEST, MOST, Filing, categories, clean_name, tags, terms
from feedsvc.uris import ascii_uri, downcase

Seen = datetime  # when a file was first seen, as the ledger remembers it; aware

_NO = frozenset(("false", "no", "off", "null", ""))
_YES = frozenset(("true", "yes", "on"))
_HEADING = re.compile(r"\s*<h[1-6][^>]*>(.*?)</h[1-6]>", re.DOTALL)
_TITLE_LENGTH = 60
_MATTER = re.compile(r"\s*(?:---|\+\+\+|\w+[:：])")  # what was meant as front matter is no text to show
_LIQUID_HINT = "write what it stands for, or put what is no Liquid between {% raw %} and {% endraw %}"
_BARE = "the file does not start with front matter"
_BARE_HINT = "start it with a line of ---, its title and date, and another line of ---"
_KEYS = {"category": ("categories", "category"), "tag": ("tags", "tag"), "author": ("authors", "author")}


def parse(
    raw: bytes,
    path: str,
    rules: ContentRules,
    site: Site,
    first_seen: Seen,
    templates: Callable[[], Templates] = Templates,
) -> Parsed:
    """The post in a file, and what its author should mend; no post where it says it is not to be published.

    ``path`` is relative to the content folder, with slashes. ``first_seen`` stands in for a date that is not
    there; ``templates`` gives what its Liquid may use, and is called if it has any. Future posts are read like any
    other. ContentError for a file that cannot be read: see the table of codes in ``feedsvc.parse``.
    """
    text = _text(raw, path, rules)
    return read_usual(text, path, rules, site) or parse_any(text, path, rules, site, first_seen, templates)


def parse_any(
    text: str, path: str, rules: ContentRules, site: Site, first_seen: Seen, templates: Callable[[], Templates]
) -> Parsed:
    """``parse`` for posts of all kinds, whatever there is to say about them."""
    matter = _read(text, path, rules)
    if matter is None:
        return Parsed(None)
    place = locate(path, rules)
    data = _with_taxonomies(matter.data) if "taxonomies" in matter.data else matter.data
    if rules.defaults:
        data = with_defaults(data, place.relative, rules.defaults, rules.collections_dir)
    if _withheld(data, rules) or (rules.layout in ("jekyll", "plain") and is_draft(path)):
        return Parsed(None)
    source = Source(path, place, matter, data, rules, site, zone_named(site.timezone))
    _note_mended(source)
    when, dated = published(source, first_seen)
    if _dropped(source):
        return Parsed(None, tuple(source.problems))
    post = _post(source, when, templates, dated=dated)
    return Parsed(post, tuple(source.problems), tuple(source.beside), _holds_liquid(source))


def _text(raw: bytes, path: str, rules: ContentRules) -> str:
    if len(raw) > rules.max_bytes:
        reason = f"{len(raw)} bytes are more than content.max_bytes allows"
        raise ContentError(path, 0, "too-large", reason, "raise content.max_bytes, or shorten the post")
    return decode(raw, path)


def _read(text: str, path: str, rules: ContentRules) -> Matter | None:
    if rules.layout == "pelican":
        return pelican.read(text, path, rules.pelican)
    matter = read_matter(text, path)
    if rules.layout == "hugo":
        return hugo.front_matter(matter, text, path)
    if matter is None and rules.layout == "jekyll":
        if not locate(path, rules).date or _MATTER.match(text):
            raise ContentError(path, 1, "no-front-matter", _BARE, _BARE_HINT)
        return Matter({}, text, "", bare=True)
    return matter


def _with_taxonomies(data: Mapping[str, object]) -> Mapping[str, object]:
    """Zola keeps tags and categories in a table of their own."""
    taxonomies = data["taxonomies"]
    return {**taxonomies, **data} if isinstance(taxonomies, Mapping) else data


def _withheld(data: Mapping[str, object], rules: ContentRules) -> bool:
    if rules.layout == "hugo":
        return hugo.withheld(data, rules)
    if rules.layout == "pelican":
        return pelican.withheld(data)
    if str(data.get("draft") or "").lower() in _YES:
        return True
    if rules.layout == "plain" and data.get("publish") == "false":  # Obsidian's
        return True
    return "published" in data and not rules.unpublished and str(data["published"] or "").lower() in _NO


def _note_mended(source: Source) -> None:
    for line in source.matter.mended:
        hint = "write it as key: 'value', with each ' in the value doubled"
        source.note("line-rescued", line, "YAML cannot read this line: it is read as it was meant", hint)
    if source.matter.bare:
        source.note("no-front-matter", 1, _BARE, _BARE_HINT)
    if source.matter.late:
        hint = "let the file start with its front matter"
        source.note("fence-late", 1, "blank lines before the front matter", hint)


def _dropped(source: Source) -> bool:
    """Whether this is what Jekyll leaves out, and is not to be rescued."""
    if not source.jekyll:
        return False
    if not source.place.date:
        hint = "name it like 2022-06-02-slug.md"
        source.note("name-undated", 0, "no date in the file's name: Jekyll leaves it out", hint)
    fatal = any(problem.code in ("name-undated", "date-unreadable") for problem in source.problems)
    return fatal and not source.rules.rescue


def _post(source: Source, when: datetime, templates: Callable[[], Templates], *, dated: bool) -> Post:
    data, place = source.data, source.place
    named = categories(data, place.folders)
    authors = _authors(data, source.rules.people)
    filing = terms(named, tags(data), authors)
    _note_terms(source, filing)
    url, guid = _links(source, named, when)
    claimed = claimed_guid(source)
    beside = media(source, url)
    if _holds_liquid(source):
        body, refers = _rendered(source, templates(), page(source, url, guid, when, filing.terms))
    else:
        body, refers = _body(source, url), ()
    return Post(
        path=source.path,
        name=place.name,
        title=_title(source, body, url),
        url=url,
        guid=claimed or guid,
        claims_guid=bool(claimed),
        published=when,
        dated=dated,
        updated=updated(source, when, dated=dated),
        terms=filing.terms,
        authors=authors,
        # the itunes summary too: newsboat shows it in place of HTML that has no summary before it
        summary=_summary(source, body, url) or (beside.episode.summary if beside.episode else ""),
        markup=place.markup,
        body=body,
        media=beside,
        embargo=embargo(source, when),
        expires=expires(source),
        excerpt=_excerpt_end(source),
        refers=refers,
    )


def _links(source: Source, named: tuple[str, ...], when: datetime) -> tuple[str, str]:
    """The post's URL, and the id it has by default, as the site's generator makes them."""
    match source.rules.layout:
        case "hugo":
            return hugo.links(source, when)
        case "pelican":
            return pelican.links(source, named, when)
    return links(source, named, settle(when, source.zone))


def _note_terms(source: Source, filing: Filing) -> None:
    for scheme, name in filing.nowhere:
        message = f"the {scheme} {name!r} cannot be an address, and is left out"
        source.note("term-address", _key(source, scheme), message, "give it a name")
    for scheme, name in filing.long:
        message = f"the {scheme} {name[:20]!r}… has {len(name)} characters, over {LONGEST}, and is left out"
        source.note("term-long", _key(source, scheme), message, "shorten its name")
    if filing.surplus:
        message = f"only the first {MOST} of {MOST + filing.surplus} categories, tags and authors are taken"
        source.note("too-many-terms", 0, message, "name those that people would subscribe to")
    _note_commas(source, filing.terms)


def _key(source: Source, scheme: str) -> str:
    """The key of the front matter that terms of this scheme come from, "" if none does."""
    return next((key for key in _KEYS[scheme] if key in source.data), "")


def _note_commas(source: Source, filed: tuple[Term, ...]) -> None:
    for term in filed:
        key = _key(source, term.scheme) if term.name[-1] == "," else ""
        if key:
            hint = f"write {key}: [one, two]; without brackets spaces alone separate"
            source.note("term-comma", key, f"the {term.scheme} {term.name!r} ends in a comma", hint)
            return


def _body(source: Source, url: str) -> str:
    """The body, with what its generator would fill in; Liquid apart."""
    if source.rules.layout == "hugo":
        return hugo.body(source)
    return pelican.body(source, url) if source.rules.layout == "pelican" else source.matter.body


def _holds_liquid(source: Source) -> bool:
    """Whether there is any Liquid that Jekyll would render."""
    body = source.matter.body
    marked = "{" in body and ("{%" in body or "{{" in body)
    return marked and source.jekyll and source.value("render_with_liquid") != "false"


def _rendered(source: Source, templates: Templates, page: Mapping[str, object]) -> tuple[str, tuple[Reference, ...]]:
    """The body as Liquid makes it, and the posts that it refers to."""
    from feedsvc.parse.liquid import Given, render  # noqa: PLC0415 - 40 ms that few sites need

    made = render(source.matter.body, Given(source.site, templates, page, source.zone))
    line = source.matter.body_line
    for fault in made.faults:
        shown = _shown(source.matter.body, fault.place)
        source.note("liquid", line(fault.place), f"{shown}{fault.message}", _LIQUID_HINT)
    return made.body, tuple(Reference(kind, target, line(place)) for kind, target, place in made.refers)


def _shown(body: str, place: int) -> str:
    """The mark of Liquid at a place, or around it, on one line."""
    start = max(body.rfind("{{", 0, place + 2), body.rfind("{%", 0, place + 2))
    end = body.find("}}" if body.startswith("{{", start) else "%}", start)
    mark = one_line(body[start : start + 60 if end < 0 else min(start + 60, end + 2)]) if start >= 0 else ""
    return f"{mark!r}: " if mark else ""


def _title(source: Source, body: str, url: str) -> str:
    """The title as written: it is text, so a ``<`` is a less-than sign and ``&amp;`` five letters."""
    title = source.plain("title")
    if title:
        return title
    slug = one_line(" ".join(word[:1].title() + downcase(word[1:]) for word in source.place.slug.split("-")))
    if source.jekyll and source.data.get("title") is None:
        return slug or source.place.name  # Jekyll's own title for a post without one
    html = to_html(with_references(body, ()), source.place.markup, url)
    heading = _HEADING.match(html)
    title = one_line(plain_text(heading[1] if heading else html, _TITLE_LENGTH)) or slug or source.place.name
    source.note("title-missing", "title", f"no title: {title!r} is used", "write a title")
    return title


def _summary(source: Source, body: str, url: str) -> str:
    for key in ("description", "excerpt", "summary"):
        written = source.value(key)
        if written:
            return without_html(written)
    return hugo.summary(body, source, url) if source.rules.layout == "hugo" else ""


def _excerpt_end(source: Source) -> str:
    """What ends the post's excerpt: its own word for it, else the site's; "" where it has none."""
    own = source.data.get("excerpt_separator")
    if isinstance(own, str):
        return own
    # an excerpt that is there and says nothing is one, to Jekyll
    return "" if source.data.get("excerpt") is not None else source.rules.excerpt_separator


def _authors(data: Mapping[str, object], known: tuple[tuple[str, Person], ...]) -> tuple[Person, ...]:
    """Those the post itself names in ``author`` and ``authors``, each name once; a key of ``known`` stands for one."""
    if "author" not in data and "authors" not in data:
        return ()
    keys = dict(known)
    people: dict[str, Person] = {}
    for value in (data.get("author"), data.get("authors")):
        for item in value if isinstance(value, list) else [value]:
            person = keys.get(item) if isinstance(item, str) else None
            person = person or _person(item)
            if person.name:
                people.setdefault(person.name, person)
    return tuple(people.values())


def _person(value: object) -> Person:
    if isinstance(value, Mapping):
        name, email, uri, url = (one_line(str(value.get(key) or "")) for key in ("name", "email", "uri", "url"))
        return Person(clean_name(name), email, ascii_uri(uri or url))
    return Person(clean_name(one_line(str(value)))) if value is not None else Person("")
