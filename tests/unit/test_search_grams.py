"""Grams: every text that has a word is indexed under what is looked up for it, and what is sure is so."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.search.grams import END, LONGEST, Unit, find_common, grams, occurs, units
from feedsvc.select import fold

NOTHING: frozenset[str] = frozenset()
ALPHABET = "茶桥中国的5gab_é.·-¤ ก😀" + "x" * 2
texts = st.text(ALPHABET, max_size=30).map(fold)
words = st.text(ALPHABET.replace(" ", ""), min_size=1, max_size=6).map(fold)
commons = st.frozensets(st.text("茶桥中国的", min_size=1, max_size=2) | st.sampled_from(("a·", "5·", "ab·", "xx·")))


def finds(found: set[str], unit: Unit) -> bool:
    return any(gram.startswith(unit.gram) for gram in found) if unit.begins else unit.gram in found


@given(texts, words, commons)
@example("哈哈哈", "哈哈哈哈", NOTHING)
@example("中国的中国", "中国的中国", frozenset({"中国", "国的"}))
@example("x5g网", "g网", NOTHING)
@example("apple网", "e", NOTHING)
def test_what_is_looked_up_is_there_and_sure(text: str, word: str, common: frozenset[str]) -> None:
    found = grams(text, common)
    wanted, sure = units(word, common)
    everything = all(finds(found, unit) for unit in wanted)
    if occurs(word, text):
        assert everything
    elif sure:
        assert not everything


@pytest.mark.parametrize("word", ["茶", "中国", "5g", "report", "中国的", "é"])
def test_common_kinds_of_words_are_sure(word: str) -> None:
    common = frozenset({"中国", "国的"})
    assert units(word, common)[1]


def test_letters_are_found_from_the_beginning_of_a_word() -> None:
    text = fold("Reports of “GPT-4”, 5G网络 and TikTok；报告report")
    for word in ("rep", "reports", "gpt-4", "5g网", "网络", "tik", "4", "“gpt", "报告report", "report"):
        assert occurs(word, text), word
    for word in ("eports", "tok", "g网络", "pt-4", "络a"):
        assert not occurs(word, text), word


def test_long_words_are_found_by_all_their_letters() -> None:
    one, two = "x" * LONGEST + "one", "x" * LONGEST + "two"
    (unit,), sure = units(one, NOTHING)
    assert not sure
    assert finds(grams(one, NOTHING), unit)
    assert finds(grams(two, NOTHING), unit)
    assert not occurs(one, two)


def test_what_is_common_is_found_out() -> None:
    sample = [f"中国 {number:03} of tea 茶{chr(0x5000 + number)}" for number in range(100)]
    common = find_common(sample, total=1_000_000)
    assert {"中国", "中", "of·", "t·", "tea·"} <= common
    assert not {"茶" + chr(0x5003), "国·", END} & common
    assert "茶" not in find_common(sample, total=1_000)  # few enough to be put together
