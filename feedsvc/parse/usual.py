"""The usual kind of post of a Jekyll site, read in one go: all that ``post`` makes of it, in a third of the time."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from feedsvc.model import Parsed, Post, Term
from feedsvc.parse.dates import read_date, settle, zone_named
from feedsvc.parse.links import jekyll_drop, jekyll_links
from feedsvc.parse.place import Place, locate
from feedsvc.parse.quick import Quoted, read_lines
from feedsvc.parse.source import one_line
from feedsvc.rules import ContentRules, DateKeys, Site
from feedsvc.terms import MOST, Filing, categories, tags, terms
from feedsvc.uris import jekyll_url, permalink_template

_KEYS = frozenset(("layout", "title", "date", "categories", "category", "tags", "tag"))
_DATES = DateKeys()
_LONGEST = 2_000  # characters of front matter: what is kept of it stays small

_Value = str | tuple[object, ...] | None


def read_usual(text: str, path: str, rules: ContentRules, site: Site) -> Parsed | None:
    """A post with nothing but title, date, categories and tags in its front matter, and nothing to remark on.

    None for any other, and wherever this is not sure: ``post`` can tell then.
    """
    found = _usual(text) if rules.layout == "jekyll" and not rules.defaults and rules.dates == _DATES else None
    if found is None or "_drafts/" in path:
        return None
    (data, body), place = found, locate(path, rules)
    title, when = _title(data.get("title")), _published(data.get("date"), rules, site)
    named, filed = _categories(place.folders, _value(data.get("categories")), _value(data.get("category")))
    tagged = _tags(_value(data.get("tags")), _value(data.get("tag")))
    if (
        not place.date
        or not title
        or when is None
        or filed is None
        or tagged is None
        or len(filed) + len(tagged) > MOST
    ):
        return None
    try:
        url, guid = _links(path, place, named, when, rules, site)
    except KeyError:  # of an unknown placeholder
        return None
    return Parsed(
        Post(
            path=path,
            name=place.name,
            title=title,
            url=url,
            guid=guid,
            claims_guid=False,
            published=when,
            dated=True,
            updated=None,
            terms=filed + tagged,
            authors=(),
            summary="",
            markup=place.markup,
            body=body,
            excerpt=rules.excerpt_separator,
        )
    )


def _usual(text: str) -> tuple[dict[str, object], str] | None:
    """The front matter, if there is nothing in it but what is read here, and the body, if it holds no Liquid."""
    end = text.find("\n---\n", 3, _LONGEST) if text.startswith("---\n") else -1
    data = read_lines(text[4 : end + 1]) if end > 0 else None
    if data is None or not data.keys() <= _KEYS:
        return None
    body = text[end + 5 :].lstrip("\n")
    return None if "{" in body and ("{{" in body or "{%" in body) else (data, body)


def _title(value: object) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _published(value: object, rules: ContentRules, site: Site) -> datetime | None:
    """The date, unless there may be something to say about it: that it is early, or that its zone has but a name."""
    if not isinstance(value, str):
        return None
    text = one_line(value)
    when = read_date(text, zone_named(site.timezone), rules.naive_dates, quoted=isinstance(value, Quoted))
    return None if when is None or when.year <= 1970 or text[-1].isalpha() else when


def _links(
    path: str, place: Place, named: tuple[str, ...], when: datetime, rules: ContentRules, site: Site
) -> tuple[str, str]:
    drop = jekyll_drop(path, place, place.slug, named, settle(when, zone_named(site.timezone)))
    return jekyll_links(site, jekyll_url(permalink_template(rules.permalink), drop), place.slug)


def _value(value: object) -> _Value:
    """A value of the front matter, which is text, texts or nothing, as what a cache can hold."""
    return tuple(value) if isinstance(value, list) else value if isinstance(value, str) else None


@lru_cache(maxsize=8192)  # the same few thousand come again and again
def _categories(
    folders: tuple[str, ...], plural: _Value, single: _Value
) -> tuple[tuple[str, ...], tuple[Term, ...] | None]:
    """The categories as Jekyll knows them, and as terms."""
    named = categories({"categories": plural, "category": single}, folders)
    return named, _sound(terms(named, (), ()))


@lru_cache(maxsize=8192)
def _tags(plural: _Value, single: _Value) -> tuple[Term, ...] | None:
    return _sound(terms((), tags({"tags": plural, "tag": single}), ()))


def _sound(filing: Filing) -> tuple[Term, ...] | None:
    """The terms; None where some are left out, or deserve a remark."""
    whole = not (filing.nowhere or filing.long or filing.surplus)
    return filing.terms if whole and not any(term.name[-1] == "," for term in filing.terms) else None
