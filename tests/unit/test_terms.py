"""What a post is filed under."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.markup import legal
from feedsvc.model import Person, Term
from feedsvc.terms import LONGEST, MOST, Filing, categories, clean_name, tags, terms


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({"categories": "财经 新闻\tA"}, ("财经", "新闻", "A")),
        ({"categories": "一\u3000二\u00a0三"}, ("一\u3000二\u00a0三",)),
        ({"category": "one two"}, ("one two",)),
        ({"categories": "a b", "category": "c d"}, ("a", "b", "c d")),
        ({"categories": ["one two", "TechWeb", "techweb", "TechWeb"]}, ("one two", "TechWeb", "techweb")),
        ({"categories": [["a", "b"], None, "c"]}, ("a", "b", "c")),
        ({"category": ["a", "b"]}, ("a", "b")),
        ({"categories": ["C: 入门", {"C": "进阶"}]}, ("C: 入门", "C: 进阶")),
        ({"categories": 2022}, ("2022",)),
        ({"categories": None, "category": None}, ()),
        ({}, ()),
    ],
)
def test_categories_are_read_as_jekyll_reads_them(data: dict[str, object], names: tuple[str, ...]) -> None:
    assert categories(data) == names


def test_folders_come_first() -> None:
    assert categories({"categories": "b a"}, ["a", "es"]) == ("a", "es", "b")


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({"tags": "a b"}, ("a", "b")),
        ({"tag": "a b"}, ("a b",)),
        ({"tag": "x", "tags": "a b"}, ("x",)),
        ({"tag": None, "tags": ["00700", "no", "晴/雨"]}, ("00700", "no", "晴/雨")),
    ],
)
def test_a_single_tag_wins_over_tags(data: dict[str, object], names: tuple[str, ...]) -> None:
    assert tags(data) == names


def test_terms_keep_their_order_and_case() -> None:
    filing = terms(["B", "b", "B"], ["B"], [Person("李四"), Person("李四", "x@example.org")])
    assert filing == Filing((Term("category", "B"), Term("category", "b"), Term("tag", "B"), Term("author", "李四")))


def test_names_without_an_address_are_refused() -> None:
    filing = terms(["", ".", "a"], ["..", " \u3000"], [])
    assert filing.terms == (Term("category", "a"),)
    assert filing.nowhere == (("category", ""), ("category", "."), ("tag", ".."), ("tag", ""))


def test_twenty_thousand_tags_are_not_twenty_thousand_feeds() -> None:
    filing = terms(["财经"], [f"t{number}" for number in range(20_000)], [Person("李四")])
    assert len(filing.terms) == MOST
    assert filing.terms[:2] == (Term("category", "财经"), Term("tag", "t0"))
    assert filing.surplus == 20_002 - MOST
    assert len(terms([], [f"../{number}" for number in range(20_000)], []).nowhere) == MOST


def test_a_text_that_was_taken_for_a_name_is_refused() -> None:
    filing = terms(["字" * LONGEST, "字" * (LONGEST + 1)], [], [])
    assert filing.terms == (Term("category", "字" * LONGEST),)
    assert filing.long == (("category", "字" * (LONGEST + 1)),)


@given(st.text(st.characters(exclude_categories=())))
def test_clean_names_are_legal_and_settled(name: str) -> None:
    clean = clean_name(name)
    assert clean == clean_name(clean) == clean.strip()
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(char < " " and char not in "\t\n\r" for char in clean)
    assert legal(clean).replace("\n", "") == clean.replace("\r", "").replace("\n", "")
    clean.encode("utf-8")
