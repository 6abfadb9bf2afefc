"""What single feeds have of their own: which section counts, what it may say, what an error says."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.catalogue.records import dump_served, load_served
from feedsvc.config import Settings
from feedsvc.config.values import is_pattern
from feedsvc.model import SITE, Term
from feedsvc.particulars import location, own, particulars
from feedsvc.rules import FeedTable, FeedTables, Particulars
from tests.unit.test_config import complaint, read

SINGLE = """
[feed."category/*"]
limit = 3
content = "summary"
[feed."category/Tech*"]
limit = 5
max_age = "1h"
[feed."category/TechWeb"]
title = "Tech on the web 科技"
[feed."tag/什么?"]
hidden = true
[feed.site]
redirect = "https://moved.example.org/新/{file}"
"""


def about(settings: Settings, scheme: str, name: str) -> Particulars:
    return particulars(Term(scheme, name), settings.site, settings.feeds.tables)


def test_a_feeds_own_section_counts_before_patterns_and_later_patterns_before_earlier_ones(tmp_path: Path) -> None:
    settings = read(tmp_path, toml=SINGLE, site__title="新闻", site__image="https://example.org/logo.png")
    own = about(settings, "category", "TechWeb")
    assert (own.title, own.limit, own.content, own.max_age) == ("Tech on the web 科技", 5, "summary", 3600)
    assert about(settings, "category", "Techno/二").limit == 5
    other = about(settings, "category", "a/b")
    assert (other.title, other.limit, other.max_age) == ("a/b - 新闻", 3, None)
    assert (other.image, other.language) == ("https://example.org/logo.png", "en")
    assert about(settings, "tag", "TechWeb") == replace(
        own, title="TechWeb - 新闻", limit=None, content=None, max_age=None
    )
    assert [about(settings, "tag", name).hidden for name in ("什么?", "什么!", "什么")] == [True, True, False]


@pytest.mark.parametrize("first", ["exact", "pattern"])
def test_a_name_counts_before_a_pattern_wherever_it_is_written(tmp_path: Path, first: str) -> None:
    exact, pattern = '[feed."tag/[a]"]\nlimit = 1\n', '[feed."tag/*"]\nlimit = 2\n'
    settings = read(tmp_path, toml=exact + pattern if first == "exact" else pattern + exact)
    assert about(settings, "tag", "[a]").limit == 1
    assert about(settings, "tag", "b").limit == 2


def test_names_of_single_feeds_are_compared_in_nfc(tmp_path: Path) -> None:
    settings = read(tmp_path, toml=f'[feed."/tag/{unicodedata.normalize("NFD", "café")}/"]\nlimit = 1\n')
    assert about(settings, "tag", "café").limit == 1


def test_a_feed_can_do_without_what_others_have(tmp_path: Path) -> None:
    toml = '[feed."tag/x"]\nimage = ""\ndescription = ""\ntitle = ""\n'
    own = about(read(tmp_path, toml=toml, site__image="https://e.org/i.png", site__description="d"), "tag", "x")
    assert (own.image, own.description, own.title) == ("", "", "x - 127.0.0.1")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[feed.category.TechWeb]\nlimit = 1", 'feed.category.TechWeb: should be written [feed."category/TechWeb"]'),
        ('[feed."tag/x"]\nlimt = 1', 'feed."tag/x".limt: no such setting; did you mean feed."tag/x".limit?'),
        ('[feed."tag/x"]\nlimit = "many"', "feed.\"tag/x\".limit: should be a whole number, not 'many'"),
        ('[feed."tag/x"]\nlimit = 0', 'feed."tag/x".limit: should be from 1 to 1,000, not 0'),
        ('[feed."tag/x"]\ncontent = "half"', "feed.\"tag/x\".content: should be full or summary, not 'half'"),
        ('[feed."tag/x"]\nredirect = "/y"', 'feed."tag/x".redirect: should be an absolute address'),
        ('[feed."tag/x"]\nimage = "y.png"', 'feed."tag/x".image: should be the absolute address of an image'),
        ('[feed."tags/x"]\nlimit = 1', 'feed."tags/x": should be site, or such as category/TechWeb'),
        ('[feed."tag/.."]\nlimit = 1', 'feed."tag/..": should be site, or such as category/TechWeb'),
        ('[feed."tag/x"]\n[feed."/tag/x"]', 'feed."tag/x": is there twice'),
        ('feed = "tag/x"', 'feed: should be sections of feedsvc.toml such as [feed."category/TechWeb"]'),
    ],
)
def test_what_cannot_be_in_a_section_of_a_feed(tmp_path: Path, toml: str, said: str) -> None:
    found = complaint(tmp_path, toml=toml)
    assert found.startswith(said)
    assert found.endswith(f"(in {tmp_path / 'feedsvc.toml'})")


def test_sections_of_feeds_belong_in_the_file(tmp_path: Path) -> None:
    assert "feed: should be sections of feedsvc.toml" in complaint(tmp_path, environ={"FEEDSVC_FEED": "tag/x"})


@pytest.mark.parametrize(
    ("redirect", "rss", "page"),
    [
        ("https://n.org/a/", "https://n.org/a/rss.xml", "https://n.org/a/"),
        ("https://n.org/a/{file}", "https://n.org/a/rss.xml", "https://n.org/a/"),
        ("https://n.org/one.xml", "https://n.org/one.xml", ""),
        ("https://n.org/get?f={file}&标=1", "https://n.org/get?f=rss.xml&%E6%A0%87=1", ""),
        ("https://f.org/tag/x/", "", ""),  # to itself
    ],
)
def test_where_a_feed_that_moved_away_is_found(tmp_path: Path, redirect: str, rss: str, page: str) -> None:
    served = read(tmp_path, toml=f'[feed."*"]\nredirect = "{redirect}"\n', feeds__url="https://f.org").served
    assert location(Term("tag", "x"), "rss.xml", served) == rss
    if redirect != "https://f.org/tag/x/":
        assert location(Term("tag", "x"), "", served) == page
    assert location(SITE, "", served) == ""


def test_sections_of_feeds_outlive_the_catalogue(tmp_path: Path) -> None:
    served = read(tmp_path, toml=SINGLE).served
    assert load_served(dump_served(served)) == served
    before = orjson.loads(dump_served(served))
    del before["feeds"]["tables"]
    assert load_served(orjson.dumps(before)) == replace(served, feeds=replace(served.feeds, tables=FeedTables()))


def test_what_is_served_is_read_from_an_older_catalogue_where_it_holds_enough(tmp_path: Path) -> None:
    served = read(tmp_path, toml=SINGLE).served
    stored = orjson.loads(dump_served(served))
    assert load_served(orjson.dumps(stored | {"feeds_url": served.feeds.url, "title": "标题"})) == served
    for key in ("site", "feeds"):
        assert load_served(orjson.dumps({name: value for name, value in stored.items() if name != key})) is None


# -- moved ------------------------------------------------------------------------------------------------------


def test_a_chain_of_moves_leads_to_its_end(tmp_path: Path) -> None:
    toml = '[moved]\n"category/a" = "category/b"\n"/category/b/" = "tag/c/d"\n"tag/c/d" = "tag/终"\n'
    settings = read(tmp_path, toml=toml)
    end = Term("tag", "终")
    wanted = ((Term("category", "a"), end), (Term("category", "b"), end), (Term("tag", "c/d"), end))
    assert settings.served.moved == settings.rules.moved == wanted
    assert load_served(dump_served(settings.served)) == settings.served
    assert settings.digest != read(tmp_path / "other").digest


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (
            '[moved]\n"tag/a" = "tag/b"\n"tag/b" = "tag/c"\n"tag/c" = "tag/b"\n',
            "moved: should be without a circle (tag/a → tag/b → tag/c → tag/b), not ",
        ),
        ('[moved]\n"tag/a" = "tag/a"\n', "moved: should be without a circle (tag/a → tag/a), not "),
        ('[moved]\n"tags/a" = "tag/a"\n', "moved: should be addresses of feeds such as category/Old or tag/x, not "),
        ('[moved]\n"tag/a" = "tag/.."\n', "moved: should be addresses of feeds such as category/Old or tag/x, not "),
        ('[moved.tag]\n"a" = "b"\n', 'moved: should be a section of lines such as "category/old" = "category/new", '),
        ('moved = ["tag/a"]\n', 'moved: should be a section of lines such as "category/old" = "category/new", '),
    ],
)
def test_moves_that_lead_nowhere(tmp_path: Path, toml: str, said: str) -> None:
    found = complaint(tmp_path, toml=toml)
    assert found.startswith(said)
    assert found.endswith(f"(in {tmp_path / 'feedsvc.toml'})")


@given(st.text(min_size=1, max_size=8), st.lists(st.text("ab*?[]/", min_size=1, max_size=4), max_size=5))
def test_no_table_is_overlooked(name: str, names: list[str]) -> None:
    """The sorted look-up finds what going through all tables would."""
    tables = [FeedTable(f"tag/{each}", (("limit", place),)) for place, each in enumerate(dict.fromkeys((*names, name)))]
    listed = sorted(tables, key=lambda table: table.name)
    found = own(Term("tag", name), FeedTables(tuple(listed), tuple(each for each in tables if is_pattern(each.name))))
    assert found == dict(tables[[table.name for table in tables].index(f"tag/{name}")].values)
