"""A crawler that writes the same bytes again and again: what that costs, and that nothing comes of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from tests.bench.bench import USERS, Bench, Effort, address
from tests.bench.figures import Figures, count, share
from tests.bench.live import Server

_FILES = 100


def measure(bench: Bench) -> Figures:
    """Rewrite the newest files in turns; beside it, the same time at rest."""
    posts = bench.newest(_FILES)
    contents = {bench.path(post): bench.path(post).read_bytes() for post in posts}
    feeds = ["/atom.xml", *dict.fromkeys(address("category", post.categories[0], "rss.xml") for post in posts)]
    with Server(bench.site, bench.state(USERS), *USERS) as server:
        server.wait_quiet()
        rest = _processor(server, bench.effort, {})
        before = (server.generation(), [_etag(server, feed) for feed in feeds])
        crawled = _processor(server, bench.effort, contents)
        server.wait_quiet()
        after = (server.generation(), [_etag(server, feed) for feed in feeds])
    moved = sum(one != two for one, two in zip(before[1], after[1], strict=True))
    return {
        "crawl.share": share(crawled, note=f"{len(contents)} files every {bench.effort.pause:g} s"),
        "crawl.rest": share(rest),
        "crawl.generations": count(after[0] - before[0]),
        "crawl.etags": count(moved, note=f"of {len(feeds)} feeds looked at"),
    }


def _processor(server: Server, effort: Effort, contents: Mapping[Path, bytes]) -> float:
    """The share of one processor that the server takes meanwhile."""
    began, before = time.monotonic(), server.tree.processor()
    for _ in range(effort.crawls):
        turn = time.monotonic()
        for path, content in contents.items():
            path.write_bytes(content)
        time.sleep(max(0.0, turn + effort.pause - time.monotonic()))
    return (server.tree.processor() - before) / (time.monotonic() - began)


def _etag(server: Server, feed: str) -> str:
    return server.ask(feed).headers["etag"]
