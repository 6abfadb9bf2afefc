"""An export: what is written, what is left alone, and what an interruption leaves."""

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import closing
from pathlib import Path

import brotli
import pytest

from feedsvc.codings import Coding, encode
from feedsvc.exceptions import CatalogueBusy, CatalogueError, FeedsvcError
from feedsvc.export import Exporter, ExportReport, Source, exporter
from feedsvc.export.places import Places
from feedsvc.pipeline.progress import silent
from feedsvc.rules import Look
from feedsvc.web.exported import Exported
from tests.unit.desk import Desk, documents, post

TEA = "categories: tea\ntags: ['晴/雨', '.NET']\n"
ALL = ("site", "category", "tag", "author")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "site", tmp_path / "state")
    for day in range(1, 10):
        desk.put(f"_posts/2026-01-0{day}-p{day}.md", post(f"茶 {day}", date=f"2026-01-0{day}", more=TEA))
    desk.put("_posts/2026-01-06-other.md", post("别的", more="categories: other\n"))
    desk.put("feedsvc.toml", "[feeds]\nlimit = 3\nwindow = 0\n")
    desk.look()
    yield desk
    desk.writer.close()


def export(desk: Desk, dest: Path, source: Source | None = None, *, overwrite: bool = False) -> ExportReport:
    with closing(Exporter(dest, source, overwrite=overwrite)) as made:
        made.follow(desk.writer, desk.now, silent)
        made.finish(desk.writer, desk.now, silent)
        return made.report()


def clock() -> float:
    return 0.0


def alone(*history: str) -> Exported:
    return Exported(Look(), clock, alone=True, history=history)


def files(dest: Path) -> dict[str, tuple[bytes, int]]:
    """Every file that readers get, with its time."""
    paths = (path for path in dest.rglob("*") if path.is_file() and ".feedsvc-export" not in path.parts)
    return {str(path.relative_to(dest)): (path.read_bytes(), int(path.stat().st_mtime)) for path in paths}


def bodies(dest: Path) -> dict[str, bytes]:
    return {name: body for name, (body, _) in files(dest).items() if name.rpartition(".")[2] not in ("gz", "br")}


def test_documents_are_files_with_their_time_and_their_codings(desk: Desk, tmp_path: Path) -> None:
    report = export(desk, tmp_path / "out")
    there = files(tmp_path / "out")
    found = documents(desk.writer)
    assert report == ExportReport(written=len(found), removed=0, kept=0)
    for address, body in found.items():
        name = address.removeprefix("/").replace("%E6%99%B4%2F%E9%9B%A8", "晴/雨")
        document = desk.writer.document(address, desk.writer.generation)
        assert document is not None
        assert there[name] == (body, document.modified)
        assert gzip.decompress(there[f"{name}.gz"][0]) == brotli.decompress(there[f"{name}.br"][0]) == body
        assert there[f"{name}.gz"][1] == there[f"{name}.br"][1] == document.modified
        assert len({len(there[name + suffix][0]) for suffix in ("", ".gz", ".br")}) == 3
    assert len(there) == 3 * len(found)


def test_step_by_step_is_as_at_once(desk: Desk, tmp_path: Path) -> None:
    source = alone(*ALL)
    export(desk, tmp_path / "out", source)
    steps: tuple[Callable[[], object], ...] = (
        lambda: desk.put("_posts/2026-01-02-p2.md", post("改了 changed", date="2026-01-02", more=TEA)),
        lambda: desk.put("_posts/2026-02-01-new.md", post("新 new", date="2026-02-01", more="tags: [新, C#]\n")),
        lambda: desk.drop("_posts/2026-01-09-p9.md"),
        lambda: desk.put("_posts/2026-01-06-other.md", post("别的", more="categories: tea\n")),
        lambda: desk.put("_posts/2020-01-01-old.md", post("旧 old", date="2020-01-01", more=TEA)),
        lambda: desk.put("feedsvc.toml", "[feeds]\nlimit = 2\nwindow = 0\n[moved]\n'category/tea' = 'category/茶'\n"),
        lambda: desk.put("_posts/2026-03-01-tea.md", post("茶 tea", date="2026-03-01", more="categories: 茶\n")),
        lambda: desk.put("feedsvc.toml", "gone = ['tag/.NET']\n[feeds]\nlimit = 2\nwindow = 0\ngone_after = '1d'\n"),
        lambda: desk.look(after=2 * 86_400),
    )
    for number, step in enumerate(steps):
        step()
        desk.look()
        export(desk, tmp_path / "out", source)
        export(desk, tmp_path / f"fresh{number}", source)
        assert bodies(tmp_path / "out") == bodies(tmp_path / f"fresh{number}"), number
        assert export(desk, tmp_path / "out", source).written == 0
    assert not (tmp_path / "out" / "tag" / ".NET").exists()


