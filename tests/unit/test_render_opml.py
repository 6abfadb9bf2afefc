"""The lists of all feeds, for readers and for programs."""

from __future__ import annotations

import orjson
from lxml import etree

from feedsvc.model import Term
from feedsvc.render.opml import Listing, feeds_json, opml
from tests.unit.render_samples import BASE, FEED, urls

SITE = Listing(Term("site", ""), "示例 Site", f"{BASE}/", urls(""), 3, FEED.updated)
TAG = Listing(FEED.term, FEED.title, FEED.home, FEED.urls, 0, None)
CATEGORY = Listing(Term("category", "Z"), "Z", f"{BASE}/category/Z/", urls("/category/Z"), 1, FEED.updated)


def test_opml_is_version_2_with_a_title() -> None:
    root = etree.fromstring(opml("所有 & feeds", [SITE]))
    assert (root.tag, dict(root.attrib)) == ("opml", {"version": "2.0"})
    assert root.findtext("head/title") == "所有 & feeds"


def test_outlines_carry_everything_an_import_needs() -> None:
    (outline,) = etree.fromstring(opml("x", [TAG])).findall("body/outline")
    assert dict(outline.attrib) == {
        "text": FEED.title,
        "title": FEED.title,
        "type": "rss",
        "xmlUrl": dict(FEED.urls)["atom"],
        "htmlUrl": FEED.home,
    }


def test_the_site_stands_first_then_categories_then_tags() -> None:
    mixed = [TAG, CATEGORY, SITE]
    titles = [outline.get("title") for outline in etree.fromstring(opml("x", mixed)).iter("outline")]
    assert titles == [SITE.title, CATEGORY.title, TAG.title]
    assert [feed["scheme"] for feed in orjson.loads(feeds_json(mixed))["feeds"]] == ["site", "category", "tag"]


def test_the_order_given_does_not_matter() -> None:
    assert opml("x", [TAG, SITE]) == opml("x", [SITE, TAG])
    assert feeds_json([TAG, SITE]) == feeds_json([SITE, TAG])


def test_feeds_json_gives_every_fact() -> None:
    site, tag = orjson.loads(feeds_json([SITE, TAG]))["feeds"]
    assert list(site.items()) == [
        ("scheme", "site"),
        ("term", ""),
        ("title", "示例 Site"),
        ("entries", 3),
        ("updated", "2024-03-06T09:30:00+08:00"),
        ("rss", f"{BASE}/rss.xml"),
        ("atom", f"{BASE}/atom.xml"),
        ("json", f"{BASE}/feed.json"),
        ("html", f"{BASE}/"),
    ]
    assert (tag["term"], tag["entries"], tag["updated"]) == ("货币 政策", 0, None)


def test_no_feeds_is_a_valid_list() -> None:
    assert etree.fromstring(opml("x", [])).find("body") is not None
    assert orjson.loads(feeds_json([])) == {"feeds": []}
