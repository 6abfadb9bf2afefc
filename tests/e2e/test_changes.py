"""What authors and crawlers do to their files, and when and how it shows in the feeds of a running server."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.server import Server, Site, eventually, post

RSS, ATOM, JSON = "/rss.xml", "/atom.xml", "/feed.json"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of this file: each has posts and categories of its own."""
    folder = tmp_path_factory.mktemp("changes")
    site = Site.make(folder / "site")
    site.write("still", post("Still 静", categories="still", tags="[still]"), old=True)
    with Server(site.root, folder / "state", "rebuild.every=3600", "feeds.limit=100", workers=2) as made:
        yield made


@pytest.fixture
def site(server: Server) -> Site:
    return Site(server.content)


def feed(category: str) -> str:
    return f"/category/{category}/atom.xml"


def test_new_changed_and_deleted_posts_show_within_a_second(server: Server, site: Site) -> None:
    took: dict[str, list[float]] = {"new": [], "changed": [], "deleted": []}
    for number in range(12):
        path = site.write(f"fresh-{number}", post(f"fresh {number}", categories="fresh"))
        took["new"].append(server.wait_shows(feed("fresh"), f">fresh {number}<"))
        path.write_text(post(f"altered {number}", categories="fresh"))
        took["changed"].append(server.wait_shows(feed("fresh"), f">altered {number}<"))
    began = time.time()  # the grace is by the clock on the wall, which may be set right meanwhile
    path.unlink()
    eventually(lambda: not server.shows(feed("fresh"), ">altered 11<"))
    took["deleted"].append(time.time() - began)
    print({kind: f"median {statistics.median(each):.3f} s, max {max(each):.3f} s" for kind, each in took.items()})
    assert max(took["new"] + took["changed"]) < 1
    assert min(took["deleted"]) >= 2
    assert max(took["deleted"]) < 3  # the two seconds that a file may be gone, and one


def test_a_renamed_post_stays_the_same_entry(server: Server, site: Site) -> None:
    body = "一篇足够长的文章 long enough to be told from others, 别无二致" * 3
    path = site.write("named", post("Named 名", categories="renamed", body=body))
    server.wait_shows(feed("renamed"), "Named 名")
    before = server.get(feed("renamed"))
    generation = server.readyz()["generation"]
    target = site.root / "deep" / "_posts" / path.name
    target.parent.mkdir(parents=True)
    path.rename(target)  # Jekyll makes a category of the folder: the entry changes, its id does not
    eventually(lambda: server.readyz()["generation"] > generation)
    eventually(lambda: "/category/deep/" in server.get("/feeds.json").text)
    after = server.get(feed("renamed"))
    identity = before.text.split("<entry>")[1].split("<id>")[1].split("</id>")[0]
    assert f"<id>{identity}</id>" in after.text
    assert after.text.count("<entry>") == 1
    other = target.with_name("2024-01-31-other-name.md")
    generation = server.readyz()["generation"]
    target.rename(other)
    server.wait_shows(feed("renamed"), "other-name")
    assert f"<id>{identity}</id>" in server.get(feed("renamed")).text
    assert server.get(feed("renamed")).text.count("<entry>") == 1


def test_feeds_that_are_not_concerned_keep_their_validators(server: Server, site: Site) -> None:
    paths = [f"/category/still/{name}" for name in ("rss.xml", "atom.xml", "feed.json")] + ["/tag/still/atom.xml"]
    before = [server.get(path).validators for path in paths]
    path = site.write("noise", post("Noise 声", categories="noise", tags="[noise]"))
    server.wait_shows(feed("noise"), "Noise 声")
    path.write_text(post("Noise louder", categories="noise", tags="[noise]"))
    server.wait_shows(feed("noise"), "Noise louder")
    assert [server.get(path).validators for path in paths] == before
    assert all(None not in validators for validators in before)


def test_last_modified_moves_strictly_with_each_change(server: Server, site: Site) -> None:
    seen = []
    for number in range(3):
        site.write("quick", post(f"quick {number}", categories="quick"))
        server.wait_shows(feed("quick"), f">quick {number}<")
        eventually(lambda: server.get(feed("quick")).headers.get("last-modified"), what="no time in the future")
        seen.append(server.get(feed("quick")).validators)
    assert len({tag for tag, _ in seen}) == len({modified for _, modified in seen}) == 3


