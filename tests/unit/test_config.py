"""The configuration: which layer wins, what values mean, what an error says, and what Jekyll's file becomes."""

from __future__ import annotations

import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.config import KEYS, TABLE, Settings, changed
from feedsvc.config.apple import category
from feedsvc.config.loading import load, reread
from feedsvc.config.reference import rewritten
from feedsvc.config.values import baseurl, duration, feeds, language, listing, size, url, zone
from feedsvc.exceptions import ConfigError
from feedsvc.model import Person
from feedsvc.rules import Default
from feedsvc.scan import any_post, exists

ROOT = Path(__file__).parents[2]


def read(
    content: Path, *, environ: dict[str, str] | None = None, toml: str = "", yml: str | None = None, **overrides: object
) -> Settings:
    """The settings of a folder with these files; ``site__url`` overrides site.url."""
    content.mkdir(exist_ok=True)
    if toml:
        (content / "feedsvc.toml").write_text(toml, encoding="utf-8")
    if yml is not None:
        (content / "_config.yml").write_text(yml, encoding="utf-8")
    named = {key.replace("__", "."): value for key, value in overrides.items()}
    return load(content, overrides=named, environ=environ or {}, cwd=content)


def complaint(content: Path, **layers: object) -> str:
    """The one line that says what is wrong."""
    with pytest.raises(ConfigError) as caught:
        read(content, **layers)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


# -- layers ---------------------------------------------------------------------------------------------------


def test_the_first_layer_that_has_a_setting_wins(tmp_path: Path) -> None:
    yml, toml = "feed:\n  posts_limit: 1\n", "[feeds]\nlimit = 2\n"
    environ = {"FEEDSVC_FEEDS_LIMIT": "3"}
    assert read(tmp_path / "a").feeds.limit == 20
    assert read(tmp_path / "b", yml=yml).feeds.limit == 1
    assert read(tmp_path / "c", yml=yml, toml=toml).feeds.limit == 2
    assert read(tmp_path / "d", yml=yml, toml=toml, environ=environ).feeds.limit == 3
    assert read(tmp_path / "e", yml=yml, toml=toml, environ=environ, feeds__limit="4").feeds.limit == 4


def test_an_author_is_taken_whole_from_one_layer(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        yml="author:\n  name: 站长\n  email: old@example.org\n",
        toml='[site]\nauthor = { name = "编辑部 Desk" }\n',
    )
    assert settings.site.authors == (Person("编辑部 Desk"),)


def test_jekylls_include_and_exclude_add_to_the_settings(tmp_path: Path) -> None:
    rules = read(
        tmp_path,
        yml="include: [_归档]\nexclude: [草稿, Gemfile]\n",
        toml='[content]\ninclude = ["old_post/*.md"]\n',
    ).rules
    assert rules.include == ("old_post/*.md", "_归档")
    assert rules.exclude == ("草稿", "Gemfile")


def test_none_and_empty_variables_count_as_not_given(tmp_path: Path) -> None:
    settings = read(tmp_path, toml='[site]\ntitle = "新闻"\n', environ={"FEEDSVC_SITE_TITLE": ""}, site__title=None)
    assert settings.site.title == "新闻"


