"""Sound tables need no second reading: it would find the same."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feedsvc.markup import excerpt, to_html
from feedsvc.markup.plain import text
from feedsvc.markup.sanitiser import readable_again, safe, with_embeds
from feedsvc.markup.tables import sound_tables

BASE = "https://site.example/"
LOOSE = (
    "<a href='x'>", "</a>", "<p>", "</p>", "<b>", "</b>", "字", "text ", "<div>", "</div>", "<ul>", "<li>", "</li>",
    "<h1>", "</h1>", "<h2>", "<br>", "<pre>", "\n", "<em>", "</em>", "<dl>", "<dt>", "<blockquote>", "<code>", "<ruby>",
    "<rt>", "<details>", "<!-- x -->", "1 < 2", "&lt;", "<span>", "<s>", "<u>",
)  # fmt: skip
WHOLE = ("字", "text ", "<b>字</b>", "<p>好</p>", "<br>", "\n", "&lt;", "<a href='x'>去</a>", "<ul><li>x</li></ul>")


def documents(pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Pieces, and tables whose cells hold some."""
    words = st.lists(st.sampled_from(pieces), max_size=6).map("".join)
    cells = st.builds(
        "<{0} {2}>{1}</{0}>".format, st.sampled_from(["td", "th"]), words, st.sampled_from(["", "colspan=2"])
    )
    rows = st.lists(cells, max_size=3).map("".join).map("<tr>{}</tr>".format)
    parts = st.one_of(rows, st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["thead", "tbody", "tfoot"]), rows))
    tables = st.lists(parts, max_size=3).map("".join).map("<table>{}</table>".format)
    return st.lists(st.one_of(words, tables), max_size=4).map("".join)


@settings(max_examples=300, deadline=None)
@given(documents(LOOSE))
def test_reading_a_sound_table_twice_changes_nothing(html: str) -> None:
    assume(sound_tables(html))
    once = safe(html)
    assert safe(readable_again(with_embeds(html))) == once
    assert safe(readable_again(once)) == once


@settings(max_examples=200, deadline=None)
@given(documents(WHOLE))
def test_an_excerpt_says_what_sound_tables_show(html: str) -> None:
    assert excerpt(html, "\0", "html") == text(to_html(html, "html", BASE))


@pytest.mark.parametrize(
    "html",
    [
        "<table>text<tr><td></td></tr></table>",
        "<table><tr><td><table></table></td></tr></table>",
        "<table><tr><td>1<td>2</tr></table>",
        "<table><tr><td>1</td></tr>",
        "<td>1</td>",
        "<table><caption>a</caption><tr><td>1</td></tr></table>",
        "<table><tr><li></tr></table>",
    ],
)
def test_what_is_not_sound(html: str) -> None:
    assert not sound_tables(html)


@pytest.mark.parametrize(
    "html",
    ["<table><tr><td>" * 20_000, "<table>" + "<tr><td>x</td></tr>" * 20_000, "<table " * 20_000, "<t" * 50_000],
)
def test_hostile_tables_take_little_time(html: str) -> None:
    began = time.process_time()
    assert not sound_tables(html) or "<table" not in html
    assert time.process_time() - began < 1
