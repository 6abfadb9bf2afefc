"""Liquid in posts: rendered as Jekyll does, within limits; what cannot be is left out and told."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.markup import reference
from feedsvc.parse import parse
from feedsvc.parse.liquid import Given, render
from feedsvc.rules import ContentRules, Site, Templates

SITE = Site("https://bay.example.org", baseurl="/海", title="港湾 Bay", timezone="Asia/Shanghai")
TEMPLATES = Templates(
    (
        ("fig.html", '<img src="{{ include.src | relative_url }}" alt="{{ include.alt }}">'),
        ("sub/note.md", "**{{ include.text | default: 'none' }}**"),
        ("twice.html", "{% include twice.html %}{% include twice.html %}"),
        ("once.html", "<{% include once.html %}>"),
        ("bad.html", "a{{ site.posts }}b{% nothing %}c"),
    ),
    '{"data": {"tides": [{"n": 1, "at": "早"}, {"n": 2, "at": "晚"}]}, "motto": "潮", "collections": {"notes": {}}}',
)
PAGE = {
    "title": "涨潮",
    "date": datetime(2024, 1, 31, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
    "n": 3,
    "kind": "note",
    "tags": ["a", "b"],
}
GIVEN = Given(SITE, TEMPLATES, PAGE, ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{{ site.url }}{{site.baseurl}}/a", "https://bay.example.org/海/a"),
        ("{{ '/a b' | relative_url }}", "/%E6%B5%B7/a%20b"),
        ("{{- 'a.png' | absolute_url -}}", "https://bay.example.org/%E6%B5%B7/a.png"),
        ("{{ 'https://x.example.net/' | absolute_url }}", "https://x.example.net/"),
        ('{{ "/a" | prepend: site.baseurl | prepend: site.url }}', "https://bay.example.org/海/a"),
        ("{{ '' | relative_url }}", "/%E6%B5%B7"),
        ("a {% comment %} b {{ c }} {% if %} {% endcomment %}d", "a d"),
        ("{% raw %}{{ site.url }} {% x %}{% endraw %}", "{{ site.url }} {% x %}"),
        ("a {%- raw -%} b {%- endraw -%} c", "abc"),
        ("{{ page.title }} {{ page.tags | join: '、' }} {{ page.n | plus: 1 }} {{ page.none }}.", "涨潮 a、b 4 ."),
        ("{{ site.motto }} {{ site.title }}", "潮 港湾 Bay"),
        ("{% for t in site.data.tides %}{{ forloop.index }}{{ t.at }} {% endfor %}", "1早 2晚 "),
        ("{% assign x = 'a' %}{% if x == 'a' and page.n > 2 %}yes{% else %}no{% endif %}", "yes"),
        ("{% case page.n %}{% when 3 %}three{% endcase %}{% unless page.none %}!{% endunless %}", "three!"),
        ("{% capture c %}a{{ page.n }}{% endcapture %}{{ c | upcase }}", "A3"),
        ("{{ page.date }}", "2024-01-31 23:30:00 +0800"),
        ("{{ page.date | date: '%Y年%-m月%e日 %^a %j' }}", "2024年1月31日 WED 031"),
        ("{{ page.date | date_to_xmlschema }}", "2024-01-31T23:30:00+08:00"),
        ("{{ page.date | date_to_rfc822 }}", "Wed, 31 Jan 2024 23:30:00 +0800"),
        ("{{ page.date | date_to_string: 'ordinal', 'US' }}", "Jan 31st, 2024"),
        ("{{ '2024-02-12' | date_to_long_string: 'ordinal' }}", "12th February 2024"),
        ("{{ 'nonsense' | date: '%Y' }}", "nonsense"),
        ("{{ '港口 Tides & Co' | slugify }} {{ 'a/b c' | cgi_escape }}", "港口-tides-co a%2Fb+c"),
        ("{{ '<a href=\"x\">' | xml_escape }}", "&lt;a href=&quot;x&quot;&gt;"),
        ("{{ '涨潮 is high' | number_of_words: 'auto' }}", "4"),
        ("{{ site.data.tides | where: 'n', 2 | map: 'at' | array_to_sentence_string }}", "晚"),
        ("{{ site.data.tides | sort: 'at' | jsonify }}", '[{"n":1,"at":"早"},{"n":2,"at":"晚"}]'),
        ("{{ site.data.tides | group_by: 'at' | size }} {{ '3.7' | to_integer }}", "2 3"),
        ("{% include fig.html src='/a.png' alt=page.title %}", '<img src="/%E6%B5%B7/a.png" alt="涨潮">'),
        ("{% include sub/note.md %}{% include sub/{{ page.kind }}.md text=\"a 'b'\" %}", "**none****a 'b'**"),
        ("{% link assets/a.pdf %}", "/海/assets/a.pdf"),
        ("{{ now }}{{ today }}", ""),
        (
            "{%- highlight C++ linenos -%}\n<&>\n{%- endhighlight -%}",
            '\n<pre><code class="language-c++">&lt;&amp;&gt;</code></pre>\n',
        ),
    ],
)  # fmt: skip
def test_it_is_rendered(body: str, text: str) -> None:
    made = render(body, GIVEN)
    assert (made.body, made.faults) == (text, ())


@pytest.mark.parametrize(
    ("mark", "why"),
    [
        ("{{ site.time }}", "site.time is not known here"),
        ("{{ 'now' | date: '%Y' }}", "another moment each time"),
        ("{{ page.next.url }}", "page.next is not known here"),
        ("{% for p in site.posts %}<b>{{ p.title }}</b>{% endfor %}", "site.posts is not known here"),
        ("{% for p in site.notes %}x{% endfor %}", "site.notes is not known here"),
        ("{{ secrets.TOKEN }}", "'secrets' names nothing"),
        ("{{ page.title | sample }}", "chance"),
        ("{{ page.title | nofilter }}", "unknown filter 'nofilter'"),
        ("{% gist 12 %}", "unexpected tag 'gist'"),
        ("{% include_relative a.md %}", "unexpected tag"),
        ("{% include no.html %}", "there is no 'no.html' in _includes"),
        ("{% include ../secret %}", "cannot be an include"),
        ("{% include /etc/passwd %}", "there is no '/etc/passwd'"),
        ("{% include fig.html src= %}", "are no parameters"),
        ("{% post_url nothing %}", "is not the name of a post"),
        ("{% if %}<b>{% endif %}", "missing expression"),
        ("{{ }}", "expected a primitive expression"),
        ("{% %}", "names no tag"),
    ],
)
def test_what_cannot_be_rendered_is_left_out_and_told_where_it_stands(mark: str, why: str) -> None:
    made = render(f"文\n\n{mark} b {{{{ site.baseurl }}}}", GIVEN)
    assert made.body == "文\n\n b /海"
    (fault,) = made.faults
    assert why in fault.message
    assert fault.place >= 3


def test_an_output_that_fails_is_left_out_alone() -> None:
    made = render("{% if true %}<p>a{{ site.time }}b</p>{% endif %}", GIVEN)
    assert made.body == "<p>ab</p>"


def test_a_block_that_fails_leaves_no_half_of_it() -> None:
    made = render("x{% if true %}<p>{% for a in site.posts %}{% endfor %}</p>{% endif %}y", GIVEN)
    assert made.body == "xy"


def test_what_fails_in_an_include_is_told_at_its_tag() -> None:
    made = render("\n\n{% include bad.html %}", GIVEN)
    assert made.body == "\n\nabc"
    assert [fault.place for fault in made.faults] == [2, 2]


def test_an_include_of_itself_ends() -> None:
    assert render("{% include once.html %}", GIVEN).body == "<" * 20 + ">" * 20


@pytest.mark.parametrize(
    ("body", "place", "why"),
    [
        ("a {% if true %} {% endif %} {% if true %} b {{ site.url }}", 28, "if is never closed"),
        ("a\n{% highlight c %}\nb", 2, "highlight is never closed"),
    ],
)
def test_a_block_that_never_ends_takes_nothing_along(body: str, place: int, why: str) -> None:
    made = render(body, GIVEN)
    assert made.body == body
    assert [fault.place for fault in made.faults] == [place]
    assert why in made.faults[0].message


@pytest.mark.parametrize(
    ("body", "text", "count"),
    [
        ("a {{ b", "a {{ b", 1),
        ("a {% b {{ site.motto }}", "a {% b 潮", 1),
        ("{% raw %} a", " a", 1),
        ("{% endraw %}a", "a", 1),
        ("}} %} { % {a}", "}} %} { % {a}", 0),
    ],
)
def test_marks_that_never_end_are_text(body: str, text: str, count: int) -> None:
    made = render(body, GIVEN)
    assert (made.body, len(made.faults)) == (text, count)


def test_other_posts_are_referred_to_once_each() -> None:
    body = "{% post_url 2024-01-01-a %}\n{% link _posts/2024-01-02-b.md %} {% post_url 2024-01-01-a %} {{ site.url }}"
    made = render(body, GIVEN)
    assert made.body == f"{reference(0)}\n{reference(1)} {reference(0)} https://bay.example.org"
    assert made.refers == (("post_url", "2024-01-01-a", 0), ("link", "_posts/2024-01-02-b.md", 28))


def test_absolute_addresses_of_other_posts_hold_the_base_once() -> None:
    made = render(
        "{% capture a %}{% post_url 2024-01-01-a %}{% endcapture %}{{ a | absolute_url }} {{ a | relative_url }}", GIVEN
    )
    assert made.body == f"https://bay.example.org{reference(0)} {reference(0)}"


# -- limits ---------------------------------------------------------------------------------------------------

GREEDY = [
    "{% for i in (1..100000000) %}x{% endfor %}",
    "{% for i in (1..1000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}",
    "{% for i in (1..99) %}" * 6 + "x" + "{% endfor %}" * 6,
    "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * 60 + "{{ x }}",
    "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | replace: 'a', x %}" * 9 + "{{ x }}",
    "{% assign x = 99999 %}" + "{% assign x = x | times: x %}" * 60 + "{{ x }}",
    "{{ (1..1000000000) | join: '' }}",
    "{% assign x = (1..100000) | join: ',' | split: ',' %}" + "{% assign x = x | concat: x %}" * 30,
    "{% include twice.html %}",
    "{% for i in (1..9000) %}{% include fig.html %}{% endfor %}",
    "{% if true %}" * 200 + "x" + "{% endif %}" * 200,
    "{{ 'a' " + "| append: 'aaaaaaaa' " * 240 + "}}" * 6_000,
    "{% if " + "true and " * 500 + "true %}x{% endif %}",
    "{{ a" + "[a" * 800 + "]" * 800 + " }}",
]


@pytest.mark.parametrize("body", GREEDY, ids=range(len(GREEDY)))
def test_greed_ends_soon_and_shows_what_was_written_or_nothing(body: str) -> None:
    started = time.process_time()
    made = render(body, GIVEN)
    assert time.process_time() - started < 3
    assert made.faults or len(made.body) < 1_000


@pytest.mark.parametrize(
    "piece",
    ["{{", "{% raw %}", "{%" + "a" * 600, "{{" + " " * 600, "{% raw ", "{{ '" + "|" * 400 + "}}", "{% comment %}", "{%-",
     "{{ a | b: '", "{{ 'a' " + "| append: 'aaaa' " * 250 + "}}", "{% assign x = " + "a.b." * 1_000 + "c %}",
     "{% if " + "a == b or " * 400 + "c %}{% endif %}","{% highlight c %}", "{{ \"" + "\\" * 300, "{% include a b='" + "\\'" * 200 + " %}"],
)  # fmt: skip
def test_hostile_marks_take_little_time(piece: str) -> None:
    started = time.process_time()
    for size in (100_000, 1_000_000, 4_000_000):
        render(piece * (size // len(piece)), GIVEN)
    assert time.process_time() - started < 4


MARKS = [
    "{% raw %}", "{% endraw %}", "{% highlight c %}", "{% endhighlight %}", "{{", "}}", "{%", "%}", " x ", "文", "|", '"', "'",
    "{% if page.n %}", "{% else %}", "{% endif %}", "{% for i in page.tags %}", "{% endfor %}", "{{ i | upcase }}", "{% break %}",
    "{% include fig.html %}", "{% include", " a=b", "{{ page.date | date: ", "{% assign x = ", "{% post_url 2024-01-01-x %}",
    "{% case 1 %}", "{% when 1 %}", "{% endcase %}", "{% cycle 'a', 'b' %}", "{% tablerow i in page.tags %}", "{% endtablerow %}",
    "{% capture c %}", "{% endcapture %}", "{% liquid", "{% echo 'a' %}", "{% increment n %}", "-", ":", ",", "[0]", "..", "(1..3)",
]  # fmt: skip


@given(st.lists(st.sampled_from(MARKS), max_size=25).map("".join))
def test_any_text_is_rendered_and_twice_alike(body: str) -> None:
    made = render(body, GIVEN)
    assert made == render(body, GIVEN)
    assert all(0 <= fault.place <= len(body) for fault in made.faults)


# -- in a post ------------------------------------------------------------------------------------------------


def test_problems_name_the_line_and_the_mark() -> None:
    raw = "---\ntitle: 题\ndate: 2024-01-31\n---\n\na\n{% gist 1 %}\n{{ page.title }} {{ page.url }} {{ page.categories[0] }}\n"
    parsed = parse(
        raw.encode(), "潮/_posts/2024-01-31-x.md", ContentRules(layout="jekyll"), SITE, datetime(2024, 1, 1, tzinfo=UTC)
    )
    assert parsed.post is not None
    assert parsed.templated
    assert parsed.post.body == "a\n\n题 /%E6%BD%AE/2024/01/31/x.html 潮\n"
    (problem,) = parsed.problems
    assert (problem.line, problem.code) == (7, "liquid")
    assert problem.message.startswith("'{% gist 1 %}': ")


@pytest.mark.parametrize("front", ["render_with_liquid: false", "title: x"])
def test_what_is_not_to_be_rendered_is_not(front: str) -> None:
    rules = ContentRules(layout="plain" if front == "title: x" else "jekyll")
    parsed = parse(
        f"---\n{front}\n---\n{{{{ a }}}}\n".encode(),
        "_posts/2024-01-31-x.md",
        rules,
        SITE,
        datetime(2024, 1, 1, tzinfo=UTC),
    )
    assert parsed.post is not None
    assert (parsed.post.body, parsed.templated) == ("{{ a }}\n", False)


def test_posts_without_any_do_not_load_it() -> None:
    code = (
        "import sys; from datetime import datetime, UTC\n"
        "from feedsvc.rules import ContentRules, Site\nfrom feedsvc.parse import parse\n"
        "parse(b'---\\ntitle: x\\n---\\n{ a } % b', '_posts/2024-01-01-x.md', ContentRules(layout='jekyll'),"
        " Site('https://a.example.org'), datetime(2024, 1, 1, tzinfo=UTC))\n"
        "sys.exit('liquid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