def test_the_configuration_file_is_the_one_named_else_contents_else_the_working_folders(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    for folder, limit in ((tmp_path, 1), (content, 2)):
        (folder / "feedsvc.toml").write_text(f"feeds.limit = {limit}\n")
    (tmp_path / "other.toml").write_text("feeds.limit = 3\n")

    def chosen(config: Path | None = None, **environ: str) -> int:
        return load(content, config=config, environ=environ, cwd=tmp_path).feeds.limit

    assert chosen(Path("other.toml")) == 3
    assert chosen(FEEDSVC_CONFIG="other.toml") == 3
    assert chosen() == 2
    (content / "feedsvc.toml").unlink()
    assert chosen() == 1
    with pytest.raises(ConfigError, match=r"missing\.toml: no such configuration file"):
        chosen(Path("missing.toml"))


def test_content_and_state_come_from_arguments_else_the_environment(tmp_path: Path) -> None:
    environ = {"FEEDSVC_CONTENT": "site", "FEEDSVC_STATE": "state"}
    assert load(environ={}, cwd=tmp_path).content == tmp_path / "content"
    assert load(environ={}, cwd=tmp_path).state == tmp_path / "content" / ".feedsvc"
    assert load(environ=environ, cwd=tmp_path).content == tmp_path / "site"
    assert load(environ=environ, cwd=tmp_path).state == tmp_path / "state"
    assert load(Path("x/../y"), state=Path("s"), environ=environ, cwd=tmp_path).content == tmp_path / "y"


def test_a_symlinked_content_stays_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "release-1").mkdir()
    (tmp_path / "current").symlink_to("release-1")
    assert load(Path("current"), environ={}, cwd=tmp_path).content == tmp_path / "current"


def test_state_behind_a_link_that_is_switched(tmp_path: Path) -> None:
    for release in ("release-1", "release-2"):
        (tmp_path / release).mkdir()
    link = tmp_path / "current"
    link.symlink_to("release-1")
    settings = load(link, environ={}, cwd=tmp_path)
    assert settings.state == tmp_path / ".current.feedsvc"
    link.unlink()
    link.symlink_to("release-2")
    assert reread(settings).state == settings.state
    assert load(link, state=Path("s"), environ={}, cwd=tmp_path).state == tmp_path / "s"
    assert load(link, environ={"FEEDSVC_STATE": "t"}, cwd=tmp_path).state == tmp_path / "t"


