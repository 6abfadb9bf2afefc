"""The plots of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench import svg
from tests.bench.figures import Results
from tests.bench.wording import CASES

_BUILDS = {
    "build.warm": "feedsvc (3 formats)",
    "peers.hugo": "Hugo (RSS)",
    "peers.pelican": "Pelican (RSS)",
    "peers.jekyll": "Jekyll (Atom)",
}
_CHANGES = {
    "change.watched": "watched",
    "change.requested": "POST /rebuild",
    "change.exported": "export, nginx",
}
_GOAL = 0.1  # seconds from the end of writing to a response


def write_plots(docs: Path, results: Results) -> list[tuple[str, str]]:
    """Write those that there are figures for; gives title and file name of each."""
    written = []
    for name, title, drawing in _drawings(results):
        file = f"benchmarks-{name}.svg"
        (docs / file).write_text(drawing, encoding="utf-8")
        written.append((title, file))
    return written


def _drawings(results: Results) -> Iterator[tuple[str, str, str]]:
    builds = _over_sizes(results, _BUILDS, None)
    if builds:
        title = "First build, by number of posts"
        yield "build", title, svg.lines(title, "posts", "time", builds, _step)
    changes = _over_sizes(results, _CHANGES, 50) + _over_sizes(results, _CHANGES, 99)
    if changes:
        across = [x for line in changes for x, _ in line.points]
        goal = svg.Line("goal, p99", ((min(across), _GOAL), (max(across), _GOAL)), colour=-1, dashed=True)
        title = "One change until it is served, by number of posts"
        yield "change", title, svg.lines(title, "posts", "time", [*changes, goal], _step)
    for posts in sorted(results.figures, reverse=True):
        groups = list(_served(results, posts))
        if groups:
            title = f"Requests a second beside nginx, {posts:,} posts"
            names = ("feedsvc", "nginx, static files")
            yield "serve", title, svg.bars(title, "requests a second; ·1 and ·2 are workers", names, groups)
            return


def _step(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds >= 1 else f"{seconds * 1000:g} ms"


def _over_sizes(results: Results, names: dict[str, str], percent: int | None) -> list[svg.Line]:
    found = []
    for number, (name, label) in enumerate(names.items()):
        points = []
        for posts in sorted(results.figures):
            figure = results.of(posts, name)
            if figure is not None and figure.values:
                points.append((posts, figure.median if percent is None else figure.percentile(percent)))
        if points:
            told = label if percent is None else f"{label}, p{percent}"
            found.append(svg.Line(told, tuple(points), number, dashed=percent == 99))
    return found


def _served(results: Results, posts: int) -> Iterator[svg.Bars]:
    for workers in (1, 2):
        for case, label in CASES.items():
            figures = [results.of(posts, f"serve.{workers}.{case}.{who}") for who in ("feedsvc", "nginx")]
            values = [figure.median for figure in figures if figure is not None and figure.values]
            if len(values) == 2:
                yield svg.Bars(f"{label}·{workers}", tuple(values))
