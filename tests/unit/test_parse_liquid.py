"""Marks of Liquid: links and code are filled in, all else stays as written, in time that grows with the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.model import Site
from feedsvc.parse.liquid import fill_in

SITE = Site("https://bay.example.org", baseurl="/海")
MARKS = [
    "{% raw %}",
    "{% endraw %}",
    "{% highlight c %}",
    "{% endhighlight %}",
    "{{",
    "}}",
    "{%",
    "%}",
    " x ",
    "文",
    "|",
    '"',
]


@pytest.mark.parametrize(
    ("body", "filled"),
    [
        ("{{ site.url }}{{site.baseurl}}/a", "https://bay.example.org/海/a"),
        ("{{ '/a' | relative_url }}", "/海/a"),
        ("{{- 'a.png' | absolute_url -}}", "https://bay.example.org/海/a.png"),
        ("{{ 'https://x.example.net/' | absolute_url }}", "https://x.example.net/"),
        ('{{ "/a" | prepend: site.baseurl | prepend: site.url }}', "https://bay.example.org/海/a"),
        ("a {% comment %} b {{ c }} {% endcomment %}d", "a d"),
        ("{% raw %}{{ site.url }} {% x %}{% endraw %}", "{{ site.url }} {% x %}"),
        (
            "{%- highlight c++ linenos -%}\n<&>\n{%- endhighlight -%}",
            '\n<pre><code class="language-c++">&lt;&amp;&gt;</code></pre>\n',
        ),
        ("{{ '' | relative_url }}", "/海"),
    ],
)  # fmt: skip
def test_what_needs_the_address_alone_is_filled_in(body: str, filled: str) -> None:
    assert fill_in(body, SITE) == (filled, -1)


@pytest.mark.parametrize(
    "mark",
    [
        "{{ page.title }}", "{{ site.url | upcase }}", "{% include a.html x='y' %}", "{% post_url 2024-01-02-x %}",
        "{% raw %}", "{% endhighlight %}", "{{ }}",
    ],
)  # fmt: skip
def test_what_needs_more_is_left_and_told(mark: str) -> None:
    assert fill_in(f"文 {mark} b {{{{ site.baseurl }}}}", SITE) == (f"文 {mark} b /海", 2)


@given(st.lists(st.sampled_from(MARKS), max_size=30).map("".join))
def test_any_text_is_read(body: str) -> None:
    filled, left = fill_in(body, SITE)
    assert left < len(body)
    if "{{" not in body and "{%" not in body:
        assert filled == body


@pytest.mark.parametrize(
    "piece", ["{{", "{% raw %}", "{%" + "a" * 600, "{{" + " " * 600, "{% raw ", "{{ '" + "|" * 400 + "}}"]
)
def test_hostile_marks_take_little_time(piece: str) -> None:
    started = time.process_time()
    fill_in(piece * (1_000_000 // len(piece)), SITE)
    assert time.process_time() - started < 3
