"""When things go wrong around it: the last generation stays served, and what is wrong is said in a line."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.server import CONFIG, Server, Site, eventually, feedsvc, free_port, post


def line(done: subprocess.CompletedProcess[str], status: int) -> str:
    """The one line of an error."""
    assert done.returncode == status, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def failed(server: Server) -> Any:
    """The last build, if it failed."""
    build = server.readyz()["build"]
    return build if build["state"] == "failed" else None


# -- the content folder ----------------------------------------------------------------------------------------


def test_readiness_says_when_a_failure_is_over(serve: Serve, site: Site) -> None:
    server = serve("rebuild.every=3600")
    away = site.root.with_name("away")
    site.root.rename(away)
    eventually(lambda: failed(server), 2.0, what="readyz to say so")
    away.rename(site.root)
    eventually(lambda: not failed(server), 2.0, what="readyz to say that all is well")


def test_a_content_folder_that_vanishes_and_returns(serve: Serve, site: Site) -> None:
    server = serve("rebuild.every=3600")
    before = server.get("/rss.xml")
    away = site.root.with_name("away")
    site.root.rename(away)
    build = eventually(lambda: failed(server), 2.0, what="readyz to say so")
    assert "no such folder" in build["error"]
    assert server.readyz()["status"] == "ready"
    assert server.get("/rss.xml").validators == before.validators
    away.rename(site.root)
    assert server.rebuild()["state"] == "done"
    assert server.get("/rss.xml").validators == before.validators
    site.write("back", post("Back 回"))
    assert server.wait_shows("/rss.xml", "Back 回") < 1


def test_a_content_folder_that_is_empty_where_it_was_not_is_no_mass_deletion(serve: Serve, site: Site) -> None:
    server = serve("rebuild.every=0.5")
    before = server.get("/rss.xml").validators
    shutil.rmtree(site.root / "_posts")
    build = eventually(lambda: failed(server), 4.0)
    assert "holds no posts any more" in build["error"]
    assert server.get("/rss.xml").validators == before
    site.write("one", old=True)
    assert server.rebuild()["state"] == "done"
    assert server.shows("/rss.xml", ">one<")


def test_a_content_folder_that_is_a_symlink_is_switched(serve: Serve, tmp_path: Path) -> None:
    a, b = Site.make(tmp_path / "release-a"), Site.make(tmp_path / "release-b")
    for release in (a, b):
        release.write("one", old=True)
    b.write("new", post("New 新"), old=True)
    link = tmp_path / "current"
    link.symlink_to(a.root.name)
    server = serve("rebuild.every=3600", content=link)
    before = server.get("/category/%E8%A6%81%E9%97%BB/atom.xml")
    assert "New 新" not in before.text

    def switch(target: Site) -> None:
        beside = tmp_path / "next"
        beside.symlink_to(target.root.name)
        beside.replace(link)

    switch(b)
    took = server.wait_shows("/rss.xml", "New 新")
    print(f"a switched symlink shows after {took:.3f} s")
    assert took < 1
    assert server.shows("/rss.xml", ">one<")
    b.write("later", post("Later 后"))  # the new folder is the one that is watched
    assert server.wait_shows("/rss.xml", "Later 后") < 1
    switch(a)
    eventually(lambda: not server.shows("/rss.xml", "New 新"), 4.0)
    assert server.shows("/rss.xml", ">one<")


def test_posts_right_in_a_switched_symlink_are_watched(serve: Serve, tmp_path: Path) -> None:
    """A plain folder whose link sorts after it, and holds the configuration."""
    real = tmp_path / "a-release"
    real.mkdir()
    (real / "feedsvc.toml").write_text('[site]\nurl = "https://notes.example.org"\n')
    (real / "one.md").write_text(post("one"))
    link = tmp_path / "z-current"
    link.symlink_to(real.name)
    server = serve("rebuild.every=3600", content=link)
    (real / "two.md").write_text(post("two 二"))
    assert server.wait_shows("/rss.xml", "two 二") < 1
    (real / "feedsvc.toml").write_text('[site]\nurl = "https://notes.example.org"\ntitle = "Renamed 改名"\n')
    assert server.wait_shows("/rss.xml", "Renamed 改名") < 1


def test_a_start_without_the_content_folder_serves_what_there_was(serve: Serve, site: Site) -> None:
    server = serve()
    before = server.get("/rss.xml").validators
    server.stop()
    site.root.rename(site.root.with_name("away"))
    server.start(ready=False)
    assert server.wait_answers("/rss.xml").validators == before
    assert "no such folder" in eventually(lambda: failed(server))["error"]
    site.root.with_name("away").rename(site.root)
    site.write("back", post("Back 回"))
    server.wait_shows("/rss.xml", "Back 回")


def test_a_missing_folder_is_told_in_a_line(tmp_path: Path) -> None:
    assert "no such folder" in line(feedsvc("serve", tmp_path / "none", "--port", str(free_port())), 1)


def test_a_state_inside_the_posts_is_not_watched(serve: Serve, tmp_path: Path) -> None:
    content = tmp_path / "notes"
    (content / "deep" / "state").mkdir(parents=True)
    (content / "deep" / "one.md").write_text(post("one"))
    state = content / "deep" / "state"
    server = serve("rebuild.every=3600", "site.url=https://x.example.org", content=content, state=state)
    (content / "deep" / "two.md").write_text(post("two 二"))
    server.wait_shows("/rss.xml", "two 二")
    first = server.rebuild()["id"]
    for _ in range(20):
        server.get("/rss.xml")
    assert server.rebuild()["id"] <= first + 5


# -- the configuration -----------------------------------------------------------------------------------------


def test_a_setting_that_is_wrong_is_named(site: Site, tmp_path: Path) -> None:
    (site.root / "feedsvc.toml").write_text("[feeds]\nlimt = 3\n")
    said = line(feedsvc("serve", site.root, "--state", tmp_path / "state", "--port", str(free_port())), 2)
    assert "feeds.limt: no such setting; did you mean feeds.limit?" in said


def test_configuration_that_is_edited_is_taken_up(serve: Serve, site: Site) -> None:
    server = serve("rebuild.every=3600")
    (site.root / "_config.yml").write_text(CONFIG.replace("港湾 Harbour", "新名 New Name"))
    assert server.wait_shows("/rss.xml", "新名 New Name") < 1
    (site.root / "feedsvc.toml").write_text("[feeds]\nmax_age = 120\nlimit = 1\nwindow = 0\n")
    eventually(lambda: "max-age=120" in server.get("/rss.xml").headers["cache-control"])
    eventually(lambda: server.get("/rss.xml").text.count("<item>") == 1)


def test_broken_configuration_keeps_the_last_served(serve: Serve, site: Site) -> None:
    server = serve("rebuild.every=3600")
    before = server.get("/rss.xml").validators
    (site.root / "_config.yml").write_text("title: [open\n")
    build = eventually(lambda: failed(server), 2.0)
    assert "_config.yml" in build["error"]
    assert server.get("/rss.xml").validators == before
    site.write("meanwhile", post("Meanwhile 其间"))
    (site.root / "_config.yml").write_text(CONFIG)
    server.wait_shows("/rss.xml", "Meanwhile 其间", timeout=2.0)
    assert "Traceback" not in server.printed()


def test_a_token_that_is_changed_counts_at_once(serve: Serve, site: Site) -> None:
    server = serve("rebuild.every=3600")
    (site.root / "feedsvc.toml").write_text('[rebuild]\ntoken = "a-token-of-our-own-1234"\n')
    bearer = {"Authorization": "Bearer a-token-of-our-own-1234"}
    eventually(lambda: server.ask("POST", "/rebuild", bearer).status == 202, 2.0)


def test_folders_that_are_included_later_are_watched_from_then_on(serve: Serve, site: Site) -> None:
    server = serve("rebuild.every=3600")
    old = site.root / "old_post"
    old.mkdir()
    (old / "2024-01-01-first.md").write_text(post("First old 旧"))
    (site.root / "feedsvc.toml").write_text('[content]\ninclude = ["old_post/*.md"]\n')
    server.wait_shows("/rss.xml", "First old 旧")
    (old / "2024-01-02-second.md").write_text(post("Second old 旧二"))
    assert server.wait_shows("/rss.xml", "Second old 旧二") < 1


# -- the state folder, the port --------------------------------------------------------------------------------


def test_a_port_in_use_is_told_in_a_line(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"cannot listen at 127.0.0.1:{port}" in line(feedsvc("serve", site.root, "--port", str(port)), 1)


def test_a_state_of_a_newer_version_is_left_alone(site: Site, tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert feedsvc("build", site.root, "--state", state).returncode == 0
    catalogue = sqlite3.connect(state / "catalogue.sqlite3")
    catalogue.execute("PRAGMA user_version = 999")
    catalogue.close()
    for command in (("serve", "--port", str(free_port())), ("build",)):
        assert "made by a newer feedsvc" in line(feedsvc(*command, site.root, "--state", state), 1)


def test_a_state_of_other_content_is_refused(site: Site, tmp_path: Path) -> None:
    state, other = tmp_path / "state", Site.make(tmp_path / "other")
    assert feedsvc("build", site.root, "--state", state).returncode == 0
    assert "belongs to the content folder" in line(feedsvc("build", other.root, "--state", state), 1)


def test_a_state_that_is_no_database_is_told_in_a_line(site: Site, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "catalogue.sqlite3").write_bytes(b"this is no database, whatever its name may say" * 100)
    assert "catalogue" in line(feedsvc("build", site.root, "--state", state), 1)


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, where mounting one is permitted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mounting is not permitted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], capture_output=True, check=False)
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """Use up a file system but for some bytes."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 512):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
        if leave:
            file.truncate(max(0, file.tell() - leave))
    return filler


