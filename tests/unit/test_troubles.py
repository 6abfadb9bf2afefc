"""The troubles that real folders hold, one by one: from the files to the documents that subscribers get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from lxml import etree

from feedsvc.builds import Report
from feedsvc.config.loading import load
from feedsvc.exceptions import ContentMissing
from feedsvc.service import Service

NOON = 1_900_000_000.0  # 2030-03-17T17:46:40Z, far from the machine's clock: no file looks as though being written
FIRST_SEEN = "2030-03-18T01:46:40+08:00"
SITE = "https://bay.example.org"
JEKYLL = f"title: 海湾\nurl: {SITE}\ntimezone: Asia/Shanghai\n"
PLAIN = f'[site]\nurl = "{SITE}"\ntitle = "海湾"\ntimezone = "Asia/Shanghai"\n'
ATOM = {"a": "http://www.w3.org/2005/Atom"}


class Trial:
    """A folder, and a service over it whose clock moves only when told."""

    def __init__(self, root: Path, state: Path, config: tuple[str, str]) -> None:
        self.root = root
        self.now = NOON
        root.mkdir()
        (root / config[0]).write_text(config[1], "utf-8")
        settings = replace(load(root, state=state, environ={}, cwd=root), processes=1)
        self.service = Service(settings, clock=lambda: self.now)

    def put(self, path: str, text: str | bytes) -> None:
        """Write a file."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def post(self, path: str, front: str, body: str = "正文 text.") -> None:
        """Write a post with front matter in YAML."""
        self.put(path, f"---\n{front}\n---\n{body}\n")

    def look(self) -> Report:
        """Rebuild, ten seconds later."""
        self.now += 10
        return self.service.rebuild(settle=False)

    def document(self, address: str) -> bytes:
        """The bytes at an address."""
        writer = self.service.open()
        found = writer.document(address, writer.generation)
        assert found is not None, f"nothing at {address}"
        return found.body

    def items(self, path: str = "/") -> list[dict[str, Any]]:
        """The entries of a feed, newest first; Atom's and RSS's are the same."""
        items: list[dict[str, Any]] = orjson.loads(self.document(f"{path}feed.json"))["items"]
        atom = etree.fromstring(self.document(f"{path}atom.xml"))
        rss = etree.fromstring(self.document(f"{path}rss.xml"))
        ids = [item["id"] for item in items]
        assert [entry.findtext("a:id", None, ATOM) for entry in atom.iterfind("a:entry", ATOM)] == ids
        assert [guid.text for guid in rss.iterfind("channel/item/guid")] == ids
        return items

    def only(self) -> dict[str, Any]:
        """The one entry there is."""
        (item,) = self.items()
        return item

    def problems(self) -> list[tuple[str, int, str]]:
        """Where to mend what."""
        return [(problem.path, problem.line, problem.code) for problem in self.service.problems()]


@pytest.fixture
def jekyll(tmp_path: Path) -> Iterator[Trial]:
    """A Jekyll site."""
    trial = Trial(tmp_path / "site", tmp_path / "state", ("_config.yml", JEKYLL))
    yield trial
    trial.service.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Trial]:
    """A plain folder."""
    trial = Trial(tmp_path / "notes", tmp_path / "state", ("feedsvc.toml", PLAIN))
    yield trial
    trial.service.close()


# ------------------------------------------------------------------ a Jekyll site's posts