def test_state_stays_where_it_is_when_the_folder_becomes_a_link(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    settings = load(content, environ={}, cwd=tmp_path)
    content.rename(tmp_path / "moved")
    content.symlink_to("moved")
    assert reread(settings).state == settings.state == content / ".feedsvc"


@pytest.mark.parametrize("include", [(), ("**/*.md",), (".current.feedsvc",)])
@pytest.mark.parametrize("layout", ["plain", "jekyll"])
def test_state_beside_a_link_is_never_scanned(tmp_path: Path, layout: str, include: tuple[str, ...]) -> None:
    link = tmp_path / "current"
    link.symlink_to(".")  # the worst there is: what lies beside it lies in it
    settings = load(link, overrides={"content.layout": layout, "content.include": include}, environ={}, cwd=tmp_path)
    settings.state.mkdir()
    (settings.state / "2024-01-01-a.md").write_text("---\ntitle: a\n---\n")
    assert not any_post(settings.content, settings.rules, settings.state)
    name = f"{settings.state.name}/2024-01-01-a.md"
    assert not exists(settings.content, settings.rules, settings.state, name)


# -- errors ---------------------------------------------------------------------------------------------------


def test_unknown_names_are_errors_with_the_nearest_one(tmp_path: Path) -> None:
    path = tmp_path / "feedsvc.toml"
    assert complaint(tmp_path, toml="[feeds]\nlimt = 3\n") == (
        f"feeds.limt: no such setting; did you mean feeds.limit? (in {path})"
    )
    assert "feed.limit: no such setting; did you mean feeds.limit?" in complaint(tmp_path, toml="[feed]\nlimit = 3\n")
    assert "site.limit: no such setting; did you mean feeds.limit?" in complaint(tmp_path, toml="[site]\nlimit = 3\n")
    assert "sites.url: no such setting; did you mean site.url?" in complaint(tmp_path, toml="[sites]\nurl = 'x'\n")
    assert "url: no such setting; did you mean feeds.url or site.url?" in complaint(tmp_path, toml="url = 'x'\n")
    assert "limit: no such setting; did you mean feeds.limit?" in complaint(tmp_path, toml="limit = 3\n")
    assert "site: is a section: write [site]" in complaint(tmp_path, toml='site = "x"\n')
    path.unlink()
    assert complaint(tmp_path, environ={"FEEDSVC_SITE_TITEL": "x"}) == (
        "FEEDSVC_SITE_TITEL: no such setting; did you mean FEEDSVC_SITE_TITLE? (in the environment)"
    )
    assert "did you mean site.title? (on the command line)" in complaint(tmp_path, site__titel="x")


def test_what_kubernetes_and_docker_inject_is_no_setting(tmp_path: Path) -> None:
    injected = {
        "FEEDSVC_SERVICE_HOST": "10.0.0.1",
        "FEEDSVC_SERVICE_PORT": "80",
        "FEEDSVC_SERVICE_PORT_HTTP": "80",
        "FEEDSVC_PORT": "tcp://10.0.0.1:80",
        "FEEDSVC_PORT_80_TCP": "tcp://10.0.0.1:80",
        "FEEDSVC_PORT_80_TCP_ADDR": "10.0.0.1",
    }
    assert read(tmp_path, environ=injected).port == 8000


@pytest.mark.parametrize(
    ("key", "raw", "wanted"),
    [
        ("feeds.limit", "many", "a whole number"),
        ("feeds.limit", "0", "from 1 to 1,000"),
        ("feeds.window", "4 yaks", 'a duration such as 300, "5m", "24h" or "30 days"'),
        ("feeds.max_age", "3 days", "from 0 to 86,400 seconds"),
        ("serve.cache_bytes", "big", 'a size such as 4000000, "256MB" or "1 GiB"'),
        ("content.max_bytes", "1", "from 1,000 to 1,000,000,000 bytes"),
        ("rebuild.watch", "perhaps", "true or false"),
        ("content.layout", "zola", "auto or jekyll or hugo or pelican or plain"),
        ("site.url", "example.org", "an absolute address such as https://example.org"),
        ("site.url", "https://a.org/?x=1", "an absolute address such as https://example.org, without query, …"),
        ("site.timezone", "Asia/Shangai", "a zone such as Asia/Shanghai"),
        ("site.timezone", "../etc/passwd", "a zone such as"),
        ("site.timezone", "Asia", "a zone such as"),
        ("site.language", "中文", "a language tag such as en or zh-CN"),
        ("site.title", "a\x08b", "text without control characters"),
        ("site.baseurl", "https://x", "a path such as /blog"),
        ("feeds.hubs", "hub", "a list of absolute addresses"),
        ("gone", "Old", "addresses of feeds such as category/Old or tag/x"),
    ],
)
def test_a_wrong_value_is_told_with_key_value_and_origin(tmp_path: Path, key: str, raw: str, wanted: str) -> None:
    variable = next(entry.variable for entry in TABLE if entry.key == key)
    message = complaint(tmp_path, environ={variable: raw})
    assert message.startswith(f"{key}: should be {wanted.removesuffix('…').strip()}")
    assert message.endswith(f", not {raw!r} (in {variable})")


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[feeds]\nlimit = true\n", "feeds.limit: should be a whole number, not True"),
        ("[feeds]\nlimit = 1.5\n", "feeds.limit: should be a whole number, not 1.5"),
        ("[feeds]\nwindow = false\n", "feeds.window: should be a duration"),
        ("[feeds]\nwindow = nan\n", "feeds.window: should be"),
        ("[feeds]\nwindow = -1\n", "feeds.window: should be from 0"),
        ("[serve]\ncache_bytes = inf\n", "serve.cache_bytes: should be"),
        ("[site]\ntitle = 5\n", "site.title: should be text, not 5"),
        ("[site]\nauthor = { email = 'x' }\n", "site.author: should be a name, or a table"),
        ("[content]\ninclude = [1]\n", "content.include: should be a list of texts"),
        ("[gone]\n'category/A' = 'x'\n", "gone: should be a table of lines"),
        ("[feeds\n", "feedsvc.toml: not readable as TOML: "),
    ],
)
def test_wrong_lines_of_a_file_are_told_with_the_file(tmp_path: Path, toml: str, message: str) -> None:
    said = complaint(tmp_path, toml=toml)
    assert message in said
    assert "feedsvc.toml" in said


