"""Every benchmark runs, at a size that takes no time, and the page is written from what it found."""

from __future__ import annotations

import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.__main__ import main
from tests.bench.bench import Bench, Effort
from tests.bench.figures import Figure, Results, seconds, skipped
from tests.bench.machine import program
from tests.bench.measures import peers
from tests.bench.processes import ROOT, Failed, Tree, run
from tests.bench.runner import MEASURES, usual
from tests.bench.sites import Shape

TINY = Effort(
    rounds=1,
    changes=2,
    burst=20,
    crawls=2,
    pause=0.3,
    idle=0.5,
    wrk=0.1,
    threads=1,
    workers=(1,),
    feeds=10,
    peers=False,
    cold=False,
)
FACTS = dict.fromkeys(("date", "machine", "feedsvc", "python", "libraries", "others", "load"), "x")


# -- every measurement ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A site that all measurements share, as in a real run."""
    bench = Bench(tmp_path_factory.mktemp("bench"), Shape(60, terms=12), TINY)
    bench.prepare()
    return bench


@pytest.fixture
def untouched(bench: Bench) -> Iterator[None]:
    """What a measurement changes it puts back."""
    before = _files(bench.site)
    yield
    assert _files(bench.site) == before


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.bench
@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", MEASURES)
def test_what_users_wait_for_can_be_measured(bench: Bench, name: str) -> None:
    if name == "serve" and (missing := [each for each in ("wrk", "nginx") if program(each) is None]):
        pytest.skip(f"{' and '.join(missing)} not installed")
    figures = MEASURES[name](bench)
    assert figures
    assert all(figure.split(".")[0] == name for figure in figures)
    assert all(figure.values or figure.note for figure in figures.values())
    if name == "change":
        assert len(figures["change.watched"].values) == TINY.changes
    if name == "crawl":
        assert figures["crawl.generations"].values == figures["crawl.etags"].values == (0,)


@pytest.mark.bench
@pytest.mark.parametrize(("name", "least"), [("hugo", 20), ("jekyll", 8), ("pelican", 20)])
def test_others_make_feeds_of_the_same_posts(tmp_path: Path, name: str, least: int) -> None:
    if name == "pelican" and not (ROOT / "build" / "bench" / "pelican" / "bin" / "pelican").exists():
        pytest.skip("Pelican is installed by a real run alone")
    if name != "pelican" and program(name) is None:
        pytest.skip(f"{name} is not installed")
    bench = Bench(tmp_path, Shape(60, terms=12), Effort(rounds=1))
    figures = peers.measured(bench, name)
    assert figures[""].values
    assert figures[".feeds"].median >= least


# -- processes ------------------------------------------------------------------------------------------------


ORPHAN = """
import os, sys, time
def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until: pass
if os.fork() == 0:
    if os.fork() == 0:
        burn(0.3); os._exit(0)
    os._exit(0)
block = bytearray(60_000_000)
burn(0.2)
time.sleep(0.3)
"""


def test_orphans_count(tmp_path: Path) -> None:
    usage = run(sys.executable, "-c", ORPHAN, output=tmp_path / "log", memory=True)
    assert 0.49 < usage.processor < 1.0
    assert usage.memory.own > 55_000_000


def test_nothing_is_left_of_a_tree(tmp_path: Path) -> None:
    script = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); print('on', flush=True); time.sleep(60)"
    with Tree(sys.executable, "-c", script, output=tmp_path / "log") as tree:
        while not tree.printed():
            time.sleep(0.01)
        assert len(tree.members()) == 2
    assert tree.members() == []


def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="no such luck"):
        run(sys.executable, "-c", "raise SystemExit('no such luck')", output=tmp_path / "log")


# -- results --------------------------------------------------------------------------------------------------


def test_percentiles() -> None:
    figure = Figure("s", tuple(range(1, 201)))
    assert (figure.percentile(50), figure.percentile(99), figure.percentile(100)) == (100, 198, 200)
    assert Figure("s", (7.0,)).percentile(99) == 7.0


def test_a_measurement_taken_again_replaces_its_own_figures_alone(tmp_path: Path) -> None:
    keep = tmp_path / "benchmarks.json"
    first = Results().add(10, {"build.warm": seconds([1.0]), "build.cold": skipped("no")}, "one", FACTS)
    first = first.add(10, {"change.watched": seconds([0.1, 0.2])}, "two", FACTS)
    first.add(20, {"build.warm": seconds([2.0])}, "two", FACTS).write(keep)
    second = Results.read(keep).add(10, {"build.warm": seconds([0.5])}, "three", FACTS)
    assert second.figures[10] == {"build.warm": seconds([0.5]), "change.watched": seconds([0.1, 0.2])}
    assert second.figures[20] == {"build.warm": seconds([2.0])}
    assert set(second.runs) == {"two", "three"}
    second.write(keep)
    assert Results.read(keep) == second


def test_the_page_tells_goals_and_keeps_what_people_wrote(tmp_path: Path) -> None:
    changes = seconds([0.05] * 198 + [0.2] * 2)
    figures = {"build.warm": seconds([10.0]), "peers.hugo": seconds([40.0]), "change.watched": changes}
    served = {"serve.1.plain.feedsvc": Figure("/s", (30.0,)), "serve.1.plain.nginx": Figure("/s", (100.0,))}
    results = (
        Results().add(100_000, figures | served, "one", FACTS).add(1_000, {"restart.first": seconds([0.3])}, "1", FACTS)
    )
    results.write(tmp_path / "benchmarks.json")
    main(["--page", "--docs", str(tmp_path)])
    page = (tmp_path / "benchmarks.md").read_text()
    assert "| 100,000 posts: first build | ≤ 0.33 × Hugo | 0.25 × (10 s, Hugo 40 s) | yes |" in page
    assert "| 100,000 posts, 1 worker: 200 | ≥ 0.35 × nginx | 0.30 × (0.30 to 0.30; 30/s) | **no** |" in page
    assert "p50 50 ms, p99 50 ms, most 200 ms" in page
    (tmp_path / "benchmarks.md").write_text(page.replace("Nothing has been written here yet.", "由人写的 by hand."))
    main(["--page", "--docs", str(tmp_path)])
    assert (tmp_path / "benchmarks.md").read_text().endswith("由人写的 by hand.\n")
    plots = sorted(tmp_path.glob("*.svg"))
    assert [plot.stem for plot in plots] == ["benchmarks-build", "benchmarks-change", "benchmarks-serve"]
    assert all(ET.parse(plot).getroot().tag.endswith("svg") for plot in plots)


def test_serving_is_measured_with_the_largest_usual_site() -> None:
    assert "serve" in usual(10_000, [1_000, 10_000])
    assert "serve" not in usual(1_000, [1_000, 10_000])
    assert "serve" not in usual(1_000_000, [100_000, 1_000_000])
