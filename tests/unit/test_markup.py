"""Bodies become HTML that is safe, absolute and legal, whatever went in."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc.markup import legal, text, to_html
from feedsvc.model import Markup

BASE = "https://site.example/news/2022/06/02/post.html"
BANNED = set(
    """script style iframe object embed applet form input button select textarea link meta base svg math frame
    template noscript canvas title head html body""".split()
)
REFERENCES = {"href", "src", "poster", "cite", "longdesc"}
VOID = {"br", "col", "hr", "img", "source", "track", "wbr"}
URI = re.compile(r"(?:https?|ftp)://[^/?#]+[\x21-\x7e]*|(?:mailto|tel|sms|xmpp|magnet):[\x21-\x7e]+")


def clean(body: str, markup: Markup = "html") -> str:
    return to_html(body, markup, BASE)


def markdown(body: str) -> str:
    return to_html(body, "markdown", BASE)


class Walk(HTMLParser):
    """An independent reading of HTML: all start tags with their attributes, and whether all are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.strays: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.strays.append(tag)

    def handle_comment(self, data: str) -> None:
        self.strays.append(f"comment {data}")

    def unknown_decl(self, data: str) -> None:
        self.strays.append(f"declaration {data}")


def assert_fit(html: str) -> None:
    etree.fromstring(f"<x>{escape(html)}</x>")
    walk = Walk(html)
    assert not walk.open
    assert not walk.strays
    for tag, attributes in walk.tags:
        assert tag not in BANNED
        assert "-" not in tag
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"style", "hidden", "target", "name", "srcdoc", "background", "action"}
            if name in REFERENCES:
                assert URI.fullmatch(value), (tag, name, value)
            if name == "srcset":
                for candidate in value.split(", "):
                    assert URI.fullmatch(candidate.split(" ")[0]), value


PIECES = [
    *(f"<{name}>" for name in "p b i a div ul li table tr td th pre code sup span h2 blockquote q center font".split()),
    *(f"</{name}>" for name in "p b i a div ul li table tr td pre code span h2 blockquote center".split()),
    *(f"<{name} x='<p>'>" for name in "script style svg math iframe object select template title xmp form".split()),
    *(f"</{name}>" for name in "script style svg math iframe object select template title xmp form".split()),
    *("<video>", "</video>", "<audio src=a.mp3>", "</audio>", "<source src='javascript:1'>", "<noscript>", "</noscript>"),
    *("<plaintext>", "<textarea>", "<x-y onclick=1>", "<p hidden>", "<div style='display:none'>", "<button>", "<nobr>"),
    *('<a href="', "<img src=", "<iframe src='//v.example/1'>", "<embed src=a.swf>", '<img alt="<a href=x>" src=', "<p title='"),
    *("javascript:alert(1)", "//host/中文", "../x?a=1&b=中", "#fn1", "data:text/html,x", "https://例子.cn/", "http://[", "%zz"),
    *(' srcset="a.png 1x, //h/b,c.png 2x"', ' href=" href=', " style='position:fixed'", " onerror=x", " id=fn:1", " id=x"),
    *('"', "'", ">", "/>", "<", "<>", "</", "<!--", "-->", "--!>", "<!", "<?", "<![CDATA[", "]]>", "&", "&#8;", "&#x80;", "&lt;"),
    *("&nbsp;", "&#13;", "&#xfffe;", "&quot;", "&colon;", "\x00", "\x08", "\r", "\ufffe", "\ud800", "\u00a0", "\u3000"),
    *("\n", "\n\n", "    ", "正文", "text", " ", "**", "_", "`", "```\n", "# ", "> ", "- ", "1. ", "|", "|-|-|\n", "~~", "***", "\\"),
    *("[^1]", "\n\n[^1]: 注\n", "[a](", ")", "![i](", "[r]", "\n\n[r]: /x\n", "<http://z.example/中>", "www.x.example", "http://x.example，"),
]
BODIES = st.one_of(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.text(max_size=60))
MARKUPS: st.SearchStrategy[Markup] = st.sampled_from(["html", "markdown"])


@settings(max_examples=400, deadline=None)
@given(BODIES, MARKUPS)
def test_any_text_gives_fit_html(body: str, markup: Markup) -> None:
    assert_fit(clean(body, markup))


@settings(max_examples=200, deadline=None)
@given(BODIES)
def test_large_bodies_are_fit_too(body: str) -> None:
    assert_fit(clean(body + "<i>x</i>" * 1_001 + body))


@settings(max_examples=300, deadline=None)
@given(BODIES, MARKUPS)
def test_cleaning_again_changes_nothing(body: str, markup: Markup) -> None:
    once = clean(body, markup)
    assert clean(once) == once


@settings(max_examples=300, deadline=None)
@given(BODIES, st.integers(0, 40))
def test_text_is_one_line_within_its_limit(body: str, limit: int) -> None:
    line = text(body, limit)
    assert line == " ".join(line.split()) == legal(line)
    assert limit == 0 or len(line) <= limit


@given(st.text(alphabet=st.characters(exclude_categories=[])))
@example("a\r\nb\rc\x00\x0b\ud800\uffff\x85\ufffd")
def test_legal_text_is_legal_in_xml(anything: str) -> None:
    fit = legal(anything)
    assert etree.fromstring(f"<x>{escape(fit)}</x>").text == (fit or None)
    assert legal(fit) == fit