def test_html_and_markdown_mix_and_every_link_is_absolute(jekyll: Trial) -> None:
    body = (
        "<p>渡轮<strong>停航</strong>，<a href='//img.example.net/a'>图</a></p>\n\n见 **公告** <https://port.example.net/x?a=1&b=2>\n\n"
        "[港口](../port/) ![码头](/a%20b.png) [国际](https://例え.jp/路)"
    )
    jekyll.post(
        "_posts/2024-06-02-NW01.md",
        'layout: post\ntitle: "渡轮停航"\ndate: 2024-06-02 17:33:04 +0800\ncategories: gangkou\ntags: 渡轮',
        body,
    )
    jekyll.look()
    item = jekyll.only()
    assert item["id"] == f"{SITE}/gangkou/2024/06/02/NW01"
    assert item["url"] == f"{SITE}/gangkou/2024/06/02/NW01.html"
    assert (item["title"], item["date_published"]) == ("渡轮停航", "2024-06-02T17:33:04+08:00")
    assert item["tags"] == ["gangkou", "渡轮"]
    html = item["content_html"]
    assert "<strong>公告</strong>" in html
    for link in (
        'href="https://img.example.net/a"',
        'href="https://port.example.net/x?a=1&amp;b=2"',
        f'href="{SITE}/gangkou/2024/06/port/"',
        f'src="{SITE}/a%20b.png"',
        'href="https://xn--r8jz45g.jp/%E8%B7%AF"',
    ):
        assert link in html
    assert not jekyll.problems()
    assert jekyll.items("/category/gangkou/") == jekyll.items("/tag/%E6%B8%A1%E8%BD%AE/") == [item]


def test_a_date_without_zone_is_utc_to_jekyll(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-12-01-init.md", "title: init\ndate: 2024-12-01 18:30:00")
    jekyll.look()
    item = jekyll.only()
    assert item["date_published"] == "2024-12-02T02:30:00+08:00"
    assert item["url"] == f"{SITE}/2024/12/02/init.html"


def test_a_copy_in_another_folder_is_the_same_entry(jekyll: Trial) -> None:
    jekyll.put("feedsvc.toml", '[content]\ninclude = ["old_post/*.md"]\n')
    for folder in ("_posts", "old_post"):
        jekyll.post(f"{folder}/2021-12-08-copied.md", "title: 副本\ndate: 2021-12-08 09:00:00 +0800")
    jekyll.look()
    assert jekyll.only()["id"] == f"{SITE}/2021/12/08/copied"


def test_an_old_folder_is_no_part_of_the_site_unless_included(jekyll: Trial) -> None:
    jekyll.post("old_post/2021-12-08-a.md", "title: a")
    jekyll.look()
    assert (jekyll.items(), jekyll.problems()) == ([], [])


def test_nothing_to_go_by_is_rescued_and_told(jekyll: Trial) -> None:
    body = (
        "<!-- draft --><p style='display:none'>secret</p><p style='color:red'>潮汐表更新。</p>\n"
        '<> <img src="//img.example.net/t.jpg">'
    )
    jekyll.post("_posts/-2024052611.md", 'title: ""\ndate:  +0800\ncategories: chaoxi', body)
    jekyll.look()
    item = jekyll.only()
    assert (item["title"], item["date_published"]) == ("潮汐表更新。 <>", FIRST_SEEN.replace(":40+", ":50+"))
    assert "secret" not in item["content_html"]
    assert "style" not in item["content_html"]
    assert 'src="https://img.example.net/t.jpg"' in item["content_html"]
    path = "_posts/-2024052611.md"
    assert sorted(jekyll.problems()) == [
        (path, 0, "name-undated"), (path, 2, "title-missing"), (path, 3, "date-unreadable"),
    ]  # fmt: skip
    jekyll.now += 86_400
    jekyll.post("_posts/-2024052611.md", 'title: ""\ndate:  +0800\ncategories: chaoxi', body + "\n更正。")
    jekyll.look()
    again = jekyll.only()
    assert (again["id"], again["date_published"]) == (item["id"], item["date_published"])


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ('title: "港务："加开"夜班 称\\客流或增"', '港务："加开"夜班 称\\客流或增'),
        ("title: 快讯: 风球: 八号", "快讯: 风球: 八号"),
        ("title： 全角冒号", "全角冒号"),
        ("title:No space", "No space"),
        ("title: @船长 100%", "@船长 100%"),
        ("title: 'It's here'", "It's here"),
        ("title: *重要* 通知", "*重要* 通知"),
    ],
)
def test_a_broken_title_is_the_title_as_written(jekyll: Trial, line: str, title: str) -> None:
    jekyll.post("_posts/2024-05-30-t.md", f"layout: post\n{line}\ncategories: One Two")
    jekyll.look()
    item = jekyll.only()
    assert (item["title"], item["tags"]) == (title, ["One", "Two"])
    assert jekyll.problems() == [("_posts/2024-05-30-t.md", 3, "line-rescued")]


