"""A change costs what changed, not what exists: files read, entries rendered, work done by the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from feedsvc import scan
from feedsvc.entries import Entries
from feedsvc.pipeline import taking
from tests.unit.desk import LONG, Desk, post

FEW, MANY = 800, 3_200  # few enough, but more in each feed than its window can hold
EVERY = 10  # instructions of SQLite's virtual machine between two counts


@dataclass
class Cost:
    """What a rebuild did: ``steps`` are tens of instructions of SQLite's virtual machine."""

    files: int = 0
    entries: int = 0
    steps: int = 0


@contextmanager
def counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cost]:
    cost = Cost()
    read, render = scan.read, Entries.render

    def reading(*arguments: object) -> object:
        cost.files += 1
        return read(*arguments)  # type: ignore[arg-type]

    def rendering(self: Entries, numbers: list[int], *arguments: object) -> object:
        cost.entries += len(numbers)
        return render(self, numbers, *arguments)  # type: ignore[arg-type]

    def step() -> int:
        cost.steps += 1
        return 0

    desk.writer.connection.set_progress_handler(step, EVERY)
    with monkeypatch.context() as patched:
        patched.setattr(taking, "read", reading)
        patched.setattr(Entries, "render", rendering)
        yield cost
    desk.writer.connection.set_progress_handler(None, 0)


def site(folder: Path, posts: int) -> Desk:
    desk = Desk(folder / "site", folder / "state")
    for number in range(posts):
        more = f"categories: [c{number % 5}]\ntags: [标签{number % 7}]\n"
        if number % 4 == 2:
            more += "guid: relative\n"  # a problem
        date = f"20{10 + number // 240:02}-{number // 20 % 12 + 1:02}-{number % 20 + 1:02} 08:00:00 +0800"
        desk.put(f"_posts/2026-01-01-p{number:05}.md", post(f"P {number}", f"{LONG} {number}", date=date, more=more))
    desk.look()
    desk.look()
    return desk


def cost_of_a_change(desk: Desk, number: int, monkeypatch: pytest.MonkeyPatch, title: str) -> Cost:
    path = f"_posts/2026-01-01-p{number:05}.md"
    desk.put(path, (desk.root / path).read_text().replace("P ", title))
    with counted(desk, monkeypatch) as cost:
        assert desk.look(path).changed == 1
    return cost


def test_a_change_costs_the_same_however_many_posts_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = site(tmp_path / "small", FEW), site(tmp_path / "large", MANY)
    assert large.writer.count_problems() == MANY // 4
    for place in (1, FEW // 2):  # among the newest, and far behind what feeds show
        few = cost_of_a_change(small, FEW - place, monkeypatch, "改 ")
        many = cost_of_a_change(large, MANY - place, monkeypatch, "改 ")
        assert few.files == many.files == 1
        assert few.entries == many.entries == (place == 1)
        assert many.steps < 1.2 * few.steps, (few, many)
    for desk in (small, large):
        desk.writer.close()


def test_the_same_bytes_again_cost_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = site(tmp_path, FEW)
    paths = [f"_posts/2026-01-01-p{number:05}.md" for number in range(100)]
    for path in paths:
        desk.put(path, (desk.root / path).read_bytes())
    generation = desk.writer.generation
    with counted(desk, monkeypatch) as cost:
        report = desk.look(*paths)
    assert not report.did_something
    assert (cost.files, cost.entries, desk.writer.generation) == (100, 0, generation)
    desk.writer.close()
