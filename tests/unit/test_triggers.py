"""Triggers with a real service: every reason leads to a look, no reason is lost, and an end is an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import orjson
import pytest

from feedsvc.catalogue import Reader
from feedsvc.config import Settings
from feedsvc.config.loading import load
from feedsvc.exceptions import FeedsvcError
from feedsvc.pipeline.patrol import Found
from feedsvc.pipeline.progress import silent
from feedsvc.service import Service
from feedsvc.triggers import Triggers
from feedsvc.triggers import triggers as module
from tests.unit.desk import CONFIG, LONG, post

A, B, C = (f"_posts/2026-01-01-{name}.md" for name in ("alpha", "beta", "gamma"))


class Bench:
    """A site, a service for it, and triggers; ``offset`` sets the service's clock apart from the machine's."""

    def __init__(self, root: Path, state: Path, *settings: tuple[str, object]) -> None:
        (root / "_posts").mkdir(parents=True)
        (root / "_config.yml").write_text(CONFIG)
        self.root = root
        self.offset = 100.0  # what was written just now looks long finished
        overrides = {"rebuild.processes": 1} | dict(settings)
        made = load(root, state=state, environ={}, cwd=root, overrides=overrides)
        self.service = Service(made, listens=True, clock=lambda: time.time() + self.offset)
        self.triggers = Triggers(self.service)
        self.stop = threading.Event()

    def put(self, path: str, title: str, body: str = LONG) -> None:
        (self.root / path).write_text(post(title, f"{title} {body}"))

    def once(self) -> None:
        """One rebuild for the reasons so far."""
        self.triggers._rebuild(self.stop)

    def reading(self) -> Reader:
        """The catalogue as other processes see it."""
        return Reader(self.service.settings.state)

    def generation(self) -> int:
        with closing(self.reading()) as reader:
            return reader.generation

    def titles(self) -> set[str]:
        """What is in the site's feed."""
        with closing(self.reading()) as reader:
            document = reader.document("/feed.json", reader.generation)
        return {item["title"] for item in orjson.loads(document.body)["items"]} if document else set()

    def until(self, condition: Callable[[], bool], timeout: float = 5.0) -> None:
        end = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < end, "not in time"
            time.sleep(0.01)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The triggers at work in a thread of their own, as in a server."""
        failed: list[BaseException] = []
        self.service.open()  # as `serve` does, to be told at once that another writes

        def run() -> None:
            try:
                self.triggers.run(self.stop)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            self.stop.set()
            thread.join()
        assert failed == []


Make = Callable[..., Bench]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Bench] = []

    def bench(*settings: tuple[str, object]) -> Bench:
        made.append(Bench(tmp_path / "site", tmp_path / "state", *settings))
        return made[-1]

    yield bench
    for each in made:
        each.service.close()


QUIET = (("rebuild.every", 3600), ("rebuild.watch", False))


# -- what can wait --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_triggers", [True, False])
def test_what_was_superseded_long_ago_goes_after_a_rebuild(make: Make, *, by_triggers: bool) -> None:
    bench = make(*QUIET)

    def rebuild() -> None:
        bench.triggers.look("request")
        bench.once() if by_triggers else bench.service.rebuild()

    for title in ("一", "二", "三"):
        bench.put(A, title)
        rebuild()
        bench.offset += 100
    with closing(bench.reading()) as reader:
        assert reader.generation == 3
        assert [reader.document("/rss.xml", number) is None for number in (1, 2, 3)] == [True, False, False]
    version = bench.service.open().connection.total_changes
    rebuild()
    assert bench.service.open().connection.total_changes == version  # nothing changed: nothing is written


# -- reasons --------------------------------------------------------------------------------------------------


def test_the_first_look_is_at_everything_and_later_ones_at_what_was_named(make: Make) -> None:
    bench = make(*QUIET)
    bench.put(A, "一")
    bench.once()
    assert bench.titles() == {"一"}
    bench.put(B, "二")
    bench.put(C, "三")
    bench.triggers.look("change", [B])
    bench.once()
    assert bench.titles() == {"一", "二"}
    bench.triggers.look("change", [B])
    bench.triggers.look("timer")
    bench.triggers.look("change", [A])
    bench.once()
    assert bench.titles() == {"一", "二", "三"}


def test_a_file_that_was_being_written_is_not_forgotten_for_another(make: Make) -> None:
    """A comes while it is written; before it is looked at again there is news of B."""
    bench = make(*QUIET)
    bench.once()
    bench.offset = 0.0
    bench.put(A, "一")
    bench.triggers.look("change", [A])
    bench.once()
    assert bench.titles() == set()
    bench.put(B, "二")
    bench.triggers.look("change", [B])
    bench.once()
    bench.offset = 1.0
    bench.triggers.look("due", ())
    bench.once()
    assert bench.titles() == {"一", "二"}


def test_many_files_of_this_moment_are_all_read(make: Make) -> None:
    bench = make(*QUIET)
    bench.offset = 0.0
    with bench.running():
        bench.until(lambda: bench.generation() > 0)
        for number in range(25):
            path = f"_posts/2026-01-01-n{number}.md"
            bench.put(path, str(number))
            bench.triggers.look("change", [path])
            time.sleep(0.011)
        bench.until(lambda: len(bench.titles()) == 25, 3.0)


def test_a_look_that_failed_is_made_up_for_by_the_next(make: Make) -> None:
    bench = make(*QUIET)
    bench.once()
    bench.put(A, "一")
    away = bench.root.with_name("away")
    bench.root.rename(away)
    bench.triggers.look("change", [A])
    bench.once()
    assert bench.titles() == set()
    away.rename(bench.root)
    bench.put(B, "二")
    bench.triggers.look("change", [B])
    bench.once()
    assert bench.titles() == {"一", "二"}


def test_a_rebuild_that_failed_is_tried_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY", 0.1)
    bench = make(*QUIET)
    bench.put(A, "一")
    away = bench.root.with_name("away")
    bench.root.rename(away)
    with bench.running():
        time.sleep(0.2)
        away.rename(bench.root)
        bench.until(lambda: bench.titles() == {"一"}, 2.0)


def test_the_same_failure_is_logged_once(
    make: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "RETRY", 0.02)
    bench = make(*QUIET)
    bench.root.rename(bench.root.with_name("away"))
    with bench.running():
        time.sleep(0.5)
    logged = capsys.readouterr().err
    assert logged.count("rebuild failed") == 1
    assert "Traceback" not in logged


def test_the_timer_looks_at_everything(make: Make) -> None:
    bench = make(("rebuild.every", 0.2), ("rebuild.watch", False))
    with bench.running():
        bench.until(lambda: bench.generation() > 0)
        bench.put(A, "一")
        bench.until(lambda: bench.titles() == {"一"}, 2.0)


def test_events_lead_to_a_look(make: Make) -> None:
    bench = make(("rebuild.every", 3600))
    with bench.running():
        bench.until(lambda: bench.generation() > 0)
        time.sleep(0.4)  # the watch has begun
        bench.put(A, "一")
        began = time.monotonic()
        bench.until(lambda: bench.titles() == {"一"}, 2.0)
        assert time.monotonic() - began < 1


def test_requests_lead_to_a_look_at_everything(make: Make) -> None:
    bench = make(*QUIET)
    with bench.running():
        bench.until(lambda: bench.generation() > 0)
        bench.put(A, "一")
        asked = bench.service.ask("request")
        bench.until(lambda: getattr(bench.service.build(asked.id), "state", "") == "done", 2.0)
        assert bench.titles() == {"一"}


def test_a_request_is_not_answered_by_a_look_at_some_paths(make: Make) -> None:
    bench = make(*QUIET)
    bench.once()
    bench.put(A, "一")
    asked = bench.service.ask("request")  # comes just after the triggers looked for requests
    bench.triggers.look("change", [B])
    bench.once()
    done = bench.service.build(asked.id)
    assert done is not None
    assert done.state != "done" or bench.titles() == {"一"}


class _Held:
    """A patrol whose walks are done, but tell what they found only when they are let."""

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "AT_ONCE", 0)
        self.walked, self.may = threading.Event(), threading.Event()
        self._walk = bench.triggers._patrol.differences
        monkeypatch.setattr(bench.triggers._patrol, "differences", self.differences)

    def differences(self, settings: Settings) -> Found:
        found = self._walk(settings)
        self.walked.set()
        self.may.wait(5)
        return found


def asked_during_a_walk(bench: Bench, held: _Held) -> int:
    """A request that was taken up, and for which all files have been looked at."""
    bench.until(lambda: bench.triggers._files == 1)
    first = bench.service.ask("request").id
    assert held.walked.wait(5)
    return first


def asked_until(bench: Bench, number: int, state: str) -> dict[str, object]:
    """What a build reports once it is so far."""
    bench.until(lambda: getattr(bench.service.build(number), "state", "") == state)
    build = bench.service.build(number)
    assert build is not None
    return build.report | {"error": build.error}


def test_changes_go_on_while_a_request_is_looked_into(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make(*QUIET)
    held = _Held(bench, monkeypatch)
    monkeypatch.setattr(module, "FEW", 0)  # a file system without events
    bench.put(A, "一")
    with bench.running():
        bench.until(lambda: bench.triggers._files == 1)
        bench.put(B, "二")
        asked = bench.service.ask("request").id
        assert held.walked.wait(5)
        asked_until(bench, asked, "running")
        bench.put(C, "三")
        bench.triggers.look("change", [C])
        bench.until(lambda: bench.titles() == {"一", "三"})
        asked_until(bench, asked, "running")
        held.may.set()
        report = asked_until(bench, asked, "done")
        assert bench.titles() == {"一", "二", "三"}
    assert (report["added"], report["posts"], report["files"]) == (2, 3, 2)


def test_a_walk_under_way_does_not_answer_who_asks_later(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make(*QUIET)
    held = _Held(bench, monkeypatch)
    bench.put(A, "一")
    with bench.running():
        first = asked_during_a_walk(bench, held)
        bench.put(B, "二")
        later = bench.service.ask("request").id
        assert first != later == bench.service.ask("request").id
        held.may.set()
        asked_until(bench, later, "done")
        assert bench.titles() == {"一", "二"}


def test_nor_does_one_of_the_timer(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make(("rebuild.every", 0.3), ("rebuild.watch", False))
    held = _Held(bench, monkeypatch)
    bench.put(A, "一")
    with bench.running():
        assert held.walked.wait(5)
        bench.put(B, "二")
        asked = bench.service.ask("request").id
        time.sleep(0.1)
        held.may.set()
        asked_until(bench, asked, "done")
        assert bench.titles() == {"一", "二"}


def test_file_events_tell_where_to_look_first(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody rebuilds on them, but whoever asks has what was written before the walk is over."""
    bench = make(*QUIET)
    held = _Held(bench, monkeypatch)
    bench.put(A, "一")
    with bench.running():
        bench.until(lambda: bench.triggers._files == 1)
        time.sleep(0.4)  # the watch has begun
        bench.put(B, "二")
        time.sleep(0.3)
        assert bench.titles() == {"一"}
        asked = bench.service.ask("request").id
        bench.until(lambda: bench.titles() == {"一", "二"})
        bench.put(C, "三")
        bench.until(lambda: bench.titles() == {"一", "二", "三"})
        asked_until(bench, asked, "running")
        held.may.set()
        assert asked_until(bench, asked, "done")["added"] == 2


