"""What a Jekyll site keeps beside its configuration: authors by their keys, and where everything lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from feedsvc.config import changed, templates
from feedsvc.config.loading import load, reread
from feedsvc.config.settings import TemplateSources
from feedsvc.exceptions import ConfigError
from feedsvc.model import Person
from feedsvc.selection import is_post

AUTHORS = "li: {name: 李伟, email: li@example.org, uri: https://li.example.org/}\nann: {twitter: ann}\nbo: Bo 波\n"
LI = Person("李伟", "li@example.org", "https://li.example.org/")


def site(root: Path, config: str = "", **data: str) -> Path:
    root.mkdir(exist_ok=True)
    (root / "_config.yml").write_text(f"url: https://a.example.org\n{config}", "utf-8")
    for name, text in data.items():
        file = root / name.replace("__", "/").replace("_dot_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return root


def test_authors_are_known_by_their_keys(tmp_path: Path) -> None:
    settings = load(site(tmp_path, "author: li\n", _data__authors_dot_yml=AUTHORS), environ={}, cwd=tmp_path)
    assert settings.rules.people == (("li", LI), ("ann", Person("ann")), ("bo", Person("Bo 波")))
    assert settings.site.authors == (LI,)


def test_the_last_of_several_files_stands_as_in_jekyll(tmp_path: Path) -> None:
    site(
        tmp_path, _data__authors_dot_json='{"li": "J"}', _data__authors_dot_yaml="li: Y", _data__authors_dot_yml="x: y"
    )
    assert load(tmp_path, environ={}, cwd=tmp_path).rules.people == (("li", Person("J")),)


def test_another_data_folder(tmp_path: Path) -> None:
    site(tmp_path, "data_dir: ./_数据/\n", _数据__authors_dot_yml="li: L", _data__authors_dot_yml="no: N")
    assert load(tmp_path, environ={}, cwd=tmp_path).rules.people == (("li", Person("L")),)


def test_a_change_is_seen_and_read(tmp_path: Path) -> None:
    settings = load(site(tmp_path), environ={}, cwd=tmp_path)
    assert settings.rules.people == ()
    site(tmp_path, _data__authors_dot_yml="li: 李")
    os.utime(tmp_path / "_config.yml", ns=(0, 0))
    assert changed(settings)
    again = reread(settings)
    assert again.rules.people == (("li", Person("李")),)
    assert again.digest != settings.digest


@pytest.mark.parametrize("text", ["li: [", "li: {name: 5, email: [", "li: {name: [a]}"])
def test_a_broken_file_is_told_by_name(text: str, tmp_path: Path) -> None:
    site(tmp_path, _data__authors_dot_yml=text)
    with pytest.raises(ConfigError, match=r"_data/authors\.yml"):
        load(tmp_path, environ={}, cwd=tmp_path)


def test_posts_lie_below_the_folder_of_collections(tmp_path: Path) -> None:
    rules = load(site(tmp_path, "collections_dir: all/in\n"), environ={}, cwd=tmp_path).rules
    inside = ("all/in/_posts/2024-01-02-a.md", "all/in/新/_posts/2024-01-02-a.md")
    outside = ("_posts/2024-01-02-a.md", "all/_posts/2024-01-02-a.md", "all/inner/_posts/2024-01-02-a.md")
    assert [path for path in (*inside, *outside) if is_post(path, rules)] == list(inside)


def test_as_many_posts_as_there_may_be(tmp_path: Path) -> None:
    assert load(site(tmp_path, "feed: {posts_limit: 99999}\n"), environ={}, cwd=tmp_path).feeds.limit == 1_000


def test_includes_are_found_in_order_and_no_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    names = ("b.html", "潮.html", "a/z.html", "a/深/y.html", "a-b/x.html")
    site(tmp_path / "in", **{name.replace("/", "__").replace(".", "_dot_"): name for name in names})
    (tmp_path / "in" / "_config.yml").unlink()
    (tmp_path / "out.html").write_text("SECRET")
    for link, target in (
        ("alias.html", "b.html"),
        ("away.html", "../out.html"),
        ("round", "."),
        ("loop.html", "loop.html"),
        ("nothing.html", "gone.html"),
    ):
        (tmp_path / "in" / link).symlink_to(target)
    (tmp_path / "link").symlink_to("in")
    sources = TemplateSources(includes=tmp_path / "link")
    before = templates.fingerprint(sources)
    found = templates.read(sources, before).includes
    own = [("alias.html", "b.html"), *((name, name) for name in names[:2])]
    assert list(found) == [*own, *((name, name) for name in ("a/z.html", "a/深/y.html", "a-b/x.html"))]
    (tmp_path / "out.html").write_text("another SECRET")
    assert templates.fingerprint(sources) == before
    (tmp_path / "in" / "b.html").write_text("longer than before")
    assert templates.fingerprint(sources) != before
