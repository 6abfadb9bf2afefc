"""Front matter: text stays text, the quick reader equals YAML, broken lines are read as they were meant."""

from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsvc.exceptions import ContentError
from feedsvc.parse.matter import Matter, read_matter
from feedsvc.parse.quick import Quoted, read_lines
from feedsvc.parse.text_yaml import load_yaml

ODD = ["\u3000", "\u00a0", "\x85", "\u2028", "\ufeff", "\x7f", "𝄞"]
WORDS = ["key", "title: ", "tags:", "[a, b]", "null", "no", "12:30", "0123", "''", '""', "---"]
SIGNS = [*"ab中：:#-?,[]{}&*!|>'\"%@` \t~=<.\\\n", ": ", " #", "- ", "\n", "\n", "\n  ", "  "]
PIECES = st.sampled_from(SIGNS + WORDS + ODD)
KEYS = st.sampled_from(["title", "tags", "date", "a-b", "_x", "categories"])
LINES = st.builds("{}:{}{}".format, KEYS, st.sampled_from(["", " ", "  "]), st.lists(PIECES, max_size=8).map("".join))
SOURCES = st.one_of(
    st.lists(PIECES, max_size=25).map("".join), st.lists(LINES, max_size=4).map("\n".join).map("{}\n".format)
)


