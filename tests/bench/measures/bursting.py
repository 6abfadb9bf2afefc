"""Many new posts at once: when all are served, and what readers feel meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from tests.bench.bench import USERS, Bench, address
from tests.bench.corpus import NEWEST, Post
from tests.bench.figures import Figures, count, seconds
from tests.bench.live import Readers, Server, until_shown
from tests.bench.sites import real

_TOGETHER = 10  # new posts that share a tag of their own, whose feed shows all of them
_FIRST = 50_000_000  # their numbers in the corpus: none of the site's


def measure(bench: Bench) -> Figures:
    """Write new posts as fast as they can be written, while a reader goes on reading."""
    posts = [_new(bench, number) for number in range(bench.effort.burst)]
    feeds = ["/rss.xml", "/atom.xml"]
    feeds += [address("category", post.categories[0], "rss.xml") for post in bench.newest(20)]
    with Server(bench.site, bench.state(USERS), *USERS) as server:
        server.wait_quiet()
        with Readers(server.port, feeds) as usual:
            time.sleep(min(3.0, bench.effort.pause))
        with Readers(server.port, feeds) as readers:
            began = time.monotonic()
            with _written(bench, posts):
                written = time.monotonic()
                served = _until_served(server, posts)
    return {
        "burst.served": seconds([served - written], f"{len(posts):,} posts, after the last was written"),
        "burst.writing": seconds([written - began]),
        "burst.stall": seconds([max(readers.waits)], f"longest of {len(readers.waits):,} answers"),
        "burst.usual": seconds([max(usual.waits)], f"longest of {len(usual.waits):,} answers without a burst"),
        "burst.failed": count(readers.failed),
    }


def _new(bench: Bench, number: int) -> Post:
    post, name = bench.post(_FIRST + number), f"突发{number // _TOGETHER}"
    when = NEWEST + timedelta(hours=1, seconds=number)
    own = f"BU{number:08d}"
    return replace(post, when=when, name=own, title=f"突发 burst {number}", tags=(post.tags[0], name), trouble="")


@contextmanager
def _written(bench: Bench, posts: list[Post]) -> Iterator[None]:
    files = [(bench.site / folder / name, content) for post in posts for folder, name, content in real(post)]
    try:
        for path, content in files:
            path.write_bytes(content)
        yield
    finally:
        for path, _ in files:
            path.unlink(missing_ok=True)


def _until_served(server: Server, posts: list[Post]) -> float:
    """Look at each tag in turn: the last look that had to wait says when all were there."""
    last = time.monotonic()
    for start in range(0, len(posts), _TOGETHER):
        some = posts[start : start + _TOGETHER]
        feed = address("tag", some[0].tags[-1], "atom.xml")
        last = until_shown(server.port, feed, *(f">{post.title}<" for post in some), still=server.must_run)
    return last
