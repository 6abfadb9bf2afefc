"""``python -m tests.bench``: measure, and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from feedsvc import __version__
from tests.bench.corpus import write_corpus
from tests.bench.measure import measure, report

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure sites of the sizes given, on a disk cache that holds them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument("posts", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--dry", action="store_true", help="print, do not write docs/benchmarks.md")
    arguments = parser.parse_args()
    sections = []
    for posts in arguments.posts:
        print(f"{posts:,} posts …", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as folder:
            site = Path(folder, "site")
            write_corpus(site, posts)
            sections.append(report(measure(site, Path(folder, "state"), posts, changes=arguments.changes)))
    page = "\n\n".join([_head(), *sections]) + "\n"
    if arguments.dry:
        print(page)
    else:
        PAGE.write_text(page, encoding="utf-8")


def _head() -> str:
    machine = f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}"
    return f"""# Benchmarks

Written by `make bench` (`python -m tests.bench`): the real commands, from outside, on a generated Jekyll site of
4.4 KB posts in Chinese HTML and Markdown, filed by Zipf's law under 2,000 categories and 2,000 tags
(`tests/bench/corpus.py`, the same bytes on every machine). The disk cache holds the posts.

feedsvc {__version__}, Python {platform.python_version()}, {machine}."""


if __name__ == "__main__":
    main()
