"""Liquid in posts: the same text as Jekyll's, mark by mark."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from lxml import etree

from feedsvc.catalogue import Writer
from feedsvc.config.loading import load
from feedsvc.markup import text, to_html
from feedsvc.pipeline import rebuild
from tests.jekyll.beside import ATOM, NEEDS_JEKYLL, run_jekyll, typed

pytestmark = NEEDS_JEKYLL

CONFIG = """\
url: https://bay.example.org
baseurl: /blog
title: 港湾 Bay
timezone: Asia/Shanghai
plugins: [jekyll-feed]
feed: {posts_limit: 500}
motto: 潮 "in" & out
numbers: [3, 1, 2]
depth: 1.5
deep: {nested: {value: yes}}
"""
SNIPPETS = (
    "{{ site.url }}{{ site.baseurl }} {{ site.motto }} {{ site.depth | times: 2 }} {{ site.deep.nested.value }} {{ site.none }}",
    "{{ '/a b' | relative_url }} {{ 'a' | absolute_url }} {{ 'https://x.example.net/a' | relative_url }} {{ '' | absolute_url }}",
    "{{ page.title }} {{ page.url }} {{ page.id }} {{ page.slug }} {{ page.path }} {{ page.collection }} {{ page.custom }}",
    "{{ page.date }} {{ page.date | date: '%Y-%m-%d %-d %e %j %H:%M %I %p %b %B %a %A %y %s %z %%' }}",
    "{{ page.date | date_to_xmlschema }} {{ page.date | date_to_rfc822 }} {{ page.date | date_to_string }}",
    "{{ page.date | date_to_long_string: 'ordinal' }} {{ page.date | date_to_string: 'ordinal', 'US' }}",
    "{{ '2024-02-12' | date: '%d/%m' }} {{ 'rubbish' | date: '%d' }} {{ '2024-02-12 10:00 +0000' | date_to_xmlschema }}",
    "{{ page.categories | join: ',' }} {{ page.tags | join: ',' }} {{ page.tags.size }} {{ page.tags.first }} {{ page.tags | last }}",
    "{% for n in site.numbers %}{{ n }}{% unless forloop.last %},{% endunless %}{% endfor %}",
    "{% for n in site.numbers reversed limit: 2 offset: 1 %}{{ forloop.index }}:{{ n }} {% else %}none{% endfor %}",
    "{{ site.numbers | sort | join: '-' }} {{ site.numbers | reverse | first }} {{ site.numbers | size }}",
    "{% for i in (1..5) %}{% if i == 2 %}{% continue %}{% elsif i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for t in site.data.tides %}{{ t.at }}={{ t.n }};{% endfor %} {{ site.data.tides | map: 'at' | join: '+' }}",
    "{{ site.data.tides | where: 'n', 2 | map: 'at' | first }} {% assign g = site.data.tides | group_by: 'kind' %}{{ g[0].name }} {{ g.size }}",
    "{{ site.data.more.ports[1].name }} {{ site.data.table[0].a }} {{ site.data.table.size }}",
    "{% assign x = 'a,b,c' | split: ',' %}{{ x | join: ' ' }} {{ x[1] }} {{ x | array_to_sentence_string }} {{ x | jsonify }}",
    "{% capture c %}<b>{{ page.title }}</b>{% endcapture %}{{ c | strip_html | upcase }} {{ c | size }}",
    "{% case page.custom %}{% when 6 %}six{% when 7 %}seven{% else %}other{% endcase %}",
    "{% if page.flag and page.custom > 5 or false %}yes{% else %}no{% endif %} {% if page.none == nil %}nil{% endif %}",
    "{% if page.title contains 'it' %}has{% endif %} {% if page.tags contains 'two' %}tag{% endif %} {% unless page.flag %}x{% endunless %}",
    "{{ 'Ünï Cöde & Co' | slugify }} {{ 'A_b C.d' | slugify: 'pretty' }} {{ 'a/b c&d' | cgi_escape }} {{ '潮 a' | uri_escape }}",
    "{{ '<a href=\"x\">&' | xml_escape }} {{ '<b>' | escape }} {{ '&lt;' | escape_once }} {{ 'a  b   c' | normalize_whitespace }}",
    "{{ 'one two three' | number_of_words }} {{ '涨潮 is high' | number_of_words: 'cjk' }} {{ '涨潮 x' | number_of_words: 'auto' }}",
    "{{ '12abc' | to_integer }} {{ 7 | divided_by: 2 }} {{ 7.0 | divided_by: 2 }} {{ 7 | modulo: 4 }} {{ 1.256 | round: 2 }} {{ -3 | abs }}",
    "{{ 'abc' | slice: 1, 2 }} {{ 'a b c d' | truncatewords: 2 }} {{ 'abcdefgh' | truncate: 5 }} {{ 'x' | append: 'y' | prepend: 'w' }}",
    "{{ 'aXbX' | replace: 'X', '-' }} {{ 'aXbX' | replace_first: 'X', '' }} {{ 'aXb' | remove: 'X' }} {{ 'abc' | capitalize }} {{ nil | default: 'd' }}",
    "{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% cycle 'a', 'b' %} {% increment n %}{% increment n %} {{ true }} {{ false }} {{ 1.0 }} {{ 10 }}",
    "{% raw %}{{ raw }} {% nothing %}{% endraw %} {% comment %}gone {{ x }}{% endcomment %}.",
    "a {%- if true -%} b {%- endif -%} c {{- ' d ' -}} e",
    "{% include fig.html src='/a.png' alt=page.title %}{% include fig.html src=\"b's\" alt='' %}",
    "{% include {{ page.which }}.html src='c' alt=\"q\\\"q\" %} {% include sub/plain.txt %}",
    "{% highlight ruby %}\ndef a < b\n  {{ page.custom }}\nend\n{% endhighlight %}",
    "{% highlight python %}{% raw %}{{ x }}{% endraw %}{% endhighlight %}",
    "{% post_url 2024-01-01-first %} {% post_url sub/2024-01-02-second %} {% post_url 2024-01-03-third %} {% post_url tide/2024-01-03-third %}",
    "{% link _posts/2024-01-01-first.md %} {% link _posts/sub/2024-01-02-second.md %} {% link assets/a.txt %} {% link tide/_posts/2024-01-03-third.md %}",
    "{% assign p = '/x/index.html' %}{{ p | strip_index }} {{ 'a' | smartify }} {{ '*x*' | markdownify | strip_html | strip }}",
    "{{ site.numbers | push: 9 | join: '' }} {{ site.numbers | pop | join: '' }} {{ site.numbers | shift | join: '' }} {{ site.numbers | unshift: 0 | join: '' }}",
    "{% assign a = 1 %}{% for i in (1..3) %}{% assign a = a | times: 2 %}{% endfor %}{{ a }} {{ 'x,y' | split: ',' | concat: site.numbers | join: '' }}",
    "{% tablerow n in site.numbers cols: 2 %}{{ n }}{% endtablerow %}",
    "{{ jekyll.environment }} {{ page['title'] }} {{ site['url'] }} {{ site.data['tides'][0]['at'] }}",
)  # fmt: skip
FILES = {
    "_data/tides.yml": "- {n: 1, at: 早, kind: low}\n- {n: 2, at: 晚, kind: high}\n- {n: 3, at: 夜, kind: low}\n",
    "_data/more/ports.json": '[{"name": "A"}, {"name": "港"}]',
    "_data/table.csv": "a,b\n1,2\n3,4\n",
    "_includes/fig.html": '<i title="{{ include.alt }}">{{ include.src | relative_url }}|{{ include.alt }}|{{ include.none }}</i>',
    "_includes/sub/plain.txt": "plain {{ page.custom }}",
    "assets/a.txt": "x",
    "_posts/2024-01-01-first.md": "---\ntitle: f\n---\n",
    "_posts/sub/2024-01-02-second.md": "---\ntitle: s\npermalink: /二/\n---\n",
    "tide/_posts/2024-01-03-third.md": "---\ntitle: t\n---\n",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str]]:
    """The text of each snippet's post, by its title: Jekyll's, and ours."""
    folder = tmp_path_factory.mktemp("liquid")
    site = folder / "site"
    for name, content in (("_config.yml", CONFIG), *FILES.items()):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(content, "utf-8")
    for number, snippet in enumerate(SNIPPETS):
        front = f"title: it {number}\ndate: 2024-01-31 23:30:05 +0800\ncategories: [A, 乙]\ntags: [one, two]\ncustom: 7\nflag: true\nwhich: fig"
        (site / "_posts" / f"2024-01-31-s-{number:02}.html").write_text(
            f"---\n{front}\n---\n<div>{snippet}</div>\n", "utf-8"
        )
    run_jekyll(site)
    entries = etree.parse(site / "_site" / "feed.xml").getroot().findall("a:entry", ATOM)
    theirs = {entry.findtext("a:title", "", ATOM): shown(entry.findtext("a:content", "", ATOM)) for entry in entries}
    return theirs, ours(site, folder / "state")


def ours(site: Path, state: Path) -> dict[str, str]:
    settings = replace(load(site, state=state, environ={}, cwd=site, overrides={"feeds.limit": 500}), processes=1)
    writer = Writer(state, "site", time.time())
    try:
        rebuild(writer, settings, time.time() + 60)
        document = writer.document("/feed.json", writer.generation)
        assert document is not None
        return {item["title"]: shown(item.get("content_html", "")) for item in orjson.loads(document.body)["items"]}
    finally:
        writer.close()


def shown(html: str) -> str:
    """What readers see of it."""
    return "".join(typed(text(to_html(html, "html", "https://bay.example.org/"))).split())


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet_says_the_same(number: int, said: tuple[dict[str, str], dict[str, str]]) -> None:
    theirs, ours = said
    assert ours[f"it {number}"] == theirs[f"it {number}"]
