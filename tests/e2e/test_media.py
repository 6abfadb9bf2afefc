"""A podcast, as its author works on it and as a podcatcher sees it, against the live server."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.server import Server, Site, environment, post

RSS = "/rss.xml"
SOUND = "audio/潮 1.mp3"
FRONT = (
    f"image: /cover.png\naudio: '/{SOUND}'\nduration: 12:34\nitunes:\n  episode: 1\n  summary: 一集 about the tide\n"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("media")
    site = Site.make(folder / "site")
    site.write("episode", post("Episode 一集", more=FRONT), old=True)
    with Server(site.root, folder / "state", "rebuild.every=3600") as made:
        yield made


def test_a_file_that_comes_after_its_post_shows_at_once(server: Server) -> None:
    server.wait_shows(RSS, 'length="0" type="audio/mpeg"')
    sound = server.content / SOUND
    sound.parent.mkdir()
    for length in (300, 70_000):
        sound.write_bytes(b"x" * length)
        assert server.wait_shows(RSS, f'length="{length}" type="audio/mpeg"') < 1
    server.wait_shows("/feed.json", '"size_in_bytes":70000', '"duration_in_seconds":754')
    sound.unlink()
    assert server.wait_shows(RSS, 'length="0" type="audio/mpeg"') < 1


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed")
@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_newsboat_queues_the_episode(server: Server, name: str, tmp_path: Path) -> None:
    (tmp_path / "urls").write_text(f"http://127.0.0.1:{server.port}/{name}\n")
    (tmp_path / "config").write_text("podcast-auto-enqueue yes\n")
    (tmp_path / ".newsboat").mkdir()
    files = [word for option, file in (("-u", "urls"), ("-c", "cache.db"), ("-C", "config")) for word in (option, file)]
    own = environment({"HOME": str(tmp_path), "LC_ALL": "C.UTF-8"})
    subprocess.run(
        ["newsboat", *files, "-x", "reload"], check=True, timeout=15, capture_output=True, env=own, cwd=tmp_path
    )
    database = sqlite3.connect(tmp_path / "cache.db")
    try:
        rows = database.execute("SELECT enclosure_url, enclosure_type, content FROM rss_item").fetchall()
    finally:
        database.close()
    (item,) = server.get("/feed.json").json()["items"]
    (attachment,) = item["attachments"]
    ((url, type_, content),) = rows
    assert (url, type_) == (attachment["url"], attachment["mime_type"])
    assert content.strip() == item["content_html"].strip()  # and not the episode's summary in its place
    (queue,) = tmp_path.rglob("queue")
    assert queue.read_text().startswith(attachment["url"])