def test_categories_that_differ_in_case_are_two_under_one_address(jekyll: Trial) -> None:
    for number, name in enumerate(("SeaWeb", "Seaweb")):
        jekyll.post(f"_posts/2024-05-30-c{number}.md", f"title: {name}\ncategories: {name}")
    jekyll.look()
    for number, name in enumerate(("SeaWeb", "Seaweb")):
        (item,) = jekyll.items(f"/category/{name}/")
        assert (item["title"], item["url"]) == (name, f"{SITE}/seaweb/2024/05/30/c{number}.html")


def test_terms_are_text_each_with_an_address(jekyll: Trial) -> None:
    jekyll.post(
        "_posts/2024-05-31-terms.md",
        "title: 1.10\ncategories: wan(qu)\ntags: [00700, no, 12:30, 1.10, C#, 晴/雨, ~]",
    )
    jekyll.look()
    item = jekyll.only()
    assert item["title"] == "1.10"
    assert item["tags"] == ["wan(qu)", "00700", "no", "12:30", "1.10", "C#", "晴/雨"]
    for path in (
        "/category/wan%28qu%29/", "/tag/00700/", "/tag/no/", "/tag/12%3A30/", "/tag/1.10/", "/tag/C%23/",
        "/tag/%E6%99%B4%2F%E9%9B%A8/",
    ):  # fmt: skip
        assert jekyll.items(path) == [item]


def test_html_is_made_safe(jekyll: Trial) -> None:
    body = (
        '<p onclick="x()">安全</p><script>alert(1)</script><iframe src="//v.example.net/1"></iframe>'
        '<a href="javascript:x()">点</a> `]]>` ]]&gt;<svg><path/></svg>'
    )
    jekyll.post("_posts/2024-05-31-safe.md", "title: <b>粗</b> & ]]>", body)
    jekyll.look()
    item = jekyll.only()
    html = item["content_html"]
    assert item["title"] == "<b>粗</b> & ]]>"
    assert "]]&gt;" in html
    assert '<a href="https://v.example.net/1">' in html
    assert not any(word in html for word in ("script", "onclick", "iframe", "alert", "svg"))


def test_bom_crlf_and_control_characters_are_no_trouble(jekyll: Trial) -> None:
    text = "---\r\ntitle: 窗口\x08\r\ncategories: win\r\n---\r\n第一行\x08\r\n第二行\x0b\r\n"
    jekyll.put("_posts/2024-05-31-win.md", text.encode("utf-8-sig"))
    jekyll.put("_posts/2024-05-30-twice.md", b"\xef\xbb\xbf" * 2 + b"---\ntitle: twice\n---\nx\n")
    jekyll.look()
    first, second = jekyll.items()
    assert (first["title"], first["tags"], first["content_html"]) == ("窗口", ["win"], "<p>第一行\n第二行</p>\n")
    assert second["title"] == "twice"
    assert not jekyll.problems()