def test_values_of_jekylls_file_are_told_with_its_own_key(tmp_path: Path) -> None:
    message = complaint(tmp_path, yml="timezone: 北京\n")
    assert message.endswith(f"not '北京' (in {tmp_path}/_config.yml: timezone)")


def test_a_token_is_in_no_error_and_no_repr(tmp_path: Path) -> None:
    assert "hush" not in complaint(tmp_path, environ={"FEEDSVC_REBUILD_TOKEN": "hush hush"})
    settings = read(tmp_path, environ={"FEEDSVC_REBUILD_TOKEN": "hush\n"}, rebuild__every="5m")
    assert settings.token == "hush"
    assert "hush" not in repr(settings)


def test_a_configuration_that_cannot_be_read_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / "feedsvc.toml").write_bytes("[site]\ntitle = '新闻'\n".encode("gbk"))
    assert "feedsvc.toml: not UTF-8 text" in complaint(tmp_path)


# -- values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [(300, 300), ("300", 300), ("5m", 300), ("24h", 86_400), ("30 days", 2_592_000), ("1h 30 min", 5_400), (0.5, 0.5)],
)
def test_durations(raw: object, seconds: float) -> None:
    assert duration(raw) == seconds


@pytest.mark.parametrize("raw", ["", " ", "5 yaks", "m", "-5", "5m!", None, True, [5], "١٢"])
def test_what_is_no_duration(raw: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        duration(raw)


@pytest.mark.parametrize(
    ("raw", "total"), [(10, 10), ("256MB", 256_000_000), ("1 GiB", 1 << 30), ("1.5k", 1_500), ("64 kib", 65_536)]
)
def test_sizes(raw: object, total: int) -> None:
    assert size(raw) == total


@given(st.integers(0, 10**9))
def test_a_number_of_seconds_is_itself_in_every_notation(seconds: int) -> None:
    assert duration(seconds) == duration(str(seconds)) == duration(f"{seconds}s") == duration(f" {seconds} seconds ")


@given(st.text() | st.integers() | st.booleans() | st.none() | st.lists(st.text(), max_size=3))
def test_any_value_is_read_or_refused(raw: object) -> None:
    for read_value in (duration, size, listing, url, language, zone, feeds):
        with suppress(ValueError):
            read_value(raw)


@given(st.lists(st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"]), min_size=1).map(str.strip)))
def test_a_list_may_be_one_string_with_commas(parts: list[str]) -> None:
    assert listing(",".join(parts)) == listing(parts) == tuple(part for part in parts if part)


def test_addresses_become_ascii_without_a_slash_at_the_end() -> None:
    assert url("https://例子.中国/新闻/") == "https://xn--fsqu00a.xn--fiqs8s/%E6%96%B0%E9%97%BB"
    assert url("http://[::1]:8000") == "http://[::1]:8000"


@pytest.mark.parametrize("written", ["/博 客", "博 客/", "/%E5%8D%9A%20客"])
def test_a_baseurl_that_is_no_uri(tmp_path: Path, written: str) -> None:
    path = "/%E5%8D%9A%20%E5%AE%A2"
    yml = f"url: https://例子.example.org/新 闻\nbaseurl: '{written}'\n"
    settings = read(tmp_path / "a", yml=yml)
    assert settings.site.baseurl == path
    assert settings.feeds.url == settings.served.feeds.url == settings.served.site.root
    assert settings.feeds.url == f"https://xn--fsqu00a.example.org/%E6%96%B0%20%E9%97%BB{path}"
    elsewhere = read(tmp_path / "b", yml=yml, feeds__url="https://Feeds.Example.org:443/订阅/")
    assert elsewhere.feeds.url == "https://feeds.example.org/%E8%AE%A2%E9%98%85"


@given(st.text())
def test_any_path_below_the_site_is_a_uri(path: str) -> None:
    with suppress(ValueError):
        found = baseurl(path)
        assert found.isascii()
        assert found == "" or (found.startswith("/") and not found.endswith("/"))
        assert baseurl(found) == found


def test_slashes_that_jekyll_keeps_in_ids(tmp_path: Path) -> None:
    yml = "url: https://example.org//\n"
    site = read(tmp_path / "a", yml=yml).site
    assert (site.url, site.slashes) == ("https://example.org", "//")
    assert read(tmp_path / "b", yml=yml, site__url="https://example.org").site.slashes == "//"
    assert read(tmp_path / "c", yml=yml, site__url="https://example.com").site.slashes == ""
    assert read(tmp_path / "d", yml="url: nowhere/\n", site__url="https://example.org/").site.slashes == ""
    assert read(tmp_path / "e", toml="site.url = 'https://example.org/'\n").site.slashes == ""


def test_a_host_in_capitals_and_a_port_that_goes_without_saying() -> None:
    assert url("HTTPS://News.Example.ORG:443/A/") == "https://news.example.org/A"
    assert url("http://[::1]:8080") == "http://[::1]:8080"


def test_port_zero_has_no_address(tmp_path: Path) -> None:
    assert "serve.port: should be from 1 to 65,535, not '0'" in complaint(tmp_path, serve__port="0")


def test_control_characters_in_jekylls_configuration(tmp_path: Path) -> None:
    yml = 'title: "新\\b闻"\ndescription: "a\\x7fb\\e\\uFFFEc"\nauthor: {name: "站\\x01长"}\n'
    site = read(tmp_path, yml=yml).site
    assert (site.title, site.description, site.authors) == ("新闻", "abc", (Person("站长"),))


def test_a_language_in_jekylls_configuration_that_is_none(tmp_path: Path) -> None:
    assert read(tmp_path / "a", yml="lang: 中文\n").site.language == "en"
    assert read(tmp_path / "b", yml="lang: 中文\nlocale: zh_CN\n").site.language == "zh-CN"
    assert "a language tag" in complaint(tmp_path / "c", toml='site.language = "中文"\n', yml="lang: zh\n")


def test_locales_are_language_tags() -> None:
    assert language("zh_CN.UTF-8") == "zh-CN"
    assert language("zh-Hant-TW") == "zh-Hant-TW"


def test_gone_feeds_are_a_list_or_a_section(tmp_path: Path) -> None:
    toml = '[gone]\n"category/Old" = true\n"tag/晴/雨" = true\n"tag/again" = false\n'
    assert read(tmp_path / "a", toml=toml).served.gone == ("category/Old", "tag/晴/雨")
    assert read(tmp_path / "b", toml='gone = ["/category/Old"]\n').served.gone == ("category/Old",)
    assert read(tmp_path / "c", environ={"FEEDSVC_GONE": "category/Old,tag/x"}).served.gone == ("category/Old", "tag/x")


# -- what comes of it -----------------------------------------------------------------------------------------


def test_without_an_address_everything_is_provisional_and_local(tmp_path: Path) -> None:
    settings = read(tmp_path, yml="baseurl: /blog\n", serve__port="8080")
    assert settings.site.provisional
    assert settings.site.url == settings.feeds.url == "http://127.0.0.1:8080"
    assert read(tmp_path, serve__host="::").site.url == "http://127.0.0.1:8000"
    assert read(tmp_path, serve__host="::1").site.url == "http://[::1]:8000"


def test_feeds_live_at_the_site_unless_told_otherwise(tmp_path: Path) -> None:
    settings = read(tmp_path, yml="url: https://example.org/\nbaseurl: blog/\n")
    assert not settings.site.provisional
    assert settings.feeds.url == settings.served.feeds.url == settings.served.site.root == "https://example.org/blog"
    settings = read(tmp_path, feeds__url="https://feeds.example.org/")
    assert settings.served.feeds.url == "https://feeds.example.org"
    assert settings.served.site.root == "https://example.org/blog"


def test_the_layout_follows_from_what_is_there(tmp_path: Path) -> None:
    plain = read(tmp_path / "a").rules
    assert (plain.layout, plain.naive_dates) == ("plain", "local")
    jekyll = read(tmp_path / "b", yml="").rules
    assert (jekyll.layout, jekyll.naive_dates) == ("jekyll", "utc")
    (tmp_path / "c" / "_posts").mkdir(parents=True)
    assert read(tmp_path / "c").rules.layout == "jekyll"
    forced = read(tmp_path / "b", content__layout="plain", content__naive_dates="utc").rules
    assert (forced.layout, forced.naive_dates) == ("plain", "utc")


def test_the_digest_moves_with_what_bytes_depend_on_and_with_nothing_else(tmp_path: Path) -> None:
    base = read(tmp_path, site__url="https://example.org")

    def digest(**overrides: object) -> bytes:
        return read(tmp_path, site__url="https://example.org", **overrides).digest  # type: ignore[arg-type]

    assert digest() == base.digest
    for same in ({"feeds__max_age": 60}, {"serve__port": 1}, {"rebuild__token": "x"}, {"serve__host": "::"}):
        assert digest(**same) == base.digest
    for other in ({"site__title": "新闻"}, {"content__rescue": "no"}, {"feeds__limit": 5}):
        assert digest(**other) != base.digest


def test_settings_cross_process_borders_and_can_be_read_again(tmp_path: Path) -> None:
    settings = read(tmp_path, toml="feeds.limit = 5\n", site__title="新闻")
    again: Settings = pickle.loads(pickle.dumps(settings))
    assert again == settings
    assert not changed(again)
    (tmp_path / "feedsvc.toml").write_text("feeds.limit = 50\n")
    assert changed(again)
    assert reread(again).feeds.limit == 50
    assert reread(again).site.title == "新闻"


@pytest.mark.parametrize("name", ["feedsvc.toml", "_config.yml", "_config.yaml", "_posts"])
def test_what_appears_later_is_noticed_once(tmp_path: Path, name: str) -> None:
    content = tmp_path / "content"
    content.mkdir()
    settings = load(content, environ={}, cwd=tmp_path)
    assert not changed(settings)
    if name == "_posts":
        (content / name).mkdir()
    else:
        (content / name).write_text("")
    assert changed(settings)
    settings = reread(settings)
    assert not changed(settings)
    (content / "_posts").mkdir(exist_ok=True)
    (content / "_posts" / "2024-01-31-新.md").write_text("---\n---\n")
    assert changed(settings) == (name == "feedsvc.toml")  # only there was it not yet a Jekyll site


# -- Jekyll's file --------------------------------------------------------------------------------------------

SITE = """\
title: 1.10
name: passed over
description: >-
  财经
  news
url: "https://example.org"
baseurl: "/"
lang:
locale: zh_CN
timezone: Asia/Shanghai
author:
  name: 站长
  email: a@example.org
  url: https://example.org/关于
future: true
unpublished: no
permalink: pretty
excerpt_separator: "\\n\\n"
collections:
  posts:
    permalink: /:categories/:title/
plugins: [jekyll-feed]
exclude: Gemfile
defaults:
  - scope: {path: "", type: post}
    values: {category: 要闻, published: true, tags: [no, 0123, 12:30]}
  - scope: {path: "_posts/深圳"}
    values: {author: 记者}
  - nonsense
  - values: {}
feed:
  excerpt_only: true
  posts_limit: 30
  path: feeds/新闻.xml
  categories: [要闻, Tech Web]
  tags:
    path: /by-tag/
    only: [A股]
"""


def test_a_jekyll_site_is_read_as_jekyll_reads_it(tmp_path: Path) -> None:
    settings = read(tmp_path, yml=SITE)
    site, rules = settings.site, settings.rules
    assert (site.url, site.baseurl) == ("https://example.org", "")
    assert (site.title, site.description) == ("1.10", "财经 news")
    assert (site.language, site.timezone) == ("zh-CN", "Asia/Shanghai")
    assert site.authors == (Person("站长", "a@example.org", "https://example.org/%E5%85%B3%E4%BA%8E"),)
    assert (rules.permalink, rules.excerpt_separator) == ("/:categories/:title/", "\n\n")
    assert (rules.future, rules.unpublished, rules.exclude) == (True, False, ("Gemfile",))
    assert rules.defaults == (
        Default("", "posts", (("category", "要闻"), ("published", True), ("tags", ["no", "0123", "12:30"]))),
        Default("_posts/深圳", "", (("author", "记者"),)),
    )
    assert (settings.feeds.limit, settings.feeds.full_content) == (30, False)


def test_the_paths_that_jekyll_feed_wrote_lead_to_the_new_feeds(tmp_path: Path) -> None:
    assert read(tmp_path, yml=SITE).served.aliases == (
        ("/feeds/%E6%96%B0%E9%97%BB.xml", "/atom.xml"),
        ("/feed/%E8%A6%81%E9%97%BB.xml", "/category/%E8%A6%81%E9%97%BB/atom.xml"),
        ("/feed/Tech%20Web.xml", "/category/Tech%20Web/atom.xml"),
        ("/by-tag/{term}.xml", "/tag/{term}/atom.xml"),
        ("/by-tag/A%E8%82%A1.xml", "/tag/A%E8%82%A1/atom.xml"),
    )
    collections = "feed:\n  collections:\n    posts:\n      path: /atom.xml\n      categories: [a]\n"
    assert read(tmp_path, yml=collections).served.aliases == (("/feed/a.xml", "/category/a/atom.xml"),)


@pytest.mark.parametrize(
    "yml",
    [
        "",
        "# nothing\n",
        "title:\nurl: ''\nbaseurl:\nauthor:\nfeed:\ndefaults:\ncollections: [posts, 文档]\n",
        "title: {zh: 新闻, en: news}\nauthor: {avatar: x.png}\nlanguage: [zh, en]\nfeed: true\ninclude: {}\n",
        "author: [{avatar: x}, {name: 甲}]\ntags: yes\nfeed: {tags: true, categories: null, path: 5}\n",
    ],
)
def test_what_jekyll_tolerates_is_tolerated(tmp_path: Path, yml: str) -> None:
    settings = read(tmp_path, yml=yml)
    assert settings.site.title == "127.0.0.1"
    assert settings.feeds.full_content
    assert settings.rules.defaults == ()


@pytest.mark.parametrize(
    ("yml", "message"),
    [
        ("title: 新闻\nurl: a: b\n", "_config.yml:2: not readable as YAML: mapping values are not allowed"),
        ("a: [1\nb: 2\n", "_config.yml:2: not readable as YAML: "),
        ("- a\n- b\n", "_config.yml: should be lines of key: value"),
        ("a: \x00\n", "_config.yml: not readable as YAML: "),
        ("a: !!python/object:os.system x\n", "_config.yml:1: not readable as YAML: "),
    ],
)
def test_broken_yaml_is_told_with_file_and_line(tmp_path: Path, yml: str, message: str) -> None:
    assert message in complaint(tmp_path, yml=yml)


# -- podcasts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("toml", "email"),
    [
        ('[site]\nurl = "https://www.e.example.org/blog"\nauthor = "甲"\n', "webmaster@e.example.org"),
        ('[site]\nurl = "https://潮.example"\n', "webmaster@xn--ngx.example"),
        ('[site]\nauthor = [{name = "甲", email = "none"}, {name = "乙", email = "b@e.org"}]\n', "b@e.org"),
        ('[site]\nauthor = {name = "甲", email = "a@e.org"}\n[podcast]\nemail = "p+q@e.org"\n', "p+q@e.org"),
        ("", "webmaster@127.0.0.1"),
    ],
)
def test_whom_apple_may_write_to(tmp_path: Path, toml: str, email: str) -> None:
    assert read(tmp_path, toml=toml).feeds.podcast.email == email


@pytest.mark.parametrize(
    ("written", "meant"),
    [("technology", "Technology"), ("news>TECH news", "News > Tech News"), ("TV & Film", "TV & Film")],
)
def test_apples_categories(written: str, meant: str) -> None:
    assert category(written) == meant


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("category = 'Tech'", "podcast.category: should be one of Apple's categories, such as "),
        ("category = 'News > Tech Newz'", "such as News > Tech News, not"),
        ("category = 7", "podcast.category: should be one of"),
        ("email = 'nobody'", "podcast.email: should be an e-mail address such as"),
        ("image = '/cover.jpg'", "podcast.image: should be an absolute address"),
        ("author = 'x'", "podcast.author"),
    ],
)
def test_a_podcast_that_cannot_be(tmp_path: Path, toml: str, told: str) -> None:
    assert told in complaint(tmp_path, toml=f"[podcast]\n{toml}\n")