def test_a_read_only_content_folder_asks_for_a_state_elsewhere(mount: Path, tmp_path: Path) -> None:
    site = Site.make(mount / "site")
    site.write("one", old=True)
    subprocess.run(["mount", "-o", "remount,ro", str(mount)], check=True)
    assert "give --state a folder that can" in line(feedsvc("serve", site.root, "--port", str(free_port())), 1)
    with Server(site.root, tmp_path / "state") as server:
        assert server.shows("/rss.xml", ">one<")


def test_a_full_disk_keeps_the_last_generation_and_says_so(mount: Path, site: Site) -> None:
    with Server(site.root, mount / "state", "rebuild.every=0.5") as server:
        before = server.get("/rss.xml").validators
        server.get("/feeds.json")
        filler = fill(mount)
        site.write("large", post("Large 大", body="很多字 " * 60_000))
        eventually(lambda: "disk is full" in server.printed(), what="the log to say so")
        assert "Traceback" not in server.printed()  # it is no fault of the program
        assert server.get("/rss.xml").validators == before
        assert server.get("/atom.xml").status == server.get("/").status == 200
        filler.unlink()
        server.wait_shows("/rss.xml", "Large 大", timeout=5.0)


def test_a_disk_that_fills_up_while_a_generation_is_written_keeps_the_last(mount: Path, site: Site) -> None:
    """Room for the request, none for the documents."""
    with Server(site.root, mount / "state", "rebuild.every=0.5") as server:
        before = server.get("/rss.xml").validators
        filler = fill(mount, leave=150_000)
        site.write("large", post("Large 大", body=os.urandom(150_000).hex()))
        eventually(lambda: "disk is full" in server.printed(), what="the log to say so")
        assert server.get("/rss.xml").validators == before
        filler.unlink()
        server.wait_shows("/rss.xml", "Large 大", timeout=5.0)