def test_the_same_bytes_again_change_nothing(server: Server, site: Site) -> None:
    path = site.write("same", post("Same 同", categories="same"))
    server.wait_shows(feed("same"), "Same 同")
    build, generation = server.rebuild()["id"], server.readyz()["generation"]
    validators = server.get(feed("same")).validators
    for _ in range(3):
        path.write_bytes(path.read_bytes())
        os.utime(path)
    done = server.rebuild()
    assert done["id"] > build
    assert (done["report"]["rendered"], done["report"]["written"], done["report"]["changed"]) == (0, 0, 0)
    assert server.readyz()["generation"] == generation
    assert server.get(feed("same")).validators == validators


class Witness:
    """Looks at a feed all the time, and remembers every body it saw."""

    def __init__(self, server: Server, path: str) -> None:
        self.bodies: set[str] = set()
        self._server, self._path = server, path
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Witness:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.bodies.add(self._server.get(self._path).text)

    def _look(self) -> None:
        while not self._stop.is_set():
            self.bodies.add(self._server.get(self._path).text)
            time.sleep(0.005)


def write_in_pieces(path: Path, pieces: list[str], pause: float) -> None:
    """Keep a file open and write it piece by piece."""
    with path.open("w", encoding="utf-8") as file:
        for place, piece in enumerate(pieces):
            if place:
                time.sleep(pause)
            file.write(piece)
            file.flush()


def test_a_post_whose_head_is_written_slowly_is_never_seen_half(server: Server, site: Site) -> None:
    whole = post("Slow 慢", categories="slow", body="beginning 始 end 终")
    cut = whole.index("tags:")
    with Witness(server, feed("slow")) as witness:
        write_in_pieces(site.path("slow"), ["", whole[:20], whole[20:cut], whole[cut:]], 0.25)
        server.wait_shows(feed("slow"), "Slow 慢")
    entries = [body for body in witness.bodies if "Slow" in body]
    assert entries
    assert all("end 终" in body and "A股" in body for body in entries)
    assert not any("slow" in problem["path"] for problem in server.rebuild()["report"]["problems"])


def test_a_post_whose_body_comes_in_many_small_writes_is_never_seen_half(server: Server, site: Site) -> None:
    whole = post("Stream 流", categories="stream", body="beginning " + "字 word " * 400 + " end 终")
    pieces = [whole[start : start + 100] for start in range(0, len(whole), 100)]
    with Witness(server, feed("stream")) as witness:
        write_in_pieces(site.path("stream"), pieces, 0.004)
        server.wait_shows(feed("stream"), "end 终")
    assert all("end 终" in body for body in witness.bodies if "beginning" in body)


def test_many_posts_written_one_after_the_other_all_appear(server: Server, site: Site) -> None:
    for number in range(40):
        site.write(f"burst-{number}", post(f"burst {number}.", categories="burst"))
        time.sleep(0.007)  # so that some events come while a post before is looked at
    wanted = [f">burst {number}.<" for number in range(40)]
    eventually(lambda: server.shows(feed("burst"), *wanted), what="all posts of the burst")


def test_a_post_rewritten_all_the_time_ends_at_its_last_version(server: Server, site: Site) -> None:
    long = "段落 paragraph " * 4000
    with Witness(server, feed("busy")) as witness:
        for number in range(60):
            site.write("busy", post(f"busy {number}", categories="busy", body=f"{long} end {number}."))
            time.sleep(0.01)
        server.wait_shows(feed("busy"), ">busy 59<")
    for body in witness.bodies:
        if "<entry>" in body:
            told = body.split("<entry>")[1].split(">busy ")[1].split("<")[0]
            assert f"end {told}." in body
    assert not any("busy" in problem["path"] for problem in server.rebuild()["report"]["problems"])


