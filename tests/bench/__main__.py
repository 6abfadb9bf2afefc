"""``python -m tests.bench``: measure, and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.bench import Effort
from tests.bench.figures import Results
from tests.bench.page import write_page
from tests.bench.processes import ROOT
from tests.bench.runner import MEASURES, take, usual
from tests.bench.sites import Shape

_EPILOG = """measurements:
{measures}

examples:
  python -m tests.bench                            1,000, 10,000 and 100,000 posts, everything
  python -m tests.bench 1000000 --only build change
  python -m tests.bench 10000 --only serve --wrk 10 --rounds 5
  python -m tests.bench --page                     the page again, from the results
  make bench ARGS="10000 --only crawl"

Results of what is not measured stay as they are in benchmarks.json. hugo, jekyll, nginx and wrk are used where they are
installed; Pelican is installed into build/bench from PyPI. Run it on a machine that has nothing else to do, as root if
a cold disk cache is to be measured."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line, and do what it says."""
    given = _parser().parse_args(arguments)
    docs: Path = given.docs
    keep = docs / "benchmarks.json"
    results = Results.read(keep)
    if not given.page:
        effort = Effort(**{name: getattr(given, name) for name in Effort.names()})
        for posts in given.posts:
            shape = Shape(posts, given.terms, given.seed)
            names = given.only or usual(posts, given.posts)
            with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as temporary:
                work = (given.work or Path(temporary)).resolve() / f"{posts}-{given.terms}-{given.seed}"
                work.mkdir(parents=True, exist_ok=True)
                results = take(work, shape, effort, names, results, keep)
    write_page(docs, results)


def _parser() -> argparse.ArgumentParser:
    measures = "\n".join(f"  {name:<10} {_about(name)}" for name in MEASURES)
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Measure feedsvc from outside, on generated sites, beside others; write docs/benchmarks.md.",
        epilog=_EPILOG.format(measures=measures),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual_effort, add = Effort(), parser.add_argument
    add("posts", type=int, nargs="*", default=[1_000, 10_000, 100_000], metavar="POSTS", help="sizes of sites")
    add("--only", nargs="+", choices=[*MEASURES], metavar="NAME", help="these measurements alone")
    add("--rounds", type=int, default=usual_effort.rounds, help="builds, restarts, turns of wrk (%(default)s)")
    add("--changes", type=int, default=usual_effort.changes, help="single changes of each kind (%(default)s)")
    add("--burst", type=int, default=usual_effort.burst, help="posts that come at once (%(default)s)")
    add("--crawls", type=int, default=usual_effort.crawls, help="times a crawler rewrites 100 files (%(default)s)")
    add("--pause", type=float, default=usual_effort.pause, help="seconds between them (%(default)s)")
    add("--idle", type=float, default=usual_effort.idle, help="seconds of rest to measure (%(default)s)")
    add("--wrk", type=float, default=usual_effort.wrk, help="seconds of each turn of wrk (%(default)s)")
    add("--threads", type=int, default=usual_effort.threads, help="of wrk (%(default)s)")
    add("--workers", type=int, nargs="+", default=usual_effort.workers, help="of feedsvc and nginx (1 2)")
    add("--feeds", type=int, default=usual_effort.feeds, help="feeds in the mix (%(default)s)")
    add("--no-peers", dest="peers", action="store_false", help="leave out Hugo, Jekyll and Pelican")
    add("--no-cold", dest="cold", action="store_false", help="do not empty the disk cache")
    add("--terms", type=int, default=2_000, help="categories, and as many tags (%(default)s)")
    add("--seed", type=int, default=1, help="another corpus of the same shape (%(default)s)")
    add("--work", type=Path, metavar="DIR", help="keep sites and states there, and use those of the last time")
    add("--docs", type=Path, metavar="DIR", default=ROOT / "docs", help="where the results go")
    add("--page", action="store_true", help="measure nothing, write the page from benchmarks.json")
    return parser


def _about(name: str) -> str:
    return (MEASURES[name].__doc__ or "").partition("\n")[0]


if __name__ == "__main__":
    main()
