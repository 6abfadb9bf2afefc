"""A setting that every document holds: when it is served, and what readers feel while all is made anew."""

from __future__ import annotations

import time

from tests.bench.bench import USERS, Bench, address, put_back
from tests.bench.figures import Figures, count, seconds
from tests.bench.live import Readers, Server, until_shown
from tests.bench.sites import CONFIG


def measure(bench: Bench) -> Figures:
    """Rename the site and its author in `_config.yml`, while it is served."""
    feeds = ["/rss.xml", "/atom.xml"]
    feeds += [address("category", post.categories[0], "rss.xml") for post in bench.newest(20)]
    config = bench.site / "_config.yml"
    with Server(bench.site, bench.state(USERS), *USERS) as server, put_back(config):
        server.wait_quiet()
        before = server.tree.processor()
        with Readers(server.port, feeds) as readers:
            config.write_text(CONFIG.replace("基准消息", "新名消息").replace("编辑部", "新编辑部"), encoding="utf-8")
            closed = time.monotonic()
            served = until_shown(server.port, feeds[-1], "新名消息", "新编辑部", still=server.must_run)
        processor = server.tree.processor() - before
    bench.drop(USERS)
    return {
        "settings.served": seconds([served - closed]),
        "settings.processor": seconds([processor], "until it is served"),
        "settings.stall": seconds([max(readers.waits)], f"longest of {len(readers.waits):,} answers"),
        "settings.failed": count(readers.failed),
    }