def save_beside_and_rename(path: Path, text: str) -> None:
    """As vim, rsync and most programs do."""
    beside = path.with_name(f".{path.name}.swp-new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def save_with_a_backup(path: Path, text: str) -> None:
    """As vim with ``backup``, and Emacs: the old file is moved out of the way first."""
    backup = path.with_name(f"{path.name}~")
    if path.exists():
        path.rename(backup)
    time.sleep(0.05)
    path.write_text(text, encoding="utf-8")
    backup.unlink(missing_ok=True)


def truncate_and_write(path: Path, text: str) -> None:
    """As nano, echo and Python's open("w") do."""
    with path.open("w", encoding="utf-8") as file:
        time.sleep(0.15)
        file.write(text)


def delete_and_write(path: Path, text: str) -> None:
    """As git does at a checkout."""
    path.unlink(missing_ok=True)
    time.sleep(0.15)
    path.write_text(text, encoding="utf-8")


def save_from_elsewhere(path: Path, text: str) -> None:
    """As a deployment that builds beside the site does."""
    beside = path.parents[2] / f"elsewhere-{path.name}"
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


SAVES = (save_beside_and_rename, save_with_a_backup, truncate_and_write, delete_and_write, save_from_elsewhere)


@pytest.mark.parametrize("save", SAVES)
def test_editors_ways_to_save(server: Server, site: Site, save: Callable[[Path, str], None]) -> None:
    name = f"saved-{SAVES.index(save)}"
    path = site.path(name)
    save(path, post("first 一", categories=name))
    server.wait_shows(feed(name), "first 一")
    with Witness(server, feed(name)) as witness:
        save(path, post("second 二", categories=name))
        server.wait_shows(feed(name), "second 二")
    assert all(body.count("<entry>") == 1 for body in witness.bodies), "the entry was away for a while"
    assert len(witness.bodies) == 2
    assert not any(name in problem["path"] for problem in server.rebuild()["report"]["problems"])


def test_a_folder_of_posts_that_appears_is_found(server: Server, site: Site) -> None:
    for number in range(3):
        site.write(f"trip-{number}", post(f"trip {number}.", categories="trip"), folder=f"trip{number}/_posts")
    wanted = [f">trip {number}.<" for number in range(3)]
    assert server.wait_shows(feed("trip"), *wanted) < 1
    site.write("trip-again", post("trip again", categories="trip"), folder="trip1/_posts/deep/er")
    assert server.wait_shows(feed("trip"), ">trip again<") < 1


def test_a_broken_post_keeps_its_last_good_version(server: Server, site: Site) -> None:
    path = site.write("fragile", post("Fragile 脆", categories="fragile"))
    server.wait_shows(feed("fragile"), "Fragile 脆")
    before = server.get(feed("fragile"))
    path.write_bytes("---\ntitle: 坏\n---\n".encode("gbk"))

    def problems() -> list[str]:
        return [each["code"] for each in server.rebuild()["report"]["problems"] if "fragile" in each["path"]]

    assert eventually(problems)
    assert server.get(feed("fragile")).validators == before.validators
    path.write_text(post("Fragile mended 好", categories="fragile"))
    server.wait_shows(feed("fragile"), "Fragile mended 好")
    assert problems() == []


def test_a_future_post_appears_on_its_second(server: Server, site: Site) -> None:
    due = (datetime.now(UTC) + timedelta(seconds=2.2)).replace(microsecond=0)
    site.write("future", post("Future 未来", date=f"{due:%Y-%m-%d %H:%M:%S} +0000", categories="future"))
    eventually(lambda: server.rebuild()["report"]["files"])
    assert not server.shows(feed("future"), "Future 未来")
    server.wait_shows(feed("future"), "Future 未来")
    late = datetime.now(UTC).timestamp() - due.timestamp()
    print(f"a future post appeared {late:.3f} s after its time")
    assert 0 <= late < 1


def test_a_post_that_is_hidden_and_shown_again_is_the_same_entry(server: Server, site: Site) -> None:
    shown = post("Shy 羞", categories="shy")
    path = site.write("shy", shown)
    server.wait_shows(feed("shy"), "Shy 羞")
    before = server.get(feed("shy")).body
    path.write_text(shown.replace("---\n", "---\npublished: false\n", 1))
    eventually(lambda: not server.shows(feed("shy"), "Shy 羞"))
    assert server.get(feed("shy")).status == 200  # a feed that is empty for now is no 404
    path.write_text(shown)
    server.wait_shows(feed("shy"), "Shy 羞")
    assert server.get(feed("shy")).body == before
