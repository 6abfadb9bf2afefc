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


def names(text: str) -> list[str]:
    return text.split()


BANNED = frozenset(
    """script style iframe object embed applet form input button select textarea link meta base svg math frame
    template noscript canvas title head html body""".split()  # noqa: SIM905 - a list of names is read as one
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


PLAIN = "p b i a div ul li table tr td th pre code sup span h2 blockquote q center font".split()  # noqa: SIM905
FOREIGN = "script style svg math iframe object select template title xmp form".split()  # noqa: SIM905
PIECES = [
    *(f"<{name}>" for name in PLAIN),
    *(f"</{name}>" for name in PLAIN),
    *(f"<{name} x='<p>'>" for name in FOREIGN),
    *(f"</{name}>" for name in FOREIGN),
    *(
        "<video>",
        "</video>",
        "<audio src=a.mp3>",
        "</audio>",
        "<source src='javascript:1'>",
        "<noscript>",
        "</noscript>",
    ),
    *("<plaintext>", "<textarea>", "<x-y onclick=1>", "<p hidden>", "<div style='display:none'>", "<button>", "<nobr>"),
    *(
        '<a href="',
        "<img src=",
        "<iframe src='//v.example/1'>",
        "<embed src=a.swf>",
        '<img alt="<a href=x>" src=',
        "<p title='",
    ),
    *(
        "javascript:alert(1)",
        "//host/中文",
        "../x?a=1&b=中",
        "#fn1",
        "data:text/html,x",
        "https://例子.cn/",
        "http://[",
        "%zz",
    ),
    *(
        ' srcset="a.png 1x, //h/b,c.png 2x"',
        ' href=" href=',
        " style='position:fixed'",
        " onerror=x",
        " id=fn:1",
        " id=x",
    ),
    *(
        '"',
        "'",
        ">",
        "/>",
        "<",
        "<>",
        "</",
        "<!--",
        "-->",
        "--!>",
        "<!",
        "<?",
        "<![CDATA[",
        "]]>",
        "&",
        "&#8;",
        "&#x80;",
        "&lt;",
    ),
    *("&nbsp;", "&#13;", "&#xfffe;", "&quot;", "&colon;", "\x00", "\x08", "\r", "\ufffe", "\ud800", "\u00a0", "\u3000"),
    *(
        "\n",
        "\n\n",
        "    ",
        "正文",
        "text",
        " ",
        "**",
        "_",
        "`",
        "```\n",
        "# ",
        "> ",
        "- ",
        "1. ",
        "|",
        "|-|-|\n",
        "~~",
        "***",
        "\\",
    ),
    *(
        "[^1]",
        "\n\n[^1]: 注\n",
        "[a](",
        ")",
        "![i](",
        "[r]",
        "\n\n[r]: /x\n",
        "<http://z.example/中>",
        "www.x.example",
        "http://x.example，",
    ),
]
BODIES = st.one_of(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.text(max_size=60))
MARKUPS: st.SearchStrategy[Markup] = st.sampled_from(["html", "markdown"])


def test_noncharacters_beyond_the_first_plane() -> None:
    for plane in range(17):
        assert legal(f"a{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}一") == "a一"
    assert legal("\U0001fffd\U00020000\U0010fffd") == "\U0001fffd\U00020000\U0010fffd"


@settings(max_examples=400, deadline=None)
@given(BODIES, MARKUPS)
def test_any_text_gives_fit_html(body: str, markup: Markup) -> None:
    assert_fit(clean(body, markup))


@settings(max_examples=40, deadline=None)
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


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["href", "title"]))
def test_references_are_found_in_tags_only(title: str, words: str, decoy: str) -> None:
    """What looks like a tag in a value or in text is neither rewritten nor lost."""
    value = legal(f'{title}<img src="x"> {decoy}=').replace("&", "&amp;").replace('"', "&quot;")
    shown = escape(legal(words).replace("\n", " ")) + '&lt;a href="../y"&gt;'
    html = clean(f'<p><a title="{value}" href="../x">{shown}</a></p>')
    [_, (_, attributes)] = Walk(html).tags
    assert attributes["href"] == "https://site.example/news/2022/06/x"
    assert attributes["title"] == Walk(f'<a title="{value}">').tags[0][1]["title"]
    assert html.endswith('&lt;a href="../y"&gt;</a></p>')


