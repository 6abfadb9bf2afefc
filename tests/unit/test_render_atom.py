"""Atom 1.0 as RFC 4287 and readers demand it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from feedsvc.model import Entry, Feed, Person
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
    WITH_MEDIA,
)

SCHEMA = Path(__file__).parents[1] / "data" / "rfc4287.rnc"
JING = shutil.which("jing")
NS = {"a": "http://www.w3.org/2005/Atom"}
MEDIA = "{http://search.yahoo.com/mrss/}"


def document(feed: Feed, *entries: Entry, rules: RenderRules = RULES) -> bytes:
    return splice(frame(feed, "atom", rules), [entry(e, "atom", rules) for e in entries])


def parsed(feed: Feed, *entries: Entry, rules: RenderRules = RULES) -> Any:
    return etree.fromstring(document(feed, *entries, rules=rules))


def one(post: Entry, rules: RenderRules = RULES) -> Any:
    return parsed(FEED, post, rules=rules).find("a:entry", NS)


def test_the_feed_says_what_it_is() -> None:
    made = parsed(FEED)
    said = {name: made.findtext(f"a:{name}", None, NS) for name in ("id", "title", "updated", "subtitle", "generator")}
    assert said == {
        "id": FEED.id,
        "title": FEED.title,
        "updated": "2024-03-06T09:30:00+08:00",
        "subtitle": FEED.description,
        "generator": "feedsvc",
    }
    assert made.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-CN"


def test_links_to_itself_the_page_and_each_hub() -> None:
    links = [dict(link.attrib) for link in parsed(FEED).findall("a:link", NS)]
    assert links == [
        {"href": dict(FEED.urls)["atom"], "rel": "self", "type": "application/atom+xml"},
        {"href": FEED.home, "rel": "alternate", "type": "text/html"},
        *({"href": hub, "rel": "hub"} for hub in FEED.hubs),
    ]


@pytest.mark.parametrize(
    ("feed", "rules", "name"),
    [
        (replace(FEED, authors=(Person("李"),)), RULES, "李"),
        (FEED, RULES, "示例财经"),
        (FEED, replace(RULES, authors=()), FEED.title),
    ],
    ids=["its own", "the site's", "its title"],
)
def test_the_feed_always_has_an_author(feed: Feed, rules: RenderRules, name: str) -> None:
    assert parsed(feed, rules=rules).findtext("a:author/a:name", None, NS) == name


def test_an_entry_says_what_the_post_is() -> None:
    made = one(RICH)
    said = {name: made.findtext(f"a:{name}", None, NS) for name in ("id", "title", "updated", "published", "summary")}
    assert said == {
        "id": RICH.id,
        "title": RICH.title,
        "updated": "2024-03-06T09:30:00+08:00",
        "published": "2024-03-05T17:33:04+08:00",
        "summary": "A cut of 50 points &amp; &lt;more&gt;.",
    }
    assert made.find("a:summary", NS).get("type") == "html"
    assert [dict(link.attrib) for link in made.findall("a:link", NS)] == [{"href": RICH.url}]


def test_content_is_html_by_name() -> None:
    content = one(RICH).find("a:content", NS)
    assert (content.get("type"), content.text) == ("html", RICH.html)


def test_authors_have_address_and_page() -> None:
    first, second = one(RICH).findall("a:author", NS)
    assert [child.text for child in first] == ["李 记者", "li@example.org", "https://www.example.org/li"]
    assert [child.text for child in second] == ["Ann"]


def test_categories_have_term_scheme_and_label() -> None:
    first, *_ = made = one(RICH).findall("a:category", NS)
    assert dict(first.attrib) == {
        "term": "Money",
        "scheme": "https://feeds.example.org/category/",
        "label": "Money",
    }
    assert [category.get("term") for category in made] == ["Money", "货币 政策", "C#/R&D"]


def test_summaries_alone_carry_no_content() -> None:
    made = one(PLAIN, SUMMARIES)
    assert made.find("a:content", NS) is None
    assert made.findtext("a:summary", None, NS) == "Only HTML, 没有摘要。"


def test_what_says_nothing_repeats_its_title() -> None:
    assert one(EMPTY).findtext("a:summary", None, NS) == EMPTY.title


def jing(tmp_path: Path, body: bytes) -> str:
    """What the schema of RFC 4287, Appendix B, has against the document; empty when it is valid."""
    if JING is None:
        pytest.skip("jing, which reads RELAX NG's compact syntax, is not installed")
    written = tmp_path / "atom.xml"
    written.write_bytes(body)
    ran = subprocess.run([JING, "-c", SCHEMA, written], capture_output=True, text=True, check=False)
    return ran.stdout if ran.returncode else ""


@pytest.mark.parametrize("rules", [RULES, SUMMARIES], ids=["full", "summaries"])
@pytest.mark.parametrize("feed", [FEED, BARE], ids=["feed", "bare"])
def test_the_schema_of_rfc_4287_accepts_it(tmp_path: Path, feed: Feed, rules: RenderRules) -> None:
    assert jing(tmp_path, document(feed, *ENTRIES, *WITH_MEDIA, rules=rules)) == ""
    assert jing(tmp_path, document(feed, rules=rules)) == ""


def test_the_schema_of_rfc_4287_would_refuse_a_fault(tmp_path: Path) -> None:
    faulty = document(FEED, PLAIN).replace(b'type="html"', b'type="CDATA"')
    assert "type" in jing(tmp_path, faulty)


def test_files_are_links_and_a_picture_is_as_jekyll_feed_has_it() -> None:
    made = one(EPISODE)
    links = [dict(link.attrib) for link in made.findall("a:link[@rel='enclosure']", NS)]
    assert links == [
        {"rel": "enclosure", "href": TALK.url, "type": "audio/mpeg", "length": "1234567", "title": "第 3 集 R&D"},
        {"rel": "enclosure", "href": FILM.url, "type": "video/webm"},
        {"rel": "enclosure", "href": SHEET.url, "type": "application/pdf", "length": "5000"},
    ]
    size = {"url": COVER.url, "width": "1200", "height": "630"}
    assert [(each.tag, dict(each.attrib)) for each in made.findall(f"{MEDIA}*")] == [
        (f"{MEDIA}thumbnail", size),
        (f"{MEDIA}content", {**size, "medium": "image"}),
    ]
    assert [link.get("href") for link in made.findall("a:link", NS) if link.get("rel") is None] == [EPISODE.url]
