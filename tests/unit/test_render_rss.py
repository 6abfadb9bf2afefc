"""RSS 2.0 as readers demand it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from feedsvc.media import Enclosure, Episode, Media
from feedsvc.model import Entry, Feed, Term
from feedsvc.render import RenderRules, entry, frame, splice
from tests.unit.render_samples import (
    BARE,
    COVER,
    EMPTY,
    EPISODE,
    FEED,
    FILM,
    OGG,
    PLAIN,
    RICH,
    RULES,
    SHEET,
    SUMMARIES,
    TALK,
)

ATOM = "{http://www.w3.org/2005/Atom}"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
MEDIA = "{http://search.yahoo.com/mrss/}"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"


def channel(feed: Feed, *entries: Entry, rules: RenderRules = RULES) -> Any:
    parts = [entry(e, "rss", rules) for e in entries]
    return etree.fromstring(splice(frame(feed, "rss", rules, parts), parts))[0]


def item(post: Entry, rules: RenderRules = RULES) -> Any:
    return channel(FEED, post, rules=rules).find("item")


def test_the_channel_says_what_the_feed_is() -> None:
    made = channel(FEED)
    said = {name: made.findtext(name) for name in ("title", "link", "description", "language", "lastBuildDate")}
    assert said == {
        "title": FEED.title,
        "link": FEED.home,
        "description": FEED.description,
        "language": "zh-CN",
        "lastBuildDate": "Wed, 06 Mar 2024 09:30:00 +0800",
    }
    assert made.findtext("generator") == "feedsvc"
    assert made.findtext("docs") == "http://www.rssboard.org/rss-specification"


def test_one_link_to_itself_and_one_to_each_hub() -> None:
    links = [dict(link.attrib) for link in channel(FEED).findall(f"{ATOM}link")]
    assert links == [
        {"href": dict(FEED.urls)["rss"], "rel": "self", "type": "application/rss+xml"},
        *({"href": hub, "rel": "hub"} for hub in FEED.hubs),
    ]


def test_link_is_the_page_and_never_the_hub() -> None:
    assert [link.text for link in channel(FEED).findall("link")] == [FEED.home]


def test_a_bare_feed_has_a_title_and_a_description_and_no_empty_language() -> None:
    made = channel(BARE)
    assert (made.findtext("title"), made.findtext("description")) == (BARE.home, BARE.home)
    assert made.find("language") is None


def test_is_perma_link_says_the_truth() -> None:
    assert item(RICH).find("guid").attrib == {"isPermaLink": "false"}
    assert item(PLAIN).find("guid").attrib == {"isPermaLink": "true"}
    assert item(RICH).findtext("guid") == RICH.id


def test_html_stands_alone_in_description() -> None:
    made = item(PLAIN)
    assert made.findtext("description") == PLAIN.html
    assert made.find(ENCODED) is None


def test_a_summary_stands_before_the_html_and_is_escaped_as_html() -> None:
    made = item(RICH)
    names = [child.tag for child in made]
    assert names.index("description") < names.index(ENCODED)
    assert made.findtext("description") == "A cut of 50 points &amp; &lt;more&gt;."
    assert made.findtext(ENCODED) == RICH.html


def test_summaries_alone_carry_no_html() -> None:
    assert item(RICH, SUMMARIES).find(ENCODED) is None
    assert item(PLAIN, SUMMARIES).findtext("description") == "Only HTML, 没有摘要。"


def test_what_says_nothing_repeats_its_title() -> None:
    assert item(EMPTY).findtext("description") == EMPTY.title


def test_authors_are_creators() -> None:
    made = item(RICH)
    assert [creator.text for creator in made.findall(CREATOR)] == ["李 记者", "Ann"]
    assert made.find("author") is None
    assert [creator.text for creator in channel(FEED).findall(CREATOR)] == ["示例财经"]


def test_categories_name_their_scheme_and_leave_authors_out() -> None:
    made = [(category.get("domain"), category.text) for category in item(RICH).findall("category")]
    assert made == [
        ("https://feeds.example.org/category/", "Money"),
        ("https://feeds.example.org/tag/", "货币 政策"),
        ("https://feeds.example.org/tag/", "C#/R&D"),
    ]


def test_dates_keep_the_authors_offset_and_name_a_correction_once() -> None:
    made = item(RICH)
    assert made.findtext("pubDate") == "Tue, 05 Mar 2024 17:33:04 +0800"
    assert made.findtext(f"{ATOM}updated") == "2024-03-06T09:30:00+08:00"
    assert item(PLAIN).find(f"{ATOM}updated") is None


def test_an_offset_of_quarter_hours_that_validators_do_not_know() -> None:
    when = datetime.fromisoformat("2024-03-05T17:33:04+05:45")
    nepal = replace(PLAIN, published=when, updated=when + timedelta(hours=1))
    assert item(nepal).findtext("pubDate") == "Tue, 05 Mar 2024 11:48:04 +0000"
    assert item(nepal).findtext(f"{ATOM}updated") == "2024-03-05T18:33:04+05:45"
    assert channel(replace(FEED, updated=when)).findtext("lastBuildDate") == "Tue, 05 Mar 2024 11:48:04 +0000"
    assert b"2024-03-05T17:33:04+05:45" in entry(nepal, "atom", RULES)


def test_plain_text_that_looks_like_markup_to_readers() -> None:
    text = "<b>R&D</b> &lt; 一"
    told = "&#x3C;b&gt;R&#x26;D&#x3C;/b&gt; &#x26;lt; 一".encode()
    made = entry(replace(PLAIN, title=text, terms=(Term("tag", text),)), "rss", RULES)
    assert b"<title>" + told + b"</title>" in made
    assert b'<category domain="https://feeds.example.org/tag/">' + told + b"</category>" in made
    head = frame(replace(FEED, title=text, description=text), "rss", RULES)[0]
    assert b"<title>" + told + b"</title>" in head
    assert b"<description>" + told + b"</description>" in head


def test_html_is_no_plain_text() -> None:
    html = "<p>R&amp;D</p><pre>&lt;title&gt;a &amp; b&lt;/title&gt;</pre>"
    for post in (replace(PLAIN, html=html), replace(RICH, html=html)):
        made = entry(post, "rss", RULES)
        assert b"&lt;p&gt;R&amp;amp;D&lt;/p&gt;&lt;pre&gt;&amp;lt;title&amp;gt;a &amp;amp; b" in made


def test_markup_in_a_title_is_text() -> None:
    title = "<b>R&D</b> ]]> 一"
    assert item(replace(PLAIN, title=title)).findtext("title") == title


def test_one_enclosure_and_the_rest_as_media() -> None:
    made = item(EPISODE)
    assert [dict(each.attrib) for each in made.findall("enclosure")] == [
        {"url": TALK.url, "length": "1234567", "type": "audio/mpeg"}
    ]
    assert [dict(each.attrib) for each in made.findall(f"{MEDIA}content")[1:]] == [
        {"url": FILM.url, "type": "video/webm", "medium": "video", "duration": "60"},
        {"url": SHEET.url, "type": "application/pdf", "fileSize": "5000"},
    ]


def test_an_unknown_length_is_nought() -> None:
    bare = replace(PLAIN, media=Media(None, (Enclosure(TALK.url, "audio/mpeg"),)))
    assert item(bare).find("enclosure").get("length") == "0"


def test_an_episode_in_apples_words() -> None:
    said = {
        each.tag.removeprefix(ITUNES): each.text or each.get("href") for each in item(EPISODE).findall(f"{ITUNES}*")
    }
    assert said == {
        "image": "https://e.org/3.jpg",
        "title": "<i>R&D</i> 3",
        "subtitle": "短 & short",
        "summary": "R&D, 一集",
        "author": "A & B",
        "duration": "754",
        "episode": "3",
        "season": "2",
        "explicit": "true",
        "block": "yes",
        "episodeType": "bonus",
    }


def test_an_episode_shows_the_picture_of_its_post() -> None:
    plain = replace(EPISODE, media=replace(EPISODE.media, episode=Episode()))
    assert item(plain).find(f"{ITUNES}image").get("href") == COVER.url


def test_a_file_that_apple_does_not_take_tells_its_duration_otherwise() -> None:
    made = item(OGG)
    assert not made.findall(f"{ITUNES}*")
    assert [each.get("duration") for each in made.findall(f"{MEDIA}content")] == ["754"]


@pytest.mark.parametrize("entries", [(RICH, OGG), (RICH, EPISODE), ()], ids=["none", "one", "empty"])
def test_a_channel_with_episodes_says_what_apple_asks(entries: tuple[Entry, ...]) -> None:
    made = channel(FEED, *entries)
    said = [each.tag.removeprefix(ITUNES) for each in made.findall(f"{ITUNES}*")]
    assert said == (["owner", "author", "category", "explicit"] if EPISODE in entries else [])
    if said:
        assert made.findtext(f"{ITUNES}owner/{ITUNES}email") == "podcast@example.org"
        assert [each.get("text") for each in made.iter(f"{ITUNES}category")] == ["News", "Tech News"]