@pytest.mark.parametrize(
    ("reference", "absolute"),
    [
        ("//host.example/x", "https://host.example/x"),
        ("../x/", "https://site.example/news/2022/06/x/"),
        ("/分类/a b", "https://site.example/%E5%88%86%E7%B1%BB/a%20b"),
        ("#fn1", f"{BASE}#fn1"),
        ("?q=1&amp;r=中", f"{BASE}?q=1&r=%E4%B8%AD"),
        ("https://other.example/", "https://other.example/"),
        ("mailto:a@site.example", "mailto:a@site.example"),
    ],
)
def test_references_become_absolute(reference: str, absolute: str) -> None:
    assert Walk(clean(f'<a href="{reference}">x</a>')).tags == [("a", {"href": absolute})]


def test_every_attribute_that_refers_is_absolute() -> None:
    html = clean(
        '<video poster="p.png"><source src="v.mp4"></video><blockquote cite="c">x</blockquote><del cite="d">x</del>'
        '<img src="i.png" longdesc="l" srcset=", a.png 1x,//h.example/b,c.png 2x,javascript:x 3x , 图.png">'
    )
    folder = "https://site.example/news/2022/06/02/"
    found = [value for _, attributes in Walk(html).tags for name, value in attributes.items() if name != "controls"]
    assert found == [
        *(folder + name for name in ("p.png", "v.mp4", "c", "d", "i.png", "l")),
        f"{folder}a.png 1x, https://h.example/b,c.png 2x, {folder}%E5%9B%BE.png",
    ]


@pytest.mark.parametrize(
    "reference",
    [
        "javascript:alert(1)",
        "JaVa&#10;Script:x",
        " java&#8;script:x",
        "data:text/html,x",
        "vbscript:x",
        "http://",
        "blob:x",
    ],
)
def test_dangerous_references_go_and_their_text_stays(reference: str) -> None:
    html = clean(f'<a href="{reference}">坏</a>')
    assert not html.lower().partition('href="')[2].startswith(("javascript", "data", "vbscript", "blob", "http:"))
    assert text(html) == "坏"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ('<p onclick="x()">正文<script>alert(1)</script>末尾</p>', "<p>正文末尾</p>"),
        ("<p>a<!-- b --><style>p{}</style><svg><text>c</text></svg></p>", "<p>a</p>"),
        ('<p style="color:red;position:fixed" class="x">a</p>', "<p>a</p>"),
        ("<form action=x>a<input value=b><button>c</button></form>", "ac"),
        ("<my-widget>a</my-widget><center>b</center>", "a<center>b</center>"),
        ('<pre><code class="language-py">a &lt; b</code></pre>',) * 2,
        ("<p>未完 <b>粗", "<p>未完 <b>粗</b></p>"),
        ("<pre>\n\na</pre>",) * 2,
        ("<pre><img>\na</pre><img src='data:,x'>", "<pre>\n\na</pre>"),
        ("]]>", "]]&gt;"),
        ("<noscript><img src=/a.png></noscript>", '<img src="https://site.example/a.png">'),
        ('<img src="data:image/gif;base64,R0" alt="一 &quot;图">', '一 "图'),
        ('<h2 id="top">a</h2><sup id="fnref:1">1</sup>', '<h2>a</h2><sup id="fnref:1">1</sup>'),
        ("a&#8;b&#xFFFE;c\x85d\r\ne", "abcd\ne"),
    ],
)
def test_html_is_sanitised(body: str, html: str) -> None:
    assert clean(body) == html


@pytest.mark.parametrize(
    "hiding",
    ['style="display:none;height:1px"', 'style="color:red; DISPLAY : none"', 'style="visibility:hidden"', "hidden"],
)
def test_hidden_elements_stay_unseen(hiding: str) -> None:
    assert clean(f"<p>a</p><div {hiding}><div>b</div><iframe src=x></iframe></div><p>c</p>") == "<p>a</p><p>c</p>"
    assert clean(f"a<img src=x {hiding}>c") == "ac"


def test_what_only_speaks_of_hiding_is_shown() -> None:
    assert clean('<p style="overflow:hidden">display:none</p>') == "<p>display:none</p>"


@pytest.mark.parametrize(
    ("embed", "shown"),
    [
        ('<iframe src="//v.example/1"></iframe>', "https://v.example/1"),
        ('<iframe src="//v.example/1" title="视频"><p>无</p></iframe>', "视频"),
        ('<embed src="https://v.example/1">', "https://v.example/1"),
        ('<object data="https://v.example/1"><embed src="x.swf">b</object>', "https://v.example/1"),
        ('<object><param name="movie" value="x"><embed src="https://v.example/1"></object>', "https://v.example/1"),
    ],
)
def test_an_embed_becomes_a_link_to_it(embed: str, shown: str) -> None:
    assert clean(f"<p>a{embed}c</p>") == f'<p>a<a href="https://v.example/1">{shown}</a>c</p>'


