"""docs/benchmarks.md, from the results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figures, Results
from tests.bench.goals import goals
from tests.bench.plots import write_plots
from tests.bench.wording import CASES, told

_HEAD = """# Benchmarks

Written by `make bench` (`python -m tests.bench --help` says what else it can do), from `benchmarks.json`: the real
commands, measured from outside, on generated Jekyll sites. A post has 4.4 KB of Chinese HTML and Markdown with the
troubles that real posts have, and is filed by Zipf's law under one of 2,000 categories and, independently, one of
2,000 tags: the same bytes on every machine (`tests/bench/corpus.py`). feedsvc makes RSS, Atom and JSON of all feeds,
sanitised and with all checks; the others get the same posts without their troubles, and make what is said beside
them."""
_YES, _NO = "yes", "**no**"
_OWN = "<!-- written by hand: kept by `make bench` -->"  # what follows it in the page stays
_NOTES = f"{_OWN}\n\n## Where the time goes\n\nNothing has been written here yet."

_ROWS = {
    "build.warm": "first build, 20 posts in a feed (`feeds.window = 0`)",
    "build.cold": "the same, with an empty disk cache",
    "build.processor": "its processor time, of all processes",
    "build.cores": "processors at work",
    "build.memory": "its memory at most, of all processes (PSS)",
    "build.own": "of that its own, without mapped files",
    "build.again": "build again, nothing changed",
    "build.users": "first build as it comes (a window of 24 hours)",
    "build.usersmemory": "its memory at most",
    "resume.rest": "first build killed halfway: the one that goes on",
    "resume.whole": "and without having been killed",
    "build.content": "content",
    "build.state": "state, `feeds.window = 0`",
    "build.usersstate": "state, as it comes",
    "restart.first": "restart, until a feed is served",
    "change.watched": "one change until it is served, watched",
    "change.requested": "the same, by `POST /rebuild`",
    "change.exported": "the same, from nginx over `serve --export`",
    "change.builder": "memory of the process that builds, afterwards",
    "change.workers": "memory of each worker, afterwards",
    "crawl.share": "crawler that rewrites the same bytes: processor share",
    "crawl.rest": "beside it, at rest",
    "crawl.generations": "generations that came of it",
    "crawl.etags": "ETags that moved",
    "rescan.share": "at rest, with the usual looks at everything: processor share",
    "burst.served": "burst of new posts, until all are served",
    "burst.stall": "longest answer meanwhile",
    "burst.usual": "longest answer without",
    "burst.failed": "answers other than 200 meanwhile",
    "settings.served": "a setting that touches all, until served",
    "settings.processor": "its processor time",
    "settings.stall": "longest answer meanwhile",
    "settings.failed": "answers other than 200 meanwhile",
    "peers.hugo": "Hugo: RSS of the site and all terms",
    "peers.hugo.processor": "its processor time",
    "peers.hugo.memory": "its memory at most",
    "peers.pelican": "Pelican: RSS of the site and all terms",
    "peers.jekyll": "Jekyll with jekyll-feed: Atom, and pages",
}


def write_page(docs: Path, results: Results) -> None:
    """Write the page and its plots into a folder, and keep what was written there by hand."""
    page = docs / "benchmarks.md"
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    _, own, notes = before.partition(_OWN)
    parts = [_HEAD, *_runs(results), *_goals(results), *_plots(docs, results)]
    for posts in sorted(results.figures):
        parts += _size(posts, results.figures[posts])
    page.write_text("\n\n".join([*parts, (own + notes).strip() or _NOTES]) + "\n", encoding="utf-8")


def _goals(results: Results) -> Iterator[str]:
    found = list(goals(results))
    if found:
        rows = [f"| {each.what} | {each.goal} | {each.measured} | {_YES if each.reached else _NO} |" for each in found]
        yield "\n".join(["## Goals", "", "| what | goal | measured | reached |", "|---|---|---|---|", *rows])


def _plots(docs: Path, results: Results) -> Iterator[str]:
    for title, file in write_plots(docs, results):
        yield f"![{title}]({file})"


def _size(posts: int, figures: Figures) -> Iterator[str]:
    yield f"## {posts:,} posts"
    rows = [f"| {label} | {_cell(figures, name)} |" for name, label in _ROWS.items() if name in figures]
    if rows:
        yield "\n".join(["| what | measured |", "|---|---|", *rows])
    yield from _serving(figures)
    missing = [f"- {name}: {figure.note}" for name, figure in figures.items() if _silent(name) and not figure.values]
    if missing:
        yield "\n".join(["Not measured:", "", *missing])


def _cell(figures: Figures, name: str) -> str:
    figure = figures[name]
    note = f"; {figure.note}" if figure.note and figure.values else ""
    return told(figure) + note


def _silent(name: str) -> bool:
    """Whether no row tells of a figure's absence."""
    return name not in _ROWS and name.rpartition(".")[2] in ("failed", "skipped")


def _serving(figures: Figures) -> Iterator[str]:
    kinds = sorted({name.split(".")[1] for name in figures if name.startswith("serve.") and name.count(".") > 2})
    rows = []
    for kind in kinds:
        who = f"{kind} worker{'s' * (kind != '1')}" if kind.isdigit() else f"deploy/{kind}.conf"
        ours = "feedsvc" if kind.isdigit() else "front"
        for case, label in {**CASES, "slowed": "200 beside three slow requests"}.items():
            name = f"serve.{kind}.{case}"
            if f"{name}.{ours}" in figures:
                found = (f"{name}.{ours}", f"{name}.{ours}.p99", f"{name}.nginx", f"{name}.nginx.p99")
                rows.append(f"| {who}: {label} | " + " | ".join(told(figures.get(each)) for each in found) + " |")
    if rows:
        head = [
            "| serving, 32 connections | feedsvc | its p99 | nginx, static files | its p99 |",
            "|---|---|---|---|---|",
        ]
        yield "\n".join([*head, *rows])
    extra = {
        "serve.first": "a document's first answer",
        "serve.second": "its second",
        "serve.1.slow": "a slow request, one worker",
        "serve.1.memory": "memory of each process afterwards, one worker",
        "serve.2.memory": "the same, two workers",
    }
    told_ = [f"| {label} | {told(figures[name])} |" for name, label in extra.items() if name in figures]
    if told_:
        yield "\n".join(["| serving, besides | measured |", "|---|---|", *told_])


def _runs(results: Results) -> Iterator[str]:
    """Which machine and versions; the runs that differ in nothing but their time count as one."""
    seen: dict[str, list[str]] = {}
    for run, facts in sorted(results.runs.items()):
        told_ = ". ".join(f"{name}: {facts[name]}" for name in ("machine", "feedsvc", "python", "libraries", "others"))
        seen.setdefault(told_, []).append(f"{run} (load before: {facts['load']})")
    for told_, runs in seen.items():
        yield f"{told_}. Measured {runs[0] if len(runs) == 1 else f'{runs[0]} to {runs[-1]}'}."
