"""Names of feeds are found however they are written, the best first, and nothing is found that has nothing of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.catalogue import Listed
from feedsvc.model import Term
from feedsvc.web.pages.names import Names, key

NAMES = (
    "重庆银行",
    "漢字",
    "汉字 Hanzi",
    "TechWeb",
    "Techweb",
    "ＡＢＣ",
    "晴/雨 (#1?)",
    "长江",
    "jinrongjie",
    "C#",
    "#?",
    "Café",
    "绿茶",
)


def find(asked: str, names: tuple[str, ...] = NAMES) -> list[str]:
    feeds = [Listed(Term("tag", name), place + 1, "") for place, name in enumerate(names)]
    return [each.term.name for each in Names.of(feeds, {}).find(asked)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("techweb", ["Techweb", "TechWeb"]),
        ("tech-web", ["Techweb", "TechWeb"]),
        ("abc", ["ＡＢＣ"]),
        ("ａｂｃ", ["ＡＢＣ"]),
        ("汉字", ["漢字", "汉字 Hanzi"]),
        ("漢字", ["漢字", "汉字 Hanzi"]),
        ("hanzi", ["漢字", "汉字 Hanzi"]),
        ("重慶", ["重庆银行"]),
        ("chongqing", ["重庆银行"]),
        ("cqyh", ["重庆银行"]),
        ("chángjiāng", ["长江"]),
        ("金融界", ["jinrongjie"]),
        ("qing yu", ["晴/雨 (#1?)"]),
        ("cafe", ["Café"]),
        ("lvcha", ["绿茶"]),
        ("lücha", ["绿茶"]),
        ("#?", ["#?"]),
        ("银行 重庆", ["重庆银行"]),
        ("火星", []),
        ("", []),
        ("   ", []),
    ],
)
def test_a_name_is_found(asked: str, found: list[str]) -> None:
    assert sorted(find(asked)) == sorted(found)


def test_the_name_itself_comes_first_and_the_fuller_of_equals() -> None:
    names = ("茶馆", "绿茶", "茶", "茶叶", "cha")
    assert find("茶", names) == ["茶", "茶叶", "茶馆", "绿茶", "cha"]


@pytest.mark.parametrize(
    ("asked", "near"),
    [("tehcweb", "TechWeb"), ("重庆银杏", "重庆银行"), ("jinrongji", "jinrongjie"), ("金溶界", "jinrongjie")],
)
def test_what_was_nearly_meant_is_suggested(asked: str, near: str) -> None:
    feeds = [Listed(Term("tag", name), 1, "") for name in NAMES]
    assert near in [each.term.name for each in Names.of(feeds, {}).near(asked, 3)]


def test_keys_are_kept_from_one_generation_to_the_next() -> None:
    first = Names.of([Listed(Term("tag", "海"), 1, "")], {})
    second = Names.of([Listed(Term("tag", "海"), 2, ""), Listed(Term("tag", "sea"), 1, "")], first.keys)
    assert second.keys["海"] is first.keys["海"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_every_name_finds_itself(name: str) -> None:
    assert key(name).plain == key(key(name).plain).plain
    if key(name).plain.strip():
        assert name in find(name, ("海", name))
