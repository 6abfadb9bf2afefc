"""An entry's HTML in a page: nothing fetched, nothing run, no second outline, no empty link."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as parser

from feedsvc.markup import to_html
from feedsvc.markup.allowed import ELEMENTS
from feedsvc.web.pages.reading import readable

BASE = "https://site.example.org/2024/post.html"
_FETCHING = (
    "img",
    "video",
    "audio",
    "source",
    "track",
    "picture",
    "iframe",
    "embed",
    "object",
    "script",
    "link",
    "style",
)


def shown(body: str) -> str:
    return readable(to_html(body, "html", BASE), 3, lambda kind: f"[{kind}]", "Table")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>海 sea</p>", "<p>海 sea</p>"),
        ('<img src="/a.png" alt="海鸥">', '<a class="medium" href="https://site.example.org/a.png">'),
        ('<img src="/a.png" width="1" height="1">', ""),
        ('<a href="/x"><img src="/a.png" alt="gull"></a>', '<span class="kind">[picture]</span> gull</span></a>'),
        ('<video src="/f.mp4"><p>too old</p></video>', '<a class="medium" href="https://site.example.org/f.mp4">'),
        ('<audio><source src="/s.ogg"><source src="/t.mp3">old</audio>new', '<span class="kind">[audio]</span></a>new'),
        ('<a href="https://e.example/%E6%B5%B7/"></a>', ">e.example/海</a>"),
        ('<a id="top">here</a>', "here"),
        ("<h1>一</h1><h4>二</h4><h2>三</h2>", "<h4>一</h4><h5>二</h5><h5>三</h5>"),
        ("<main><article><p>x</p></article></main>", "<div><div><p>x</p></div></div>"),
        ("<ul><p>x</p>y<li>z</li></ul>", "<ul><li><p>x</p></li><li>y</li><li>z</li></ul>"),
        ("<li>alone</li>", "<div>alone</div>"),
        ("<dl><p>x</p><dt>t</dt></dl>", "<dl><dd><p>x</p></dd><dt>t</dt></dl>"),
        ('<p lang="not a language" dir="rtl">x</p>', '<p dir="rtl">x</p>'),
        ("<table><tr><td>x</td></tr></table>", 'role="group" tabindex="0" aria-label="Table"><table><tbody>'),
    ],
)  # fmt: skip
def test_what_becomes_of_it(body: str, expected: str) -> None:
    made = shown(body)
    assert expected in made
    if not expected:
        assert made == ""


_words = st.sampled_from(["海", "sea", " ", "&amp;", "&lt;script&gt;", '"'])
_tags = st.sampled_from(sorted(ELEMENTS))
_attributes = st.sampled_from(
    [
        "",
        ' href="/x"',
        ' src="/y.png"',
        ' href="/a&quot;b"',
        ' id="main"',
        ' lang="zh"',
        ' alt="a&quot;&gt;b"',
        ' class="panel"',
    ]
)
_bodies = st.recursive(
    _words,
    lambda inner: st.builds(
        lambda tag, attribute, parts: f"<{tag}{attribute}>{''.join(parts)}</{tag}>",
        _tags,
        _attributes,
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(_bodies)
@example("<dl><a></a></dl>")
@example('<ul><a href="/x"><a href="/y">b</a></a></ul>')
def test_nothing_is_fetched_and_every_element_is_closed(body: str) -> None:
    made = shown(body)
    tree = parser.fragment_fromstring(made, create_parent="div")
    for node in tree.iter():
        assert node.tag not in _FETCHING
        assert node.tag not in ("main", "nav", "header", "footer", "h1", "h2", "h3")
        assert not set(dict(node.attrib)) & {"src", "srcset", "poster", "id", "style"}
        if node.tag == "a":
            assert node.get("href")
            assert node.text_content().strip()
        if node.tag in ("ul", "ol"):
            assert {child.tag for child in node} <= {"li"}
    assert made.count("<") == made.count(">")
