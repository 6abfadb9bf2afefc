"""What a reader's own library makes of documents: the same entries, whichever format it subscribed to."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import feedparser
import pytest

from feedsvc.model import MEDIA_TYPES, Entry, Feed, Format
from feedsvc.render import RenderRules, entry, frame, splice
from tests.unit.render_samples import BARE, ENTRIES, FEED, PLAIN, RICH, RULES, SUMMARIES

XML: tuple[Format, ...] = ("rss", "atom")


def read(name: Format, feed: Feed, entries: Sequence[Entry], rules: RenderRules = RULES) -> Any:
    parts = [entry(e, name, rules) for e in entries]
    headers = {"content-type": MEDIA_TYPES[name], "content-location": dict(feed.urls)[name]}
    made = feedparser.parse(splice(frame(feed, name, rules), parts), response_headers=headers)
    assert not made.bozo, made.get("bozo_exception")
    return made


@pytest.mark.parametrize("name", XML)
def test_the_feed_is_understood(name: Format) -> None:
    made = read(name, FEED, ENTRIES).feed
    assert (made.title, made.link, made.subtitle) == (FEED.title, FEED.home, FEED.description)
    assert made.language == "zh-CN"
    assert made.author == "示例财经"
    assert made.updated_parsed[:6] == (2024, 3, 6, 1, 30, 0)
    assert [link.href for link in made.links if link.rel == "self"] == [dict(FEED.urls)[name]]
    assert [link.href for link in made.links if link.rel == "hub"] == list(FEED.hubs)


@pytest.mark.parametrize("rules", [RULES, SUMMARIES], ids=["full", "summaries"])
def test_rss_and_atom_are_read_alike(rules: RenderRules) -> None:
    rss, atom = (read(name, FEED, ENTRIES, rules).entries for name in XML)
    assert [facts(post) for post in rss] == [facts(post) for post in atom]


def facts(post: Any) -> dict[str, Any]:
    """What a reader keeps and shows. RSS has no place for a date that repeats another, nor for addresses."""
    return {
        "id": post.id,
        "link": post.link,
        "title": post.title,
        "published": post.published_parsed,
        "updated": post.updated_parsed if "updated" in post else post.published_parsed,
        "authors": [author.get("name") for author in post.get("authors", []) if author.get("name")],
        "tags": [(tag.scheme, tag.term) for tag in post.get("tags", [])],
        "shown": post.content[0].value if "content" in post else plain(post),
    }


def plain(post: Any) -> str:
    """The summary as a person reads it, by the type that feedparser found it to have."""
    summary: str = post.summary
    return html.unescape(summary) if post.summary_detail.type == "text/html" else summary


@pytest.mark.parametrize("name", XML)
def test_html_and_summary_arrive_as_written(name: Format) -> None:
    rich, bare, _ = read(name, FEED, ENTRIES).entries
    assert rich.content[0].value == RICH.html.strip()
    assert plain(rich) == RICH.summary
    assert (bare.content[0].value if name == "atom" else bare.summary) == PLAIN.html


@pytest.mark.parametrize("name", XML)
def test_an_empty_feed_is_read_without_complaint(name: Format) -> None:
    made = read(name, BARE, ())
    assert (made.entries, made.feed.title, made.feed.link) == ([], BARE.home, BARE.home)
