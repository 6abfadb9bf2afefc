"""What a reader's own library makes of documents: the same entries, whichever format it subscribed to."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import feedparser
import pytest

from feedsvc.media import Media
from feedsvc.model import MEDIA_TYPES, Entry, Feed, Format
from feedsvc.render import RenderRules, entry, frame, splice
from tests.unit.render_samples import (
    BARE,
    COVER,
    ENTRIES,
    FEED,
    FILM,
    OGG,
    PLAIN,
    RICH,
    RULES,
    SHEET,
    SUMMARIES,
    TALK,
    WITH_MEDIA,
)

XML: tuple[Format, ...] = ("rss", "atom")


def read(name: Format, feed: Feed, entries: Sequence[Entry], rules: RenderRules = RULES) -> Any:
    parts = [entry(e, name, rules) for e in entries]
    headers = {"content-type": MEDIA_TYPES[name], "content-location": dict(feed.urls)[name]}
    made = feedparser.parse(splice(frame(feed, name, rules, parts), parts), response_headers=headers)
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


@pytest.mark.parametrize("name", XML)
def test_pictures_and_files_are_found(name: Format) -> None:
    illustrated, episode, ogg = read(name, FEED, WITH_MEDIA).entries
    for post in (illustrated, episode):
        assert [dict(each) for each in post.media_thumbnail] == [{"url": COVER.url, "width": "1200", "height": "630"}]
        assert dict(post.media_content[0]) == {"url": COVER.url, "medium": "image", "width": "1200", "height": "630"}
    assert illustrated.enclosures == []
    first, *more = episode.enclosures
    assert (first.href, first.type, first.length) == (TALK.url, TALK.media_type, str(TALK.length))
    further = [each["url"] for each in episode.media_content[1:]] if name == "rss" else [each.href for each in more]
    assert further == [FILM.url, SHEET.url]
    assert [each.type for each in ogg.enclosures] == ["audio/ogg"]


@pytest.mark.parametrize("name", XML)
def test_media_take_nothing_from_the_post(name: Format) -> None:
    with_media = [facts(post) for post in read(name, FEED, WITH_MEDIA).entries]
    without = [facts(post) for post in read(name, FEED, [replace(e, media=Media()) for e in WITH_MEDIA]).entries]
    if name == "rss":
        with_media[1]["authors"] = []  # the episode's own author is the post's to feedparser
    assert with_media == without


def test_what_podcasts_say_is_read() -> None:
    made = read("rss", FEED, WITH_MEDIA)
    episode = made.entries[1]
    said = {key.removeprefix("itunes_"): value for key, value in episode.items() if key.startswith("itunes_")}
    assert said == {
        "duration": "754",
        "episode": "3",
        "season": "2",
        "episodetype": "bonus",
        "title": "<i>R&D</i> 3",
        "block": 1,
        "explicit": None,  # feedparser knows yes and clean alone
    }
    assert (episode.image.href, episode.subtitle, episode.author) == ("https://e.org/3.jpg", "短 & short", "A & B")
    assert made.feed.publisher_detail == {"name": "示例财经", "email": "podcast@example.org"}
    assert [tag.term for tag in made.feed.tags] == ["News", "Tech News"]


def test_a_feed_without_episodes_is_no_podcast() -> None:
    assert b"<itunes:" not in splice(frame(FEED, "rss", RULES, []), [entry(e, "rss", RULES) for e in (RICH, OGG)])
