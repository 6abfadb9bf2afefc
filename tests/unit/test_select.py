"""Selections: what a query's parameters ask for, in one order, with errors a person can follow."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.exceptions import SelectionError
from feedsvc.model import SCHEMES, SITE, Term
from feedsvc.select import Selection, fold, read

OURS = (*SCHEMES, *(f"not-{scheme}" for scheme in SCHEMES), "q", "limit", "content", "before")


def test_names_of_one_kind_are_a_group_sorted_and_once() -> None:
    chosen = read(
        [("tag", "茶"), ("category", "Ports"), ("tag", "Tea"), ("tag", "茶"), ("not-tag", "spam"), ("q", "船")]
    )
    assert chosen.groups == ((Term("category", "Ports"),), (Term("tag", "Tea"), Term("tag", "茶")))
    assert chosen.none_of == (Term("tag", "spam"),)
    assert chosen.words == "船"
    assert chosen.canonical() == (
        ("category", "Ports"), ("tag", "Tea"), ("tag", "茶"), ("not-tag", "spam"), ("q", "船"),
    )  # fmt: skip


def test_a_term_s_own_feed_is_a_selection() -> None:
    assert Selection.of(SITE) == Selection() == read([])
    assert Selection.of(Term("author", "李")) == read([("author", "李")])


def test_names_are_normal_and_empty_ones_ignored() -> None:
    assert read([("tag", "Cafe\u0301 "), ("tag", " "), ("category", ""), ("q", "  ")]) == read([("tag", "Café")])


def test_words_are_folded_and_each_once() -> None:
    assert read([("q", "ＡＢＣ  中文\u3000abc"), ("q", "Straße")]).words == "abc 中文 strasse"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("catgory", "category"), ("categories", "category"), ("Category", "category"), ("tags", "tag"),
        ("not_tag", "not-tag"), ("nottag", "not-tag"), ("authors", "author"), ("query", "q"), ("search", "q"),
        ("Q", "q"), ("limits", "limit"), ("not-categories", "not-category"),
    ],
)  # fmt: skip
def test_a_misspelt_parameter_is_named_with_ours(written: str, meant: str) -> None:
    with pytest.raises(SelectionError) as caught:
        read([("tag", "tea"), (written, "x")])
    assert caught.value.parameter == written
    assert f"“{written}”" in str(caught.value)
    assert f"“{meant}”" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["utm_source", "utm_content", "utm_medium", "fbclid", "gclid", "_", "", "ref", "page", "lang", "t", "源"],
)
def test_what_is_unlike_ours_is_ignored(name: str) -> None:
    assert read([(name, "x"), ("limit", "many"), ("content", "?"), ("before", "")]) == Selection()


@pytest.mark.parametrize(
    ("parameters", "blamed"),
    [
        ([("tag", f"t{number}") for number in range(21)], "tag"),
        ([("category", f"c{number}") for number in range(15)] + [("not-tag", f"t{n}") for n in range(6)], "not-tag"),
        ([("author", "x" * 201)], "author"),
        ([("not-author", "x" * 201)], "not-author"),
        ([("q", "长" * 101)], "q"),
        ([("q", "\u3300" * 60)], "q"),
        ([("q", "1 2 3 4 5 6 7 8 9")], "q"),
        ([("q", "茶 ，")], "q"),
    ],
)
def test_too_much_is_refused_by_name(parameters: list[tuple[str, str]], blamed: str) -> None:
    with pytest.raises(SelectionError) as caught:
        read(parameters)
    assert caught.value.parameter == blamed
    assert str(caught.value).endswith(".")


def test_bounds_themselves_are_allowed() -> None:
    names = [("tag", f"{number:02}" + "x" * 198) for number in range(20)]
    assert len(read([*names, ("q", "1 2 3 4 5 6 7 8")]).groups[0]) == 20


def test_folding_twice_is_folding_once() -> None:
    whole = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]
    for start in range(0, len(whole), 64):
        once = fold("\n".join(whole[start : start + 64]))
        assert fold(once) == once


@given(st.lists(st.tuples(st.sampled_from(OURS), st.text(max_size=30)), max_size=12))
def test_the_canonical_form_asks_for_the_same(parameters: list[tuple[str, str]]) -> None:
    try:
        chosen = read(parameters)
    except SelectionError:
        return
    again = read(chosen.canonical())
    assert again == chosen
    assert again.canonical() == chosen.canonical()
    assert read(chosen.canonical()[::-1]).groups == chosen.groups