def test_an_embed_of_nothing_goes() -> None:
    assert clean('a<iframe src="javascript:x"></iframe><iframe srcdoc="<p>b"></iframe>c') == "ac"


def test_players_keep_their_sources_and_get_controls() -> None:
    html = clean('<video autoplay><source src="v.mp4" type="video/mp4">b</video>')
    source = '<source src="https://site.example/news/2022/06/02/v.mp4" type="video/mp4">'
    assert html == f'<video controls="">{source}b</video>'


def test_a_player_without_a_source_leaves_what_it_holds_for_that_case() -> None:
    assert clean('<video src="blob:x"><source src="javascript:1"><a href="/v.mp4">b</a></video>c') == (
        '<source><a href="https://site.example/v.mp4">b</a>c'
    )


def test_markdown_of_github_and_html_mix() -> None:
    html = markdown(
        "<p>甲</p> <p><b>乙</b></p>\n\n<https://z.example/?a=1&b=中>\n\n<div>\n\n**丙** ~~丁~~\n\n</div>\n\n<>\n"
    )
    assert html.split("\n") == [
        "<p>甲</p> <p><b>乙</b></p>",
        '<p><a href="https://z.example/?a=1&amp;b=%E4%B8%AD">https://z.example/?a=1&amp;b=中</a></p>',
        "<div>",
        "<p><strong>丙</strong> <del>丁</del></p>",
        "</div>",
        "<p>&lt;&gt;</p>",
        "",
    ]


def test_markdown_tables_keep_their_alignment() -> None:
    html = markdown("| 代码 | 价 |\n|---|--:|\n| 00700 | 1 |\n")
    assert '<td align="right">1</td>' in html
    assert "<th>代码</th>" in html


def test_footnotes_lead_to_the_post_and_can_be_found_by_readers() -> None:
    html = markdown("正文[^1]\n\n[^1]: 注\n")
    assert f'<sup><a href="{BASE}#fn:1" id="fnref:1">1</a></sup>' in html
    assert '<li id="fn:1">' in html
    assert f'<a href="{BASE}#fnref:1">↩</a>' in html


def test_emphasis_works_beside_chinese_punctuation() -> None:
    assert (
        markdown("**“涨潮”**释放，**重点。**后面")
        == "<p><strong>“涨潮”</strong>释放，<strong>重点。</strong>后面</p>\n"
    )


def test_quotes_stay_as_typed() -> None:
    assert markdown("\"a\" -- 'b'...") == "<p>\"a\" -- 'b'...</p>\n"


@pytest.mark.parametrize(
    ("body", "address", "after"),
    [
        ("见 https://e.example/a，后文。", "https://e.example/a", "，后文。"),
        ("（https://e.example/a?b=1&c=2）", "https://e.example/a?b=1&amp;c=2", "）"),
        ("<https://e.example/%EF%BC%8C>", "https://e.example/%EF%BC%8C", ""),
    ],
)
def test_bare_addresses_end_at_punctuation(body: str, address: str, after: str) -> None:
    assert f'<a href="{address}">{address}</a>{after}</p>' in markdown(body)


def test_an_authors_own_link_is_left_alone() -> None:
    assert markdown('见 <a href="https://a.example/">https://b.example</a>') == (
        '<p>见 <a href="https://a.example/">https://b.example</a></p>\n'
    )


def test_an_autolink_within_html_is_not_lost() -> None:
    assert clean("") == ""
    assert markdown("<p>甲</p>\n<https://z.example/x>\n") == (
        '<p>甲</p>\n<a href="https://z.example/x">https://z.example/x</a>\n'
    )


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000,
        "<div>" * 50_000 + "x" + "</div>" * 50_000,
        "".join(f"<p><b id={number}>" for number in range(10_000)),
        '<p><b title="' + "x" * 40_000 + '">' + "<p>x" * 900,
        "<div><table><tr><td></div></table>" * 5_000,
        "<div><!--</div>-->" * 10_000,
        "<div title='</div>'>" * 10_000,
        "<video>" * 900,
        "<!--" * 20_000,
        '<a "' * 20_000,
        "<a x='" * 20_000,
        "<a " + " ".join(f"a{number}=1" for number in range(50_000)) + ">",
        '<img srcset="' + "a," * 20_000 + '">',
        "[" * 100_000,
        "[a](" * 20_000,
        ">" * 50_000,
        "*" * 100_000,
        "a**b" * 20_000,
        "|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + "|b\n" * 2_000,
    ],
    ids=lambda body: body[:18],
)
def test_hostile_bodies_take_little_time_and_space(body: str) -> None:
    started = time.process_time()
    html = markdown(body)
    line = text(html, 100)
    assert time.process_time() - started < 2  # most take 0.05 s; a square would be minutes
    assert len(html) < 6 * len(body) + 20_000
    assert len(line) <= 100


