"""JSON Feed 1.1 as its specification and readers demand it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from feedsvc.model import Entry, Feed
from feedsvc.render import RenderRules, entry, frame, splice
from tests.unit.render_samples import (
    BARE,
    COVER,
    EMPTY,
    ENTRIES,
    EPISODE,
    FEED,
    FILM,
    PLAIN,
    RICH,
    RULES,
    SHEET,
    SUMMARIES,
    TALK,
)


def parsed(feed: Feed, *entries: Entry, rules: RenderRules = RULES) -> dict[str, Any]:
    parts = [entry(e, "json", rules) for e in entries]
    made: dict[str, Any] = orjson.loads(splice(frame(feed, "json", rules), parts))
    return made


def item(post: Entry, rules: RenderRules = RULES) -> dict[str, Any]:
    made: dict[str, Any] = parsed(FEED, post, rules=rules)["items"][0]
    return made


def test_the_feed_says_what_it_is_in_a_fixed_order() -> None:
    assert list(parsed(FEED).items()) == [
        ("version", "https://jsonfeed.org/version/1.1"),
        ("title", FEED.title),
        ("home_page_url", FEED.home),
        ("feed_url", dict(FEED.urls)["json"]),
        ("description", FEED.description),
        ("language", "zh-CN"),
        ("authors", [{"name": "示例财经"}]),
        ("hubs", [{"type": "WebSub", "url": hub} for hub in FEED.hubs]),
        ("items", []),
    ]


def test_an_item_says_what_the_post_is_in_a_fixed_order() -> None:
    assert list(item(RICH).items()) == [
        ("id", RICH.id),
        ("url", RICH.url),
        ("title", RICH.title),
        ("content_html", RICH.html),
        ("summary", RICH.summary),
        ("date_published", "2024-03-05T17:33:04+08:00"),
        ("date_modified", "2024-03-06T09:30:00+08:00"),
        ("authors", [{"name": "李 记者", "url": "https://www.example.org/li"}, {"name": "Ann"}]),
        ("tags", ["Money", "货币 政策", "C#/R&D"]),
    ]


@pytest.mark.parametrize("rules", [RULES, SUMMARIES], ids=["full", "summaries"])
def test_no_key_is_empty_and_every_item_has_content(rules: RenderRules) -> None:
    made = parsed(BARE, *ENTRIES, rules=rules)
    assert all(made.values())
    for each in made["items"]:
        assert all(each.values())
        assert ("content_html" in each) != ("content_text" in each)


def test_summaries_alone_carry_no_html() -> None:
    made = item(PLAIN, SUMMARIES)
    assert "content_html" not in made
    assert made["content_text"] == made["summary"] == "Only HTML, 没有摘要。"


def test_what_says_nothing_repeats_its_title() -> None:
    assert item(EMPTY)["content_text"] == EMPTY.title


def test_a_name_in_two_schemes_is_one_tag() -> None:
    assert item(EMPTY)["tags"] == ["Money"]


def test_control_characters_survive_as_escapes() -> None:
    assert item(replace(PLAIN, summary="a\x1fb"))["summary"] == "a\x1fb"


def test_pictures_and_files() -> None:
    made = item(EPISODE)
    assert made["image"] == COVER.url
    assert made["attachments"] == [
        {
            "url": TALK.url,
            "mime_type": "audio/mpeg",
            "title": "第 3 集 R&D",
            "size_in_bytes": 1_234_567,
            "duration_in_seconds": 754,
        },
        {"url": FILM.url, "mime_type": "video/webm", "duration_in_seconds": 60},
        {"url": SHEET.url, "mime_type": "application/pdf", "size_in_bytes": 5_000},
    ]
    assert not {"image", "attachments"} & item(RICH).keys()