def test_only_what_changed_is_written_and_its_time_moves_on(desk: Desk, tmp_path: Path) -> None:
    source = alone(*ALL)
    export(desk, tmp_path / "out", source)
    before = files(tmp_path / "out")
    desk.put("_posts/2026-01-06-other.md", post("别的 改了", more="categories: other\n"))
    desk.look()
    export(desk, tmp_path / "out", source)
    after = files(tmp_path / "out")
    moved = {name for name in after if before.get(name) != after[name]}
    assert all(after[name][1] > before[name][1] for name in moved & set(before))
    assert not any(name.startswith(("category/tea", "tag/", "archive/tag", "archive/category")) for name in moved)
    assert {
        "category/other/rss.xml",
        "category/other/index.html",
        "category/other/rss.xml.gz",
        "index.html.br",
    } <= moved
    assert {name for name in moved if before.get(name, after[name])[0] == after[name][0]} <= set(after) - set(before)


def test_a_page_changes_though_its_documents_do_not(desk: Desk, tmp_path: Path) -> None:
    export(desk, tmp_path / "out", alone())
    desk.put("_posts/2020-01-01-old.md", post("旧 beyond every document", date="2020-01-01", more=TEA))
    desk.look()
    report = export(desk, tmp_path / "out", alone())
    assert "旧 beyond" in (tmp_path / "out" / "category" / "tea" / "index.html").read_text()
    assert report.written < 12


def test_files_of_others_are_neither_replaced_nor_removed(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "category" / "tea").mkdir(parents=True)
    for name in ("index.html", "atom.xml", "category/tea/mine.txt"):
        (out / name).write_text("mine")
    report = export(desk, out, alone())
    assert report.in_the_way == ("/", "/atom.xml")
    assert (out / "index.html").read_text() == (out / "atom.xml").read_text() == "mine"
    assert (out / "rss.xml").is_file()
    desk.put("feedsvc.toml", 'gone = ["category/tea"]\n')
    desk.look()
    assert export(desk, out, alone()).in_the_way == ("/", "/atom.xml")
    assert [path.name for path in (out / "category" / "tea").iterdir()] == ["mine.txt"]
    (out / "atom.xml").unlink()
    assert export(desk, out, alone()).in_the_way == ("/",)
    assert (out / "atom.xml").read_bytes() == documents(desk.writer)["/atom.xml"]
    assert export(desk, out, alone(), overwrite=True).in_the_way == ()
    assert "<html" in (out / "index.html").read_text()


def test_an_export_whose_memory_is_lost_takes_over_what_is_as_it_should_be(desk: Desk, tmp_path: Path) -> None:
    export(desk, tmp_path / "out")
    for path in (tmp_path / "out" / ".feedsvc-export").iterdir():
        path.unlink()
    report = export(desk, tmp_path / "out")
    assert (report.in_the_way, report.kept) == ((), 0)
    assert export(desk, tmp_path / "out").written == 0


@pytest.mark.parametrize("moment", range(0, 60, 7))
def test_killed_at_any_moment_the_next_one_mends_it(
    desk: Desk, tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export(desk, out, alone("site"))
    before = bodies(out)
    desk.put("_posts/2026-02-01-new.md", post("新 new", date="2026-02-01", more="categories: [tea, 新]\n"))
    desk.drop("_posts/2026-01-06-other.md")
    desk.look()
    left = [moment]
    replace, unlink = Path.replace, Path.unlink

    def counted() -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1

    def dying_replace(path: Path, to: Path) -> Path:
        counted()
        return replace(path, to)

    def dying_unlink(path: Path, missing_ok: bool = False) -> None:
        counted()
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "replace", dying_replace)
    monkeypatch.setattr(Path, "unlink", dying_unlink)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with pytest.raises(KeyboardInterrupt):
        export(desk, out, alone("site"))
    monkeypatch.undo()
    interrupted = bodies(out)
    export(desk, out, alone("site"))
    export(desk, tmp_path / "fresh", alone("site"))
    states = bodies(tmp_path / "fresh"), before
    assert all(body in [state[name] for state in states if name in state] for name, body in interrupted.items())
    assert bodies(out) == bodies(tmp_path / "fresh")
    for name, (body, modified) in files(out).items():
        for suffix, decoded in ((".gz", gzip.decompress), (".br", brotli.decompress)):
            if name.endswith(suffix):
                assert decoded(body) == files(out)[name.removesuffix(suffix)][0], name
                assert files(out)[name.removesuffix(suffix)][1] == modified


