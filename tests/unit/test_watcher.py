"""The watcher on real folders: whatever happens below the content folder is told, by path or as a whole."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from feedsvc.config.loading import load
from feedsvc.scan import real
from feedsvc.watcher import Watcher

Start = Callable[..., "Told"]


class Told:
    """What the watcher has told: paths, and how often to look at everything."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.everything = 0
        self._news = threading.Condition()

    def __call__(self, trigger: str, paths: Iterable[str] | None) -> None:
        assert trigger == "change"
        with self._news:
            if paths is None:
                self.everything += 1
            else:
                self.paths += paths
            self._news.notify_all()

    def wait(self, condition: Callable[[], object], timeout: float = 3.0) -> None:
        """Wait for a condition that something told makes true."""
        with self._news:
            assert self._news.wait_for(condition, timeout), (self.everything, self.paths)

    def wait_path(self, path: str) -> None:
        """Wait until a path was told."""
        self.wait(lambda: path in self.paths)

    def wait_everything(self, count: int) -> None:
        """Wait until everything was to be looked at more often than so many times."""
        self.wait(lambda: self.everything > count)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    made = tmp_path / "site"
    (made / "_posts").mkdir(parents=True)
    (made / "_config.yml").write_text("url: https://w.example.org\n")
    return made


@pytest.fixture
def start(content: Path, tmp_path: Path) -> Iterator[Start]:
    started: list[Watcher] = []

    def make(folder: Path | None = None, state: Path | None = None, threads: int = 2) -> Told:
        settings = load(folder or content, state=state or tmp_path / "state", environ={}, cwd=tmp_path)
        told = Told()
        watcher = Watcher(replace(settings, every=0.2), told)
        watcher.start()
        started.append(watcher)
        told.wait(lambda: told.everything >= threads)  # both threads have begun
        return told

    yield make
    for watcher in started:
        watcher.stop()


def test_files_are_told_by_their_paths(start: Start, content: Path) -> None:
    told = start()
    path = content / "_posts" / "2024-01-01-茶.md"
    path.write_text("一")
    told.wait_path("_posts/2024-01-01-茶.md")
    told.paths.clear()
    path.write_text("二")
    told.wait_path("_posts/2024-01-01-茶.md")
    told.paths.clear()
    path.rename(path.with_name("other.md"))
    told.wait(lambda: {"_posts/2024-01-01-茶.md", "_posts/other.md"} <= set(told.paths))
    told.paths.clear()
    path.with_name("other.md").unlink()
    told.wait_path("_posts/other.md")


def test_it_is_told_soon(start: Start, content: Path) -> None:
    told = start()
    began = time.perf_counter()
    (content / "_posts" / "a.md").write_text("一")
    told.wait(lambda: told.paths)
    assert time.perf_counter() - began < 0.2


def test_new_folders_are_watched(start: Start, content: Path) -> None:
    told = start()
    (content / "travel" / "_posts").mkdir(parents=True)
    (content / "travel" / "_posts" / "early.md").write_text("一")
    before = told.everything
    told.wait(lambda: told.everything > before or "travel/_posts/early.md" in told.paths)
    told.wait(lambda: told.everything >= before + 1)
    (content / "travel" / "_posts" / "late.md").write_text("二")
    told.wait_path("travel/_posts/late.md")
    (content / "_posts" / "deep" / "er").mkdir(parents=True)
    told.wait(lambda: any(path.startswith("_posts/deep") for path in told.paths))
    (content / "_posts" / "deep" / "er" / "a.md").write_text("三")
    told.wait(lambda: any(path.startswith("_posts/deep/er") for path in told.paths))


def test_configuration_means_everything(start: Start, content: Path, tmp_path: Path) -> None:
    told = start()
    for path in (content / "_config.yml", content / "feedsvc.toml"):
        before = told.everything
        path.write_text("")
        told.wait_everything(before)


def test_a_folder_that_vanishes_is_told_and_again_when_it_is_back(start: Start, content: Path) -> None:
    told = start()
    before = told.everything
    away = content.with_name("away")
    content.rename(away)
    told.wait_everything(before)
    time.sleep(0.3)
    before = told.everything
    away.rename(content)
    told.wait_everything(before)
    (content / "_posts" / "b.md").write_text("一")
    told.wait_path("_posts/b.md")


@pytest.mark.parametrize("what", ["content", "content/_posts", "."])
def test_a_folder_that_another_takes_the_place_of(start: Start, tmp_path: Path, what: str) -> None:
    """At once, as a deployment does: under the same name there is another folder, perhaps of the same inode."""
    content = tmp_path / "up" / "content"
    (content / "_posts").mkdir(parents=True)
    told = start(content)
    for number, replace_it in enumerate((replaced_by_renaming, replaced_by_deleting)):
        before = told.everything
        replace_it(tmp_path / "up" / what)
        told.wait_everything(before)
        time.sleep(0.5)  # both threads have begun anew
        (content / "_posts" / f"{number}.md").write_text("一")
        told.wait_path(f"_posts/{number}.md")