def test_an_end_during_a_walk_fails_the_request_and_leaves_what_waits(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make(*QUIET)
    held = _Held(bench, monkeypatch)
    bench.put(A, "一")
    with bench.running():
        first = asked_during_a_walk(bench, held)
        later = bench.service.ask("request").id
        threading.Timer(0.2, held.may.set).start()
    assert asked_until(bench, first, "failed")["error"] == "the builder was stopped"
    asked_until(bench, later, "queued")


def test_what_a_patrol_cannot_tell_is_looked_at(
    make: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(settings: Settings) -> Found:
        raise RuntimeError("坏了 broken")

    bench = make(*QUIET)
    monkeypatch.setattr(module, "AT_ONCE", 0)
    monkeypatch.setattr(bench.triggers._patrol, "differences", broken)
    bench.put(A, "一")
    with bench.running():
        bench.until(lambda: bench.triggers._files == 1)
        bench.put(B, "二")
        report = asked_until(bench, bench.service.ask("request").id, "done")
        assert (report["added"], report["files"]) == (1, 2)
    assert "坏了 broken" in capsys.readouterr().err


def test_whoever_asks_is_told_that_the_folder_is_gone(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 0)
    bench = make(*QUIET)
    bench.put(A, "一")
    with bench.running():
        bench.until(lambda: bench.triggers._files == 1)
        bench.root.rename(bench.root.with_name("away"))
        assert "no such folder" in str(asked_until(bench, bench.service.ask("request").id, "failed")["error"])
        bench.root.with_name("away").rename(bench.root)
        asked_until(bench, bench.service.ask("request").id, "done")
        assert bench.titles() == {"一"}


def test_a_post_appears_when_its_time_comes(make: Make) -> None:
    bench = make(*QUIET)
    due = time.strftime("%Y-%m-%d %H:%M:%S +0000", time.gmtime(time.time() + bench.offset + 1.5))
    (bench.root / A).write_text(post("一", date=due))
    with bench.running():
        bench.until(lambda: bench.generation() > 0)
        assert bench.titles() == set()
        bench.until(lambda: bench.titles() == {"一"}, 3.0)


def test_a_vanished_file_is_removed_without_another_event(make: Make) -> None:
    bench = make(*QUIET)
    bench.put(A, "一")
    bench.put(B, "二")
    with bench.running():
        bench.until(lambda: len(bench.titles()) == 2)
        (bench.root / A).unlink()
        bench.triggers.look("change", [A])
        time.sleep(0.5)
        assert len(bench.titles()) == 2
        bench.until(lambda: bench.titles() == {"二"}, 3.0)


# -- settings, the end ----------------------------------------------------------------------------------------


def test_settings_that_were_read_again_count_for_timer_and_watcher(make: Make) -> None:
    bench = make(("rebuild.watch", False))
    (bench.root / "feedsvc.toml").write_text("[rebuild]\nevery = 3600\n")
    bench.service.close()
    bench.service.settings = load(bench.root, state=bench.service.settings.state, environ={}, cwd=bench.root)
    with bench.running():
        bench.until(lambda: bench.generation() > 0)
        (bench.root / "feedsvc.toml").write_text("[rebuild]\nevery = 0.2\nwatch = false\n")
        bench.triggers.look("change")
        bench.until(lambda: bench.service.settings.every == 0.2)
        time.sleep(0.5)
        bench.put(A, "一")
        bench.until(lambda: bench.titles() == {"一"}, 2.0)


def test_a_long_rebuild_is_given_up_at_the_end(make: Make) -> None:
    bench = make(*QUIET)
    for number in range(300):
        bench.put(f"_posts/2026-01-01-n{number}.md", str(number))
    stages: list[str] = []

    def progress(stage: str, done: int, total: int) -> None:
        stages.append(stage)
        bench.stop.set()

    bench.triggers = Triggers(bench.service, progress=progress)
    with bench.running():
        bench.stop.wait(5)
    assert stages == ["reading"]
    assert bench.generation() == 0
    Triggers(bench.service, progress=silent)._rebuild(threading.Event())
    with closing(bench.reading()) as reader:
        assert reader.count_posts() == 300


def test_an_end_comes_at_once(make: Make) -> None:
    bench = make(("rebuild.every", 3600))
    with bench.running():
        bench.until(lambda: bench.generation() > 0)
        began = time.monotonic()
    assert time.monotonic() - began < 1


def test_an_export_is_kept_in_step_and_its_failure_is_no_end(make: Make, tmp_path: Path) -> None:
    bench = make(*QUIET)
    dest = tmp_path / "public"
    dest.write_text("in the way")
    bench.triggers = Triggers(bench.service, dest)
    bench.put(A, "一")
    bench.once()
    assert bench.titles() == {"一"}
    dest.unlink()
    bench.triggers.look("timer")
    bench.once()
    assert "一" in (dest / "rss.xml").read_text()


def test_a_folder_that_belongs_to_another_is_no_silent_end(make: Make, tmp_path: Path) -> None:
    bench = make(*QUIET)
    other = Service(bench.service.settings)
    other.open()
    with pytest.raises(FeedsvcError, match="another feedsvc is writing here"):
        bench.triggers.run(bench.stop)
    other.close()
