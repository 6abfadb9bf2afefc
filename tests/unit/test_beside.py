"""Sizes of files beside posts: looked up in the content folder alone, and looked up again when they change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feedsvc.scan import size
from tests.unit.desk import Desk, documents, post

A, B = "_posts/2026-01-01-alpha.md", "_posts/2026-01-02-beta.md"
SOUND = "audio/第 一.mp3"
EPISODE = post("一集", more=f"audio: /{SOUND}\nduration: 61\n")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "site", tmp_path / "state")
    yield made
    made.writer.close()


def told(desk: Desk) -> int:
    """The length that the one entry's one file is told to have, 0 for none."""
    (attachment,) = desk.only()["attachments"]
    length: int = attachment.get("size_in_bytes", 0)
    return length


def test_the_length_is_that_of_the_file(desk: Desk) -> None:
    desk.put(SOUND, b"x" * 321)
    desk.put(A, EPISODE)
    desk.look()
    assert told(desk) == 321
    found = documents(desk.writer)
    assert b'length="321" type="audio/mpeg"' in found["/rss.xml"]
    assert b'length="321"' in found["/atom.xml"]
    assert desk.codes() == []


def test_what_front_matter_says_is_not_looked_up(desk: Desk) -> None:
    desk.put(SOUND, b"x" * 321)
    desk.put(A, post("一集", more=f"audio: /{SOUND}\nlength: 77\n"))
    desk.look()
    assert told(desk) == 77
    assert desk.writer.beside() == []


def test_a_file_that_is_not_there_is_told_and_found_when_it_comes(desk: Desk) -> None:
    desk.put(A, EPISODE)
    desk.look()
    assert told(desk) == 0
    assert b'length="0"' in documents(desk.writer)["/rss.xml"]
    assert desk.codes() == [(A, "media-missing")]
    desk.put(SOUND, b"x" * 5)
    assert desk.look().changed == 1
    assert told(desk) == 5
    assert desk.codes() == []


def test_another_size_is_noticed_and_is_no_change_of_the_post(desk: Desk) -> None:
    desk.put(SOUND, b"x" * 5)
    desk.put(A, EPISODE)
    desk.look()
    before = desk.only()
    desk.put(SOUND, b"x" * 6)
    assert desk.look().read == 1
    assert told(desk) == 6
    assert desk.only()["date_modified"] == before["date_modified"]
    assert desk.look().read == 0
    desk.drop(SOUND)
    desk.look()
    assert told(desk) == 0


@pytest.mark.parametrize("scope", [SOUND, "audio"])
def test_an_event_of_the_file_or_its_folder_is_enough(desk: Desk, scope: str) -> None:
    desk.put(SOUND, b"x" * 5)
    desk.put(A, EPISODE)
    desk.put(B, post("别的"))
    desk.look()
    desk.put(SOUND, b"x" * 6)
    report = desk.look(scope)
    assert (report.read, report.changed, report.removed) == (1, 1, 0)
    assert desk.look("audio-other").read == 0


def test_several_posts_may_tell_of_one_file(desk: Desk) -> None:
    desk.put(SOUND, b"x" * 5)
    desk.put(A, EPISODE)
    desk.put(B, EPISODE)
    desk.look()
    desk.put(SOUND, b"x" * 6)
    assert desk.look().read == 2
    assert [item["attachments"][0]["size_in_bytes"] for item in desk.items()] == [6, 6]


def test_a_post_that_moves_or_goes_takes_its_files_along(desk: Desk) -> None:
    desk.put(SOUND, b"x" * 5)
    desk.put(A, EPISODE)
    desk.put(B, post("别的", date="2025-01-01"))
    desk.look()
    desk.move(A, f"travel/{A}")
    desk.look()
    desk.look()
    assert desk.writer.beside() == [(f"travel/{A}", SOUND, 5)]
    desk.put(SOUND, b"x" * 7)
    desk.look()
    assert desk.items()[0]["attachments"][0]["size_in_bytes"] == 7
    desk.drop(f"travel/{A}")
    desk.look()
    desk.look()
    assert desk.writer.beside() == []


def test_a_broken_post_keeps_what_it_told(desk: Desk) -> None:
    desk.put(SOUND, b"x" * 5)
    desk.put(A, EPISODE)
    desk.look()
    desk.put(A, b"---\ntitle: open\n")
    desk.look()
    desk.put(SOUND, b"x" * 6)
    assert desk.look().read == 0
    assert told(desk) == 5
    desk.put(A, EPISODE)
    desk.look()
    assert told(desk) == 6


def test_all_of_it_survives_the_ledger(desk: Desk) -> None:
    front = (
        f"audio: {{url: /{SOUND}, title: 第一}}\nimage: {{path: /x.png, width: 3}}\n"
        "itunes: {episode: 3, season: 2, type: trailer, explicit: no, title: 三, image: /y.png, block: yes}\n"
    )
    desk.put(SOUND, b"x" * 5)
    desk.put(A, post("一集", more=front))
    desk.look()
    before = documents(desk.writer)
    desk.put(A, "---\ntitle: 坏\n".encode("gbk"))
    desk.look()  # the last good version comes from what was dumped
    assert documents(desk.writer) == before


# -- where files may lie ---------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "content"
    (made / "audio").mkdir(parents=True)
    (made / "audio" / "a.mp3").write_bytes(b"12345")
    (tmp_path / "secret").write_bytes(b"123456789")
    return made


def test_sizes(folder: Path) -> None:
    assert size(folder, "audio/a.mp3") == 5
    assert size(folder, "audio/none.mp3") == size(folder, "audio") == size(folder, "") == -1
    assert size(folder, "audio/a.mp3/x") == -1


def test_no_size_of_what_lies_outside(folder: Path) -> None:
    (folder / "out.mp3").symlink_to(folder.parent / "secret")
    (folder / "away").symlink_to(folder.parent)
    (folder.parent / "content-2").mkdir()
    (folder.parent / "content-2" / "x.mp3").write_bytes(b"1")
    (folder / "two").symlink_to(folder.parent / "content-2")
    (folder / "loop").symlink_to("loop")
    names = ("out.mp3", "away/secret", "two/x.mp3", "../secret", "/etc/passwd", "audio/../../secret", "loop")
    assert {size(folder, name) for name in names} == {-1}


def test_a_link_within_is_followed(folder: Path) -> None:
    (folder / "in.mp3").symlink_to("audio/a.mp3")
    assert size(folder, "in.mp3") == 5


@pytest.mark.parametrize("name", [".feedsvc/token", ".git/config", "audio/.hidden", "a\x00b", "x" * 5000, "\ud800"])
def test_no_size_of_what_is_hidden_or_no_name(folder: Path, name: str) -> None:
    if name.isprintable() and len(name) < 100:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"123")
    assert size(folder, name) == -1


def test_a_post_cannot_tell_what_lies_outside(desk: Desk) -> None:
    (desk.root.parent / "secret").write_bytes(b"x" * 9)
    desk.put(A, post("一", more="enclosures: [/../secret, /%2e%2e/secret, /.feedsvc/x, '/%00']\n"))
    desk.look()
    attachments: list[dict[str, Any]] = desk.only()["attachments"]
    assert not any("size_in_bytes" in each for each in attachments)