def test_a_start_with_a_full_disk_says_so_and_loses_nothing(mount: Path, site: Site) -> None:
    with Server(site.root, mount / "state") as server:
        before = server.get("/rss.xml").validators
        server.stop()
        filler = fill(mount)
        said = line(feedsvc("serve", site.root, "--state", server.state, "--port", str(free_port())), 1)
        assert "catalogue.sqlite3" in said
        filler.unlink()
        server.start()
        assert server.get("/rss.xml").validators == before


def test_a_build_on_a_full_disk_is_told_in_a_line(mount: Path, site: Site) -> None:
    state = mount / "state"
    assert feedsvc("build", site.root, "--state", state).returncode == 0
    fill(mount)
    site.write("large", post("Large 大", body="很多字 " * 60_000))
    said = line(feedsvc("build", site.root, "--state", state), 1)
    assert "full" in said
    assert "a fault in feedsvc" not in said


def test_a_state_folder_that_is_removed_under_a_server_is_noticed(serve: Serve, site: Site, tmp_path: Path) -> None:
    """Nobody should; but then it should end or heal, not pretend."""
    server = serve("rebuild.every=0.3")
    shutil.rmtree(tmp_path / "state")
    site.write("after", post("After 之后"))

    def noticed() -> bool:
        ended = server.process is not None and server.process.poll() is not None
        return ended or "rebuild failed" in server.printed() or server.shows("/rss.xml", "After 之后")

    eventually(noticed, 4.0)


def test_a_stopped_server_lets_the_next_writer_in(serve: Serve, site: Site) -> None:
    server = serve()
    assert feedsvc("build", site.root, "--state", server.state, "--watch").returncode == 75
    server.stop(signal.SIGKILL)
    assert feedsvc("build", site.root, "--state", server.state).returncode == 0
    assert os.access(server.state / "lock", os.R_OK)