def test_a_full_disk_is_one_line_and_the_next_one_mends_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, left = Path.write_bytes, [4]

    def full(path: Path, body: bytes) -> int:
        left[0] -= 1
        if left[0] < 0:
            write(path, body[:10])
            raise OSError(28, "No space left on device", str(path))
        return write(path, body)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CatalogueError, match="cannot be written: No space left on device"):
        export(desk, tmp_path / "out")
    monkeypatch.undo()
    assert not list((tmp_path / "out" / ".feedsvc-export").glob("partial-*"))
    export(desk, tmp_path / "out")
    assert len(bodies(tmp_path / "out")) == len(documents(desk.writer))


def test_two_at_a_time_are_refused(desk: Desk, tmp_path: Path) -> None:
    with closing(Exporter(tmp_path / "out")), pytest.raises(CatalogueBusy, match="another feedsvc is writing here"):
        Exporter(tmp_path / "out")
    export(desk, tmp_path / "out")


def test_what_cannot_be_a_file_is_told_every_time(desk: Desk, tmp_path: Path) -> None:
    long = "长" * 100
    desk.put("_posts/2026-04-01-l.md", post("长", more=f"tags: ['{long}', 'a//b', 'x', 'x/rss.xml']\n"))
    desk.look()
    report = export(desk, tmp_path / "out", alone())
    assert len([each for each in report.left_out if each.startswith("/tag/%E9%95%BF")]) == 4
    assert len([each for each in report.left_out if each.startswith("/tag/a%2F%2Fb")]) == 4
    assert [each for each in report.left_out if each.startswith("/tag/x")]
    again = export(desk, tmp_path / "out", alone())
    assert again.left_out == report.left_out
    assert again.written == 0


def test_two_codings_of_one_size_are_made_to_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"abcdefgh" * 400
    zipped = gzip.compress(body, 6, mtime=0)
    monkeypatch.setattr("feedsvc.export.places.encode", lambda coding, body: zipped)
    (tmp_path / ".feedsvc-export").mkdir()
    places = Places(tmp_path)
    places.write("/rss.xml", body, 1_000)
    places.compress("/rss.xml")
    assert (tmp_path / "rss.xml.br").stat().st_size == len(zipped)
    assert (tmp_path / "rss.xml.gz").stat().st_size == len(zipped) + 1
    assert gzip.decompress((tmp_path / "rss.xml.gz").read_bytes()) == body


def test_it_costs_what_changed(desk: Desk, tmp_path: Path) -> None:
    counts = []
    for many in (0, 200):
        for number in range(many):
            desk.put(
                f"_posts/2025-01-01-{number}.md", post(f"{number}", date="2025-01-01", more=f"tags: [t{number}]\n")
            )
        desk.look()
        export(desk, tmp_path / "out")
        desk.put("_posts/2026-01-06-other.md", post(f"别的 {many}", more="categories: other\n"))
        desk.look()
        statements = list[str]()
        with closing(Exporter(tmp_path / "out")) as made:
            made._index._connection.set_trace_callback(statements.append)
            desk.writer.connection.set_trace_callback(statements.append)
            made.follow(desk.writer, desk.now, silent)
            desk.writer.connection.set_trace_callback(None)
            made.finish(desk.writer, desk.now, silent)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_bit_by_bit_comes_to_the_same(desk: Desk, tmp_path: Path) -> None:
    with closing(Exporter(tmp_path / "out", alone("site"))) as made:
        made.follow(desk.writer, desk.now, silent)
        assert set(bodies(tmp_path / "out")) == {"rss.xml", "atom.xml", "feed.json"} | {
            name for name in bodies(tmp_path / "out") if name.count("/")
        }
        assert not [name for name in files(tmp_path / "out") if name.endswith((".gz", ".br", ".html"))]
        steps = 0
        while made.behind:
            steps += made.go_on(desk.state, desk.now)
    assert steps > 10
    export(desk, tmp_path / "once", alone("site"))
    assert {name: body for name, (body, _) in files(tmp_path / "out").items()} == {
        name: body for name, (body, _) in files(tmp_path / "once").items()
    }