def test_nesting_is_bounded_and_nothing_else_is_lost() -> None:
    html = clean("<div>" * 2_000 + "深" + "</div>" * 2_000 + "<p>后")
    assert html == "<div>" * 256 + "深" + "</div>" * 256 + "<p>后</p>"


def test_a_large_body_reads_like_a_small_one() -> None:
    rows = "<tr><td>一<td>b &lt; c<tr><th>d</th></tr>"
    lists = "<ul><li>x<ul><li>y</ul><li>z</ul><dl><dt>a<dd>b<dt>c</dl><p>p<p>q<br>r<pre>\ns</pre>"
    for part in (f"<table>{rows}</table>", lists, "<a href=/x>a</a><!-- c --><script>'<p>'</script>1 < 2<p>x</p>"):
        assert clean(part * 300) == clean(part) * 300


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ("<p>一&amp;二</p>\n<p>三&nbsp;四</p>", "一&二 三 四"),
        ("a<b>b</b>c<br>d<script>e</script><!-- f -->", "abc d"),
        ("1 < 2 & 3", "1 < 2 & 3"),
        ("&lt;b&gt;x&#8;", "<b>x"),
        ('<a title="a>b">　x</a>', "x"),
    ],
)
def test_text_of_html(html: str, line: str) -> None:
    assert text(html) == line


@pytest.mark.parametrize(
    ("line", "limit", "cut"),
    [
        ("短文", 2, "短文"),
        ("第一句说完了。第二句还没有说完", 9, "第一句说完了。…"),
        ("没有句号的一段很长的话", 6, "没有句号的…"),
        ("some words that go on", 14, "some words…"),
        ("anextremelylongword", 10, "anextreme…"),
        ("逗号，之后", 4, "逗号…"),
        ("x", 1, "x"),
        ("xy", 1, "…"),
        ("家👨\u200d👩\u200d👧了", 4, "家…"),
    ],
)
def test_text_is_cut_at_a_sensible_place(line: str, limit: int, cut: str) -> None:
    assert text(line, limit) == cut


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ('[a](/b){:target="_blank"} c', '<p><a href="https://x.example/b">a</a> c</p>'),
        ("text\n{: .note #n}", "<p>text</p>"),
        ("## 头\n{: #tou .no_toc}", "<h2>头</h2>"),
        ("## 头 {#tou}", "<h2>头</h2>"),
        ("* TOC\n{:toc}\n\ntext", "<p>text</p>"),
        ("`{:toc}` {:ok, x} {: x }", "<p><code>{:toc}</code> {:ok, x} {: x }</p>"),
        ("```\na\n{: .b}\n```", "<pre><code>a\n{: .b}\n</code></pre>"),
    ],
)
def test_attribute_lists_of_kramdown_are_no_text(body: str, html: str) -> None:
    assert to_html(body, "markdown", "https://x.example/p").strip() == html


def test_a_host_in_another_script_is_punycode_after_markdown_too() -> None:
    html = to_html("[a](https://例え.jp/路) <//例え.jp>", "markdown", "https://x.example/p")
    assert 'href="https://xn--r8jz45g.jp/%E8%B7%AF"' in html


@pytest.mark.parametrize("piece", ["{:", "<code>{: ", "{: .a", "\n* TOC {:toc", '{: a="', "## x {#"])
def test_hostile_attribute_lists_take_little_time(piece: str) -> None:
    started = time.process_time()
    to_html(piece * (60_000 // len(piece)), "markdown", "https://x.example/p")
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("价格5~10元，3~5天 and ~x~", "<p>价格5~10元，3~5天 and ~x~</p>"),
        ("~~gone 没了~~ 1~2", "<p><del>gone 没了</del> 1~2</p>"),
        ("`~a~` \\~b\\~", "<p><code>~a~</code> ~b~</p>"),
        (
            "[a](/~b/~c) https://e.org/~d/",
            '<p><a href="https://e.org/~b/~c">a</a> <a href="https://e.org/~d/">https://e.org/~d/</a></p>',
        ),
        ("~~~\n1~2\n~~~", "<pre><code>1~2\n</code></pre>"),
    ],
)
def test_a_single_tilde_strikes_nothing(body: str, expected: str) -> None:
    assert to_html(body, "markdown", "https://e.org/") == expected + "\n"
