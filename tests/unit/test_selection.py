"""Which files are posts, by their names."""

from __future__ import annotations

import pytest

from feedsvc.rules import ContentRules
from feedsvc.selection import is_draft, is_folder, is_post

JEKYLL = ContentRules(layout="jekyll")
PLAIN = ContentRules(layout="plain")


@pytest.mark.parametrize(
    "path",
    ["_posts/2022-06-02-a.md", "_posts/无日期.markdown", "es/_posts/sub/a.html", "_posts/a/_b/c.md", "_posts/x~/a.MD"],
)
def test_posts_of_a_jekyll_site(path: str) -> None:
    assert is_post(path, JEKYLL)


@pytest.mark.parametrize(
    "path",
    [
        "a.md", "_posts/a.txt", "_posts/_a.md", "_posts/.a.md", "_posts/a.md~", "_posts/_b/a.md", "_drafts/a.md",
        "_site/_posts/a.md", "node_modules/_posts/a.md", ".x/_posts/a.md", ".git/_posts/a.md",
        "vendor/bundle/_posts/a.md",
        "_posts/.git/a.md", "_other/_posts/a.md", "_posts/.md",
    ],
)  # fmt: skip
def test_other_files_of_a_jekyll_site(path: str) -> None:
    assert not is_post(path, JEKYLL)


def test_includes_add_files_and_open_folders() -> None:
    rules = ContentRules(layout="jekyll", include=("old_post/*.md", "_archive", "/_notes/**/*.md"))
    assert is_post("old_post/2021-12-08-a.md", rules)
    assert is_post("_archive/_posts/a.md", rules)
    assert not is_post("_archive/a.md", rules)
    assert is_post("_notes/a.md", rules)
    assert is_post("_notes/x/y/a.md", rules)
    assert not is_post("old_post/a.txt", rules)
    assert all(is_folder(path, rules) for path in ("", "old_post", "_archive", "_notes", "_notes/x", "_posts/2022"))
    assert not any(is_folder(path, rules) for path in ("_other", ".git", ".feedsvc", "_site", "node_modules"))


def test_excludes_are_jekylls_prefixes_and_globs() -> None:
    rules = ContentRules(layout="jekyll", exclude=("old", "_posts/2022-*-x.md"))
    assert not is_post("older/_posts/a.md", rules)
    assert not is_folder("old", rules)
    assert not is_post("_posts/2022-01-01-x.md", rules)
    assert is_post("_posts/2022-01-01-y.md", rules)


def test_a_plain_folder() -> None:
    for path in ("a.md", "笔记/b.markdown", "c/index.html", "d.htm", "_posts/e.md", "_f.md"):
        assert is_post(path, PLAIN), path
    for path in (
        ".a.md",
        ".obsidian/a.md",
        "a.txt",
        "README",
        "_site/a.html",
        "x/_index.md",
        ".feedsvc/a.md",
        "node_modules/a/README.md",
    ):
        assert not is_post(path, PLAIN), path
    assert not is_post("drafts/a.md", ContentRules(exclude=("drafts/",)))


def test_drafts_lie_in_their_folder() -> None:
    assert is_draft("_drafts/a.md")
    assert is_draft("es/_drafts/x/a.md")
    assert not is_draft("_posts/_drafts/a.md")