def test_the_version_of_the_format_is_part_of_the_recipe(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(desk, tmp_path / "out", alone())
    monkeypatch.setattr(exporter, "_FORMAT", "other")
    assert export(desk, tmp_path / "out", alone()).written == 0  # all is looked at, and found as it should be


def decoded(dest: Path) -> dict[str, set[bytes]]:
    """What readers can get by each name: the file, and what its compressed ones hold."""
    found: dict[str, set[bytes]] = {}
    for name, (body, _) in files(dest).items():
        for suffix, decode in ((".gz", gzip.decompress), (".br", brotli.decompress), ("", bytes)):
            if name.endswith(suffix):
                found.setdefault(name.removesuffix(suffix), set()).add(decode(body))
                break
    return found


class _Slow:
    """Compresses only when it is let: a large file's take long."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.may = threading.Event(), threading.Event()
        monkeypatch.setattr("feedsvc.export.places.encode", self.encode)

    def encode(self, coding: Coding, body: bytes) -> bytes:
        self.begun.set()
        assert self.may.wait(10)
        return encode(coding, body)


def test_a_change_does_not_wait_for_compression_and_none_of_it_is_left_behind(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first states are being compressed, one file becomes another, and one goes."""
    out = tmp_path / "out"
    with closing(Exporter(out)) as made:
        made.follow(desk.writer, desk.now, silent)
        slow = _Slow(monkeypatch)
        made.go_on(desk.state, desk.now)
        assert slow.begun.wait(10)
        desk.put("_posts/2026-02-01-new.md", post("新 new", date="2026-02-01", more=TEA))
        desk.put("feedsvc.toml", "gone = ['category/other']\n[feeds]\nlimit = 3\nwindow = 0\n")
        desk.look()
        made.follow(desk.writer, desk.now, silent)  # is not held up
        assert bodies(out) == {name: body for name, body in bodies(out).items() if "other" not in name}
        assert all(len(states) == 1 for states in decoded(out).values())
        slow.may.set()
        while made.behind:
            made.go_on(desk.state, desk.now)
            assert all(len(states) == 1 for states in decoded(out).values())
    assert export(desk, out).written == 0
    export(desk, tmp_path / "fresh")
    assert {name: body for name, (body, _) in files(out).items()} == {
        name: body for name, (body, _) in files(tmp_path / "fresh").items()
    }


def test_an_end_during_compression_leaves_it_owed(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = _Slow(monkeypatch)
    with closing(Exporter(tmp_path / "out")) as made:
        made.follow(desk.writer, desk.now, silent)
        made.go_on(desk.state, desk.now)
        assert slow.begun.wait(10)
        threading.Timer(0.05, slow.may.set).start()
    assert not list((tmp_path / "out" / ".feedsvc-export").glob("partial-*"))
    export(desk, tmp_path / "out")
    names = set(files(tmp_path / "out"))
    assert all({f"{name}.gz", f"{name}.br"} <= names for name in bodies(tmp_path / "out"))


def test_a_full_disk_is_told_of_compressed_files_too(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(coding: Coding, body: bytes) -> bytes:
        raise OSError(28, "No space left on device")

    def go_on(made: Exporter) -> None:
        for _ in range(1000):
            made.go_on(desk.state, desk.now)
            time.sleep(0.002)

    with closing(Exporter(tmp_path / "out")) as made:
        made.follow(desk.writer, desk.now, silent)
        monkeypatch.setattr("feedsvc.export.places.encode", full)
        with pytest.raises(CatalogueError, match="No space left"):
            go_on(made)
        assert made.behind


def test_a_maker_that_is_killed_is_told_and_another_takes_its_place(desk: Desk, tmp_path: Path) -> None:
    with closing(Exporter(tmp_path / "out", alone())) as made:
        made.follow(desk.writer, desk.now, silent)
        made.go_on(desk.state, desk.now)
        executor = made._workshop._executor
        assert executor is not None
        for process in executor._processes.values():
            process.kill()
        with pytest.raises(FeedsvcError, match="a process of the export was killed"):
            until_done(made, desk)
        until_done(made, desk)
    export(desk, tmp_path / "fresh", alone())
    assert bodies(tmp_path / "out") == bodies(tmp_path / "fresh")


def test_a_page_that_is_owed_again_while_it_is_made_shows_the_newest(desk: Desk, tmp_path: Path) -> None:
    with closing(Exporter(tmp_path / "out", alone())) as made:
        made.follow(desk.writer, desk.now, silent)
        made.go_on(desk.state, desk.now)  # all are ordered
        wait([*made._making.values()])
        desk.put("_posts/2026-01-06-other.md", post("别的 改了 changed", more="categories: other\n"))
        desk.look()
        made.follow(desk.writer, desk.now, silent)
        until_done(made, desk)
    export(desk, tmp_path / "fresh", alone())
    assert "改了 changed" in (tmp_path / "out" / "category" / "other" / "index.html").read_text()
    assert bodies(tmp_path / "out") == bodies(tmp_path / "fresh")


def until_done(made: Exporter, desk: Desk) -> None:
    """Do all that is owed, bit by bit."""
    while made.behind:
        made.go_on(desk.state, desk.now)
