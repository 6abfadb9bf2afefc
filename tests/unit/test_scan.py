"""Scanning: what is found, what is suspected of change, what is never followed; reading a file that may be in flux."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from feedsvc.exceptions import ContentError, ContentMissing
from feedsvc.model import Fingerprint, Known
from feedsvc.rules import ContentRules
from feedsvc.scan import RACY, Changes, exists, read, scan

PLAIN = ContentRules(layout="plain")
JEKYLL = ContentRules(layout="jekyll")
LONG_AGO = 1_700_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "content"
    made.mkdir()
    return made


def put(folder: Path, path: str, text: str = "---\ntitle: 一\n---\n正文") -> Path:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    os.utime(target, (LONG_AGO, LONG_AGO))
    return target


def look(folder: Path, known: dict[str, Known] | None = None, paths: set[str] | None = None) -> Changes:
    return scan(folder, PLAIN, known or {}, skip=folder / ".feedsvc", paths=paths)


def knowing(folder: Path, *paths: str, looked: float = LONG_AGO + 100) -> dict[str, Known]:
    known = {}
    for path in paths:
        status = (folder / path).stat()
        print_ = Fingerprint(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        known[path] = Known(print_, b"digest", int(looked * 1e9))
    return known


def test_everything_is_suspect_at_first_and_in_order(folder: Path) -> None:
    for path in ("b.md", "a.md", "深/处/c.html", "notes.txt", ".hidden.md", ".git/x.md", ".feedsvc/y.md"):
        put(folder, path)
    posts = ("a.md", "b.md", "深/处/c.html")
    assert look(folder) == Changes(posts, (), set(posts), ())


def test_a_known_file_is_not_suspect_until_anything_about_it_differs(folder: Path) -> None:
    path = put(folder, "a.md")
    known = knowing(folder, "a.md")
    assert look(folder, known).suspect == ()
    whole = known["a.md"]
    for other in (
        whole.fingerprint._replace(size=1),
        whole.fingerprint._replace(mtime=1),
        whole.fingerprint._replace(ctime=1),
        whole.fingerprint._replace(inode=1),
    ):
        assert look(folder, {"a.md": whole._replace(fingerprint=other)}).suspect == ("a.md",)
    path.unlink()
    assert look(folder, known) == Changes((), ("a.md",), set(), ())


def test_a_file_modified_shortly_before_it_was_read_is_read_again(folder: Path) -> None:
    put(folder, "a.md")
    racy = RACY / 1e9
    assert look(folder, knowing(folder, "a.md", looked=LONG_AGO + racy)).suspect == ("a.md",)
    assert look(folder, knowing(folder, "a.md", looked=LONG_AGO + racy + 1)).suspect == ()
    assert look(folder, knowing(folder, "a.md", looked=LONG_AGO - 1)).suspect == ("a.md",)
    assert look(folder, knowing(folder, "a.md", looked=LONG_AGO - 5)).suspect == ()  # from a future that is no race


def test_links_lead_nowhere_outside(folder: Path, tmp_path: Path) -> None:
    put(tmp_path, "outside/secret.md")
    put(folder, "in/real.md")
    (folder / "file.md").symlink_to(tmp_path / "outside" / "secret.md")
    (folder / "away").symlink_to(tmp_path / "outside")
    (folder / "relative").symlink_to("../outside")
    (folder / "dangling.md").symlink_to("nowhere.md")
    (folder / "inside.md").symlink_to("in/real.md")
    assert look(folder).suspect == ("in/real.md", "inside.md")
    for path in ("file.md", "away", "away/secret.md", "relative/secret.md", "dangling.md", "../outside/secret.md"):
        assert look(folder, paths={path}).suspect == (), path


def test_loops_end(folder: Path) -> None:
    put(folder, "a/b/post.md")
    (folder / "a" / "b" / "up").symlink_to("../..")
    (folder / "a" / "self").symlink_to(".")
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    (folder / "loop.md").symlink_to("loop.md")
    assert look(folder).suspect == ("a/b/post.md",)
    assert look(folder, paths={"a", "loop.md", "one/x.md"}).suspect == ("a/b/post.md",)


def test_a_folder_that_is_linked_twice_is_entered_once(folder: Path) -> None:
    put(folder, "real/post.md")
    (folder / "link").symlink_to("real")
    (folder / "other").symlink_to("real")
    found = look(folder).suspect
    assert "real/post.md" in found
    assert len([path for path in found if not path.startswith("real/")]) <= 1


def test_a_scope_of_paths(folder: Path) -> None:
    for path in ("a.md", "deep/b.md", "deep/er/c.md", "deeper/d.md"):
        put(folder, path)
    known = knowing(folder, "deep/b.md")
    assert look(folder, known, {"deep"}).suspect == ("deep/er/c.md",)
    scope = {"a.md", "deep/er", "nowhere", "nowhere/x.md", "a.md/x.md"}
    assert look(folder, {}, scope).suspect == ("a.md", "deep/er/c.md")
    (folder / "deep" / "b.md").unlink()
    assert look(folder, known, {"deep/b.md"}) == Changes((), ("deep/b.md",), set(), ())
    assert look(folder, known, set()).suspect == ()


def test_a_scope_obeys_the_same_rules_as_the_whole(folder: Path) -> None:
    for path in ("_posts/2024-01-01-a.md", "_site/_posts/2024-01-01-b.md", ".feedsvc/_posts/x.md", "about.md"):
        put(folder, path)
    put(folder, "vendor/cache/_posts/c.md")
    skip = folder / ".feedsvc"
    whole = scan(folder, JEKYLL, {}, skip=skip).suspect
    assert whole == ("_posts/2024-01-01-a.md",)
    scopes = {"_posts", "_site", "_site/_posts/2024-01-01-b.md", ".feedsvc/_posts/x.md", "about.md", "vendor", ""}
    assert scan(folder, JEKYLL, {}, skip=skip, paths=scopes - {""}).suspect == whole


def test_the_state_folder_is_never_entered_wherever_it_lies(folder: Path) -> None:
    put(folder, "deep/state/x.md")
    put(folder, "deep/a.md")
    (folder / "link").symlink_to("deep/state")
    assert scan(folder, PLAIN, {}, skip=folder / "deep" / "state").suspect == ("deep/a.md",)


def test_a_folder_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    put(tmp_path, "file")
    for path in (tmp_path / "none", tmp_path / "file", tmp_path / "loop"):
        if path.name == "loop":
            path.symlink_to("loop")
        with pytest.raises(ContentMissing):
            scan(path, PLAIN, {}, skip=folder)


def test_what_is_no_regular_file_is_left_alone(folder: Path) -> None:
    os.mkfifo(folder / "pipe.md")
    (folder / "folder.md").mkdir()
    put(folder, "folder.md/a.md")
    assert look(folder).suspect == ("folder.md/a.md",)
    assert look(folder, paths={"pipe.md"}).suspect == ()


def test_reading(folder: Path) -> None:
    path = put(folder, "a.md", "正文")
    found = read(folder, "a.md", 100)
    assert found is not None
    raw, look_ = found
    assert (raw, look_.size, look_.inode) == ("正文".encode(), 6, path.stat().st_ino)
    assert read(folder, "none.md", 100) is None
    assert read(folder, "a.md/x.md", 100) is None
    assert exists(folder, PLAIN, folder / ".feedsvc", "a.md")
    assert not exists(folder, PLAIN, folder / ".feedsvc", "none.md")
    assert not exists(folder, replace(PLAIN, exclude=("a.md",)), folder / ".feedsvc", "a.md")
    with pytest.raises(ContentError) as caught:
        read(folder, "a.md", 5)
    assert (caught.value.code, caught.value.unfinished) == ("too-large", False)


def test_a_folder_where_a_file_was(folder: Path) -> None:
    (folder / "a.md").mkdir()
    with pytest.raises(ContentError) as caught:
        read(folder, "a.md", 100)
    assert caught.value.code == "unreadable"


def test_a_name_that_is_not_utf8_stops_nothing(folder: Path) -> None:
    put(folder, "a.md")
    (folder / os.fsdecode(b"\xb2\xe2.md")).write_text("---\ntitle: x\n---\n")
    changes = look(folder)
    assert changes.suspect == ("a.md",)
    assert [(problem.path, problem.code) for problem in changes.problems] == [("\\xb2\\xe2.md", "name-encoding")]
