"""What a post begins with, as plain text."""

from __future__ import annotations

import html as entities

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.markup import excerpt, legal, text, to_html
from feedsvc.markup.plain import _words
from feedsvc.model import Markup


@pytest.mark.parametrize(
    ("body", "separator", "said"),
    [
        ("第一段 words.\n\nSecond.", "\n\n", "第一段 words."),
        ("\n\nLate *start*.\n\nx", "\n\n", "Late start."),
        ("一 <!--more--> 二", "<!--more-->", "一"),
        ("nothing parts it\n\nat all", "<!--more-->", "nothing parts it at all"),
        ("See [the tide][t] &amp; more\n\nx\n\n[t]: /tide\n", "\n\n", "See the tide & more"),
        ("1. one\n2. two\n\nx", "\n\n", "one two"),
        ("- 茶\n\nx", "\n\n", "茶"),
        ("    code here\n\nx", "\n\n", "code here"),
        ("a  b\n\nx", "\n\n", "a b"),
        ("", "\n\n", ""),
    ],
)
def test_it_is_the_text_before_the_separator(body: str, separator: str, said: str) -> None:
    assert excerpt(body, separator, "markdown") == said


def test_what_is_not_shown_is_not_said() -> None:
    assert excerpt("<p hidden>密</p><p>shown</p>\n\nx", "\n\n", "html") == "shown"


PIECES = [
    "<p>",
    "</p>",
    "<b class='x'>",
    "</b>",
    "<a href='/x'>",
    "</a>",
    "<br>",
    "<script>",
    "</script>",
    "<p hidden>",
    "<p style='color:red'>",
    '<b style="display:none">',
    "<!--",
    "-->",
]


@given(
    st.text("茶 ab.*_<>&#-+=1)\n[]", max_size=40)
    | st.lists(st.sampled_from([*PIECES, "茶", " a ", "*b*", "\n", "&lt;"])).map("".join),
    st.sampled_from(["markdown", "html"]),
)
def test_words_without_marks_need_no_parser(head: str, markup: Markup) -> None:
    start = head.lstrip("\n").partition("|")[0]
    assert excerpt(head, "|", markup) == text(to_html(start, markup, "https://x.example.org/"))


BLOCKS = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<p>茶 tea</p>",
            " <b>*x*</b> ",
            "\n",
            "<br>",
            "# no heading",
            "&amp;",
            "<https://e.org/>",
            "{:.c}",
            "\n \n",
            "text ",
            "<div>",
            "</div>",
            "`",
            "[a](b)",
        ]
    ),
    max_size=12,
).map("".join)


@given(BLOCKS)
def test_html_is_the_same_excerpt_without_markdown(rest: str) -> None:
    head = f"<p>一段</p>{rest}"
    assert excerpt(head, "\0", "markdown") == text(to_html(head, "markdown", "https://0.invalid/"))


@given(
    BLOCKS
    | st.lists(
        st.sampled_from(
            [
                *PIECES,
                '<a href="x>y">',
                "<script>",
                "</script>",
                '<img alt="a"/>',
                "<P>",
                "<!-- x -->",
                "<b c=d>",
                "1 < 2",
            ]
        )
    ).map("".join)
)
def test_plain_tags_are_parted_as_all_are(html: str) -> None:
    assert text(html) == " ".join(legal(entities.unescape("".join(_words(html)))).split())