# -- pages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('templates = "none"', "pages.templates: should be a folder, and "),
        ('icon = "none.png"', "pages.icon: should be a file, and "),
        ('logo = "feedsvc.toml"', "pages.logo: should be a picture (.png, .svg, "),
    ],
)
def test_a_look_that_is_not_there_is_told(tmp_path: Path, toml: str, message: str) -> None:
    assert message in complaint(tmp_path, toml=f"[pages]\n{toml}\n")


def test_a_site_s_look_lies_in_its_content(tmp_path: Path) -> None:
    (tmp_path / "图标.PNG").touch()
    settings = read(tmp_path, toml='[pages]\nicon = "图标.PNG"\n')
    assert settings.look.icon == str(tmp_path / "图标.PNG")
    assert settings.look.templates == ""


# -- the table ------------------------------------------------------------------------------------------------


def test_every_default_is_valid_and_every_name_unique(tmp_path: Path) -> None:
    assert read(tmp_path).feeds.window == 86_400
    assert len(KEYS) == len({entry.variable for entry in TABLE}) == len(TABLE)


def test_every_setting_has_an_effect(tmp_path: Path) -> None:
    """A setting that nothing reads would be a promise that nobody keeps."""
    other: dict[str, object] = {
        "text": "新", "verbatim": "<!--more-->", "token": "secret", "number": "7", "duration": "7s", "size": "7kB",
        "url": "https://other.example", "list": "a,b", "urls": "https://hub.example/", "zone": "Asia/Shanghai",
        "language": "zh", "baseurl": "/b", "people": "甲", "feeds": "tag/x",
        "podcast": "news > tech news", "email": "a@example.org",
        "tables": {"tag/x": {"limit": 7}}, "image": "https://other.example/x.png",
        "moves": {"tag/x": "tag/y"},
    }  # fmt: skip
    (tmp_path / "looks").mkdir()
    (tmp_path / "looks.svg").touch()
    named = {"pages.templates": "looks", "pages.icon": "looks.svg", "pages.logo": "looks.svg"}
    base = read(tmp_path)
    for entry in TABLE:
        raw = entry.choices[-1] if entry.choices else other.get(entry.kind, str(not entry.default))
        if entry.key == "content.layout":
            raw = "jekyll"
        if entry.key == "content.naive_dates":
            raw = "utc"
        raw = named.get(entry.key, raw)
        settings = load(tmp_path, overrides={entry.key: raw}, environ={}, cwd=tmp_path)
        assert (settings, settings.token) != (base, base.token), entry.key
        found = [getattr(settings, name) for name in Settings.__slots__ if name != "given"]
        assert found != [getattr(base, name) for name in Settings.__slots__ if name != "given"], entry.key


def test_the_documentation_has_the_table_as_it_is() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert rewritten(page) == page, "run python -m feedsvc.config"


def test_the_example_in_the_documentation_is_valid(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    settings = read(tmp_path, toml=page.split("```toml\n")[1].split("```")[0])
    assert settings.feeds.window == 172_800


def test_holding_settings_does_not_import_what_reads_them() -> None:
    code = "import sys, feedsvc.config; sys.exit('pydantic' in sys.modules or 'yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