def replaced_by_renaming(folder: Path) -> None:
    copy, old = folder.resolve().with_name("copy"), folder.resolve().with_name("old")
    shutil.copytree(folder, copy)
    folder.resolve().rename(old)
    copy.rename(old.with_name(folder.resolve().name))


def replaced_by_deleting(folder: Path) -> None:
    copy = folder.resolve().with_name("other-copy")
    shutil.copytree(folder, copy)
    shutil.rmtree(folder.resolve())
    shutil.copytree(copy, folder.resolve())


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """A folder that we may not look into, not even as root."""
    user = os.geteuid()
    folder.chmod(0)
    try:
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


@pytest.mark.parametrize("what", ["content", "."])
def test_a_folder_that_is_closed_for_a_while_is_watched_again(start: Start, what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # below tmp_path others may look at nothing
        above = Path(folder) / "above"
        content = above / "content"
        for path in (above, content, content / "_posts"):
            path.mkdir()
        Path(folder).chmod(0o755)
        told = start(content, threads=1)
        with closed(above / what):
            time.sleep(0.6)
        before = told.everything
        told.wait_everything(before - 1)
        eventually_told(told, content / "_posts" / "after.md")
        eventually_told(told, content / "right-here.md")


def eventually_told(told: Told, path: Path) -> None:
    """A file that changes again and again is told of at last."""
    for number in range(30):
        path.write_text(str(number))
        time.sleep(0.1)
        if any(name.endswith(path.name) for name in told.paths):
            return
    raise AssertionError(told.paths)


def test_a_link_that_leads_to_itself_is_looked_at_again(start: Start, content: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(content)
    told = start(link)
    link.unlink()
    link.symlink_to(link)
    time.sleep(0.5)
    link.unlink()
    link.symlink_to(content)
    eventually_told(told, content / "_posts" / "after.md")


def test_a_link_that_is_switched_while_it_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)
    follow, gone = os.readlink, [2]

    def readlink(path: str) -> str:
        if gone[0]:
            gone[0] -= 1
            raise FileNotFoundError(path)
        return follow(path)

    monkeypatch.setattr(os, "readlink", readlink)
    assert real(link) == target.parent.resolve() / "target"
    gone[0] = 99
    assert real(link) == link


def test_a_link_that_is_switched(start: Start, content: Path, tmp_path: Path) -> None:
    other = tmp_path / "zz-other"
    shutil.copytree(content, other)
    link = tmp_path / "link"
    link.symlink_to(content)
    told = start(link)
    (content / "_posts" / "one.md").write_text("一")
    told.wait_path("_posts/one.md")
    before = told.everything
    beside = tmp_path / "next"
    beside.symlink_to(other)
    beside.replace(link)
    told.wait(lambda: told.everything >= before + 2)
    (other / "_posts" / "two.md").write_text("二")
    told.wait_path("_posts/two.md")


@pytest.mark.parametrize("names", [("a-real", "z-link"), ("z-real", "a-link")])
def test_files_right_in_a_linked_folder(start: Start, tmp_path: Path, names: tuple[str, str]) -> None:
    """The folder is watched for posts and for configuration, by one name."""
    real, link = (tmp_path / name for name in names)
    real.mkdir()
    (real / "feedsvc.toml").write_text("")
    link.symlink_to(real)
    told = start(link, threads=1)
    (real / "post.md").write_text("一")
    told.wait_path("post.md")
    before = told.everything
    (real / "feedsvc.toml").write_text("[feeds]\nlimit = 3\n")
    told.wait_everything(before)


def test_the_state_folder_is_not_told_of(start: Start, content: Path) -> None:
    state = content / "_posts" / "deep" / "state"
    state.mkdir(parents=True)
    told = start(state=state)
    (state / "catalogue.sqlite3").write_text("x")
    (content / "_posts" / "after.md").write_text("一")
    told.wait_path("_posts/after.md")
    assert not any("state" in path for path in told.paths)


def test_a_default_state_folder_is_not_told_of(start: Start, content: Path) -> None:
    state = content / ".feedsvc"
    told = start(state=state)
    state.mkdir()
    (state / "catalogue.sqlite3").write_text("x")
    (content / "_posts" / "after.md").write_text("一")
    told.wait_path("_posts/after.md")
    assert not any("feedsvc" in path for path in told.paths)


def test_stopping_is_quick_also_without_a_folder(content: Path, tmp_path: Path) -> None:
    for folder in (content, tmp_path / "none"):
        watcher = Watcher(load(folder, state=tmp_path / "state", environ={}, cwd=tmp_path), Told())
        watcher.start()
        began = time.perf_counter()
        watcher.stop()
        assert time.perf_counter() - began < 1
    Watcher(load(content, state=tmp_path / "state", environ={}, cwd=tmp_path), Told()).stop()