def typed(value: object) -> object:
    """With types shown: ``Quoted`` texts equal others of the same letters."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return type(value).__name__, value


@settings(max_examples=500)
@given(SOURCES)
@example("title: a: b\n")
@example("tags: [a, 'b', \"c\", d e ]\n")
@example("tags: [a:b]\n")
@example("a: b\n# c\n\nd: 'e' \n")
@example("a: \u3000b\u00a0\n")
def test_the_quick_reader_reads_as_yaml_does(source: str) -> None:
    quick = read_lines(source)
    if quick is not None:
        slow = load_yaml(source)
        assert typed(quick) == typed(slow if slow is not None else {})


@pytest.mark.parametrize(
    "line",
    [
        "title: 港口涨潮",
        'title: "a: b # c"',
        "title: 'x'",
        "date: 2022-06-02 17:33:04 +0800",
        "tags: [a, 'b c', \"d\"]",
        "layout: post",
        "categories:",
        "# note",
        "",
        "title: A:B http://x/#y",
    ],
)
def test_the_quick_reader_reads_what_posts_hold(line: str) -> None:
    assert read_lines(f"\n{line}\n") is not None


def read(front: str) -> Matter:
    matter = read_matter(f"---\n{front}\n---\nbody\n", "p.md")
    assert matter is not None
    return matter


@pytest.mark.parametrize(
    "text",
    ["00700", "no", "12:30", "1.10", "0123", "null", "2022", "true", "1e3", "2022-06-02", "0x1F", ".5", "=", "<<"],
)
@pytest.mark.parametrize("form", ["title: {}", "title: !!int {}", "x:\n  - y\ntitle: {}"])
def test_text_stays_text(text: str, form: str) -> None:
    assert read(form.format(text)).data["title"] == text


def test_nothing_is_nothing_and_quotes_are_remembered() -> None:
    data = read("a:\nb: ~\nc: ''\nd: '~'\ne: &x [1, '2']\nf: *x").data
    assert (data["a"], data["b"], data["c"], data["d"]) == (None, None, "", "~")
    assert data["e"] == data["f"] == ["1", "2"]
    assert isinstance(data["d"], Quoted)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ('title: "港口："涨潮"释放 船长称\\利率或下行"', '港口："涨潮"释放 船长称\\利率或下行'),
        ('title: "He said \\"hi\\" and "bye""', 'He said "hi" and "bye"'),
        ("title: 'It's 5 o''clock'", "It's 5 o'clock"),
        ("title: 快讯: 涨潮: 落地", "快讯: 涨潮: 落地"),
        ("title: [原创] 标题", "[原创] 标题"),
        ("title: @所有人 100%", "@所有人 100%"),
        ("title: *强调* 文字", "*强调* 文字"),
        ("title: %开头", "%开头"),
        ('title: "未闭合', '"未闭合'),
        ("title: `code` 与 {x}", "`code` 与 {x}"),
    ],
)
def test_a_broken_line_is_read_as_it_was_meant(line: str, title: str) -> None:
    matter = read(f"layout: post\n{line}\ntags: [a, b]")
    assert matter.data["title"] == title
    assert matter.data["tags"] == ["a", "b"]
    assert matter.mended == (3,)


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("title: a\ntags: [a, 'b'c]\nx: y", 3),
        ("a: b\n\tc: d", 3),
        ("just words", 1),
        ("- a\n- b", 1),
        ("a: b\n c: d: e\n- f", 3),
        ("? [a]\n: b", 2),
    ],
)
def test_what_stays_unreadable_is_told_with_its_line(front: str, line: int) -> None:
    with pytest.raises(ContentError) as caught:
        read(front)
    assert (caught.value.code, caught.value.line, caught.value.unfinished) == ("front-matter", line, False)


@pytest.mark.parametrize(
    "front",
    [
        "a: " + "[" * 200_000,
        "a: " + "{a: " * 100_000,
        "- " * 200_000,
        "? " * 100_000,
        "a: &a [x]\n"
        + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]" for n in range(9)),
        "tags: &a [*a]",
    ],
)
def test_hostile_front_matter_does_no_harm(front: str) -> None:
    with pytest.raises(ContentError) as caught:
        read(front)
    assert caught.value.code == "front-matter"


@pytest.mark.parametrize("text", ["---\ntitle: a\n正文", "---", "+++\ntitle = 'a'\n", '{"title": "a"', '{\n"title": '])
def test_an_open_fence_looks_unfinished(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_matter(text, "p.md")
    assert (caught.value.code, caught.value.line > 0, caught.value.unfinished) == ("open-fence", True, True)


@pytest.mark.parametrize(
    "text", ["# 标题\n\n---\ntext\n---\n", "----\na: b\n----\n", "{% include x %}", "正文", "--- a\n---\n", "\n\n正文"]
)
def test_other_files_have_none(text: str) -> None:
    assert read_matter(text, "p.md") is None


def test_fences_are_jekylls() -> None:
    matter = read_matter("--- \ntitle: a\n...\t\n\n\n  body\n---\n", "p.md")
    assert matter is not None
    assert matter.body == "  body\n---\n"


def test_blank_lines_before_the_fence_keep_lines_right() -> None:
    matter = read_matter("\n \n---\ntitle: a\ndate: b\n---\nc", "p.md")
    assert matter is not None
    assert (matter.late, matter.line_of("date"), matter.body) == (True, 5, "c")


def test_toml_is_read_as_text() -> None:
    front = (
        'title = "新闻"\ndate = 2022-06-02T17:33:04+08:00\ndraft = false\ntags = ["a", 1.10]\n[author]\nname = "李四"'
    )
    matter = read_matter(f"+++\n{front}\n+++\nbody", "p.md")
    assert matter is not None
    assert matter.data == {
        "title": "新闻",
        "date": "2022-06-02 17:33:04+08:00",
        "draft": "false",
        "tags": ["a", "1.10"],
        "author": {"name": "李四"},
    }
    assert matter.body == "body"


def test_broken_toml_is_told_with_its_line() -> None:
    with pytest.raises(ContentError) as caught:
        read_matter("+++\ntitle = 'a'\nx = \n+++\n", "p.md")
    assert (caught.value.code, caught.value.line) == ("front-matter", 3)


def test_json_is_read_as_text() -> None:
    matter = read_matter('{\n"title": "新闻", "weight": 1.10, "draft": true, "tags": ["a", null]}\n\nbody', "p.md")
    assert matter is not None
    assert matter.data == {"title": "新闻", "weight": "1.10", "draft": "true", "tags": ["a", None]}
    assert matter.body == "body"


@given(st.text())
def test_any_front_matter_is_read_or_refused(front: str) -> None:
    with suppress(ContentError):
        matter = read_matter(f"---\n{front}\n---\n", "p.md")
        assert matter is None or isinstance(matter.data, dict)


def test_the_c_loader_is_there() -> None:
    assert yaml.__with_libyaml__