@pytest.mark.parametrize(
    ("raw", "line", "code", "message"),
    [
        (b"", 0, "empty", "the file is empty"),
        (b"---\ntitle: a\ntext\n", 1, "open-fence", "never closed"),
        ("---\ntitle: 港口新闻\n---\n今日有风。\n".encode("gbk"), 2, "encoding", "GBK"),
        ("---\ntitle: 港口新聞\n---\n今日有風，請注意。\n".encode("big5"), 2, "encoding", "Big5"),
        ("---\ntitle: 港口\n---\n".encode("utf-16"), 0, "encoding", "UTF-16"),
        (b"---\ntitle: \x93Bay\x94\n---\nIt\x92s\n", 2, "encoding", "Windows-1252"),
        ("---\ntitle: 港口\n---\n今日".encode()[:-1], 4, "encoding", "ends too soon"),
        ("---\ntitle: 港口\n---\n".encode() + "今日有风".encode() * 9 + b"\xe4x\n", 4, "encoding", "damaged UTF-8"),
        (b"---\ntitle: a\ntags: [a\n---\nx\n", 4, "front-matter", "YAML"),
        (b"title: a\n---\nx\n", 1, "no-front-matter", "does not start with front matter"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_stays_out(
    jekyll: Trial, raw: bytes, line: int, code: str, message: str
) -> None:
    jekyll.put("_posts/2024-05-31-bad.md", raw)
    jekyll.post("_posts/2024-05-31-good.md", "title: good")
    jekyll.look()
    assert jekyll.only()["title"] == "good"
    (problem,) = jekyll.service.problems()
    assert (problem.path, problem.line, problem.code) == ("_posts/2024-05-31-bad.md", line, code)
    assert message in problem.message
    assert problem.hint


def test_a_post_that_turns_bad_keeps_its_last_good_version(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-05-31-a.md", "title: 好")
    jekyll.look()
    before = jekyll.document("/atom.xml")
    jekyll.put("_posts/2024-05-31-a.md", b"---\ntitle: \xc4\xe3\xba\xc3\xc4\xe3\xba\xc3\n---\n")
    jekyll.look()
    assert jekyll.document("/atom.xml") == before
    assert jekyll.problems() == [("_posts/2024-05-31-a.md", 2, "encoding")]


def test_what_is_not_to_be_published_is_in_no_feed(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-05-31-a.md", "title: a\npublished: false\ntags: hidden")
    jekyll.post("_posts/2099-01-01-b.md", "title: b\ntags: later")
    jekyll.post("_drafts/c.md", "title: c")
    jekyll.post("_posts/2024-05-31-d.md", "title: d\ndraft: true")
    jekyll.look()
    assert (jekyll.items(), jekyll.problems()) == ([], [])
    assert {facts.term.scheme for facts in jekyll.service.feeds()} == {"site"}


def test_a_future_post_appears_when_its_time_has_come(jekyll: Trial) -> None:
    jekyll.post("_posts/2030-03-18-b.md", "title: b\ndate: 2030-03-18 01:47:00 +0800")
    jekyll.look()
    assert jekyll.items() == []
    jekyll.look()
    assert jekyll.only()["date_published"] == "2030-03-18T01:47:00+08:00"


def test_the_same_bytes_written_again_change_nothing(jekyll: Trial) -> None:
    for number in range(3):
        jekyll.post(f"_posts/2024-05-31-a{number}.md", f"title: 第{number}\ntags: 海")
    jekyll.look()
    before, generation = jekyll.document("/rss.xml"), jekyll.service.open().generation
    for number in range(3):
        jekyll.post(f"_posts/2024-05-31-a{number}.md", f"title: 第{number}\ntags: 海")
    assert not jekyll.look().did_something
    assert (jekyll.document("/rss.xml"), jekyll.service.open().generation) == (before, generation)


def test_a_moved_file_is_the_same_entry(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-05-31-a.md", "title: 搬家\ndate: 2024-05-31 08:00:00 +0900")
    jekyll.look()
    before = jekyll.only()
    (jekyll.root / "gang" / "_posts").mkdir(parents=True)
    (jekyll.root / "_posts/2024-05-31-a.md").rename(jekyll.root / "gang/_posts/2024-05-31-a.md")
    jekyll.look()
    jekyll.look()
    after = jekyll.only()
    assert (after["id"], after["date_published"]) == (before["id"], "2024-05-31T08:00:00+09:00")
    assert (after["url"], after["tags"]) == (f"{SITE}/gang/2024/05/31/a.html", ["gang"])


def test_a_change_that_does_not_say_when_is_dated_when_it_was_noticed(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-05-31-a.md", "title: 一")
    jekyll.look()
    assert jekyll.only()["date_modified"] == "2024-05-31T00:00:00+08:00"
    jekyll.post("_posts/2024-05-31-a.md", "title: 一", "更正 corrected.")
    jekyll.look()
    assert jekyll.only()["date_modified"] == "2030-03-18T01:47:00+08:00"
    jekyll.post("_posts/2024-05-31-a.md", "title: 一\nlast_modified_at: 2024-06-01 10:00:00 +0800", "再更正.")
    jekyll.look()
    assert jekyll.only()["date_modified"] == "2024-06-01T10:00:00+08:00"


def test_an_id_of_its_own_wins(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-05-31-a.md", "title: a\nguid: urn:x-bay:港:1")
    jekyll.post("_posts/2024-05-30-b.md", "title: b\nid: just-b\npermalink: /own/:title/")
    jekyll.look()
    assert [item["id"] for item in jekyll.items()] == ["urn:x-bay:%E6%B8%AF:1", f"{SITE}/own/b"]
    assert jekyll.problems() == [("_posts/2024-05-30-b.md", 3, "guid-relative")]


def test_ideographic_spaces_belong_to_a_name(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-05-31-a.md", "title: a\ncategories: 港\u3000口 海\u00a0湾\ntags: caf\u0065\u0301")
    jekyll.look()
    assert jekyll.only()["tags"] == ["港\u3000口", "海\u00a0湾", "caf\u00e9"]


def test_a_folder_that_lost_all_its_posts_is_no_mass_deletion(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-05-31-a.md", "title: a")
    jekyll.look()
    (jekyll.root / "_posts/2024-05-31-a.md").unlink()
    with pytest.raises(ContentMissing):
        jekyll.look()
    assert jekyll.only()["title"] == "a"


# ------------------------------------------------------------------ faults found in folders of strangers


def test_a_post_without_front_matter_is_one_as_jekyll_has_it(jekyll: Trial) -> None:
    jekyll.put("_posts/2024-01-02-no-front.md", "只有正文 only text.\n")
    jekyll.put("_posts/README.md", "How to write here.\n")
    jekyll.look()
    item = jekyll.only()
    assert (item["title"], item["id"]) == ("No Front", f"{SITE}/2024/01/02/no-front")
    assert jekyll.problems() == [
        ("_posts/2024-01-02-no-front.md", 1, "no-front-matter"), ("_posts/README.md", 1, "no-front-matter"),
    ]  # fmt: skip


def test_a_file_name_that_is_no_utf8_does_not_stop_the_rest(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-01-02-good.md", "title: good")
    jekyll.post("_posts/2024-01-02-" + b"\xd6\xd0".decode("utf-8", "surrogateescape") + ".md", "title: bad")
    jekyll.look()
    assert jekyll.only()["title"] == "good"


def test_a_day_that_is_none_in_a_file_name_is_told(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-13-45-x.md", "title: x")
    jekyll.look()
    assert jekyll.only()["date_published"] == FIRST_SEEN.replace(":40+", ":50+")
    assert jekyll.problems() == [("_posts/2024-13-45-x.md", 0, "date-unreadable")]


def test_commas_in_a_text_of_tags_are_told(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-01-02-x.md", "title: x\ntags: sea, ships")
    jekyll.look()
    assert jekyll.only()["tags"] == ["sea,", "ships"]
    assert jekyll.problems() == [("_posts/2024-01-02-x.md", 3, "term-comma")]


def test_tags_with_signs_in_a_list_are_read_as_meant(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-01-02-x.md", "title: x\ntags: [#海, @船, `code`]")
    jekyll.look()
    assert jekyll.only()["tags"] == ["#海", "@船", "`code`"]
    assert jekyll.problems() == [("_posts/2024-01-02-x.md", 3, "line-rescued")]


def test_templates_in_a_post_are_told(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-01-02-x.md", "title: x", "first\n\nsee {% include a.html %} {% raw %}{% x %}{% endraw %}")
    jekyll.look()
    assert "<p>see  {% x %}</p>" in jekyll.only()["content_html"]
    assert jekyll.problems() == [("_posts/2024-01-02-x.md", 6, "liquid")]


def test_templates_of_links_and_code_are_filled_in(jekyll: Trial) -> None:
    body = (
        "[a]({{ site.baseurl }}/a) ![b]({{ site.url }}/b.png) [c]({{ '/c/' | relative_url }})\n"
        '[d]({{ "d" | absolute_url }}) [e]({{ "/e" | prepend: site.baseurl }}) {% comment %}x{% endcomment %}\n\n'
        '{% highlight ruby linenos %}\nputs "a < b"\n\n# {% raw %}{{ c }}{% endraw %}\n{% endhighlight %}\n'
    )
    jekyll.post("_posts/2024-01-02-x.md", "title: x", body)
    jekyll.look()
    html = jekyll.only()["content_html"]
    for link in ('href="{}/a"', 'src="{}/b.png"', 'href="{}/c/"', 'href="{}/d"', 'href="{}/e"'):
        assert link.format(SITE) in html
    assert '<pre><code class="language-ruby">puts "a &lt; b"\n\n# {{ c }}</code></pre>' in html
    assert not jekyll.problems()


def test_two_posts_with_one_address_are_both_kept(jekyll: Trial) -> None:
    jekyll.post("_posts/2024-01-02-x.html", "title: one", "<p>一</p>")
    jekyll.post("_posts/2024-01-02-x.md", "title: two", "二")
    jekyll.look()
    assert {item["title"]: item["id"] for item in jekyll.items()} == {
        "one": f"{SITE}/2024/01/02/x", "two": f"{SITE}/2024/01/02/x-2",
    }  # fmt: skip
    assert jekyll.problems() == [("_posts/2024-01-02-x.md", 1, "same-url")]


# ------------------------------------------------------------------ plain folders


def test_front_matter_in_every_language(plain: Trial) -> None:
    plain.put("a.md", "---\ntitle: 一\ndate: 2024-01-04\n---\nx")
    plain.put("b.md", '+++\ntitle = "二"\ndate = 2024-01-03T08:00:00+09:00\ntags = ["Go", 7]\n+++\nx')
    plain.put("c.md", '{"title": "三", "date": "2024-01-02", "tags": [1.50, true]}\nx')
    plain.put("d.md", '---json\n{"title": "四", "date": "2024-01-01"}\n---\nx')
    plain.put("e.md", '---toml\ntitle = "五"\ndate = 2023-01-01\n---\nx')
    plain.put("f.md", '---js\n{title: "六"}\n---\nx')
    plain.put("README.md", "# no front matter\n")
    plain.look()
    found = [(item["title"], item["date_published"], item.get("tags", [])) for item in plain.items()]
    assert found == [
        ("一", "2024-01-04T00:00:00+08:00", []),
        ("二", "2024-01-03T08:00:00+09:00", ["Go", "7"]),
        ("三", "2024-01-02T00:00:00+08:00", ["1.50", "true"]),
        ("四", "2024-01-01T00:00:00+08:00", []),
        ("五", "2023-01-01T00:00:00+08:00", []),
    ]
    assert plain.problems() == [("f.md", 1, "front-matter")]


def test_a_zola_post_keeps_its_taxonomies_and_its_names_date(plain: Trial) -> None:
    front = '+++\ntitle = "Z"\nupdated = 2024-05-03\n[taxonomies]\ntags = ["rust"]\ncategories = ["编程"]\n+++\n'
    plain.put("2024-05-01_hello.md", front + "x")
    plain.put("2024-05-02-bundle/index.md", front.replace("Z", "B") + "![i](i.png)")
    plain.look()
    bundle, single = plain.items()
    assert (single["date_published"], single["date_modified"]) == (
        "2024-05-01T00:00:00+08:00", "2024-05-03T00:00:00+08:00",
    )  # fmt: skip
    assert single["tags"] == bundle["tags"] == ["编程", "rust"]
    assert bundle["date_published"] == "2024-05-02T00:00:00+08:00"
    assert f'src="{SITE}/2024-05-02-bundle/i.png"' in bundle["content_html"]
    assert not plain.problems()


def test_a_days_note_has_the_date_of_its_name_and_the_title_of_its_heading(plain: Trial) -> None:
    plain.post("Daily/2024-01-05.md", "tags: [日记]", "# 星期五 Friday\n\nmore text")
    plain.look()
    item = plain.only()
    assert (item["title"], item["date_published"]) == ("星期五 Friday", "2024-01-05T00:00:00+08:00")
    assert plain.problems() == [("Daily/2024-01-05.md", 1, "title-missing")]


def test_a_note_that_is_not_for_publishing_stays_out(plain: Trial) -> None:
    plain.post("a.md", "title: a\npublish: false")
    plain.post("b.md", "title: b\ndraft: true")
    for folder in ("_includes", "_layouts", "_data", ".obsidian", "node_modules/x"):
        plain.post(f"{folder}/c.md", "title: c")
    for name in ("d.md~", ".d.md.swp", "#d.md#", ".#d.md", "d.md.bak", ".DS_Store", "_index.md"):
        plain.post(name, "title: d")
    plain.look()
    assert (plain.items(), plain.problems()) == ([], [])


def test_a_template_for_an_address_is_told(plain: Trial) -> None:
    plain.post("a.md", "title: a\ndate: 2024-01-02\npermalink: /x/{{ title }}/")
    plain.post("b.md", "title: b\ndate: 2024-01-01\npermalink: false")
    plain.look()
    assert [item["url"] for item in plain.items()] == [f"{SITE}/a/", f"{SITE}/b/"]
    assert plain.problems() == [("a.md", 4, "permalink")]


def test_a_change_before_the_first_look_is_no_mistake_of_an_undated_post(plain: Trial) -> None:
    plain.post("a.md", "title: a\nupdated: 2024-01-02")
    plain.look()
    assert plain.problems() == [("a.md", 0, "date-missing")]


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("a b/50% #1?&+.md", "/a%20b/50%25%20%231%3F&+/"),
        ("新闻/😀.MD", "/%E6%96%B0%E9%97%BB/%F0%9F%98%80/"),
        ("Full.html", "/Full.html"),
        ("bundle/index.md", "/bundle/"),
    ],
)
def test_any_name_has_an_address(plain: Trial, path: str, url: str) -> None:
    plain.post(path, "title: t\ndate: 2024-01-02")
    plain.look()
    assert (plain.only()["url"], plain.problems()) == (SITE + url, [])


def test_a_whole_html_document_gives_what_its_body_shows(plain: Trial) -> None:
    page = (
        "<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head>"
        '<body onload="x()"><h1>海</h1><p>湾<img src="i.png"></p></body></html>'
    )
    plain.post("a/page.html", "title: t\ndate: 2024-01-02", page)
    plain.look()
    assert plain.only()["content_html"] == f'<h1>海</h1><p>湾<img src="{SITE}/a/i.png"></p>\n'


def test_links_lead_nowhere_out_of_the_folder(plain: Trial, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("---\ntitle: secret\n---\nx")
    plain.post("in.md", "title: in\ndate: 2024-01-02")
    (plain.root / "out.md").symlink_to(outside / "secret.md")
    (plain.root / "folder").symlink_to(outside)
    (plain.root / "round").symlink_to(plain.root)
    (plain.root / "nothing.md").symlink_to("gone.md")
    plain.look()
    assert plain.only()["title"] == "in"


def test_a_file_too_large_is_told(plain: Trial) -> None:
    plain.put("a.md", "---\ntitle: a\n---\n" + "x" * 4_000_001)
    plain.look()
    assert plain.problems() == [("a.md", 0, "too-large")]
