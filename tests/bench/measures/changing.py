"""One post changes: from the end of its writing to the first response that has it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

from tests.bench.bench import USERS, Bench, address, put_back
from tests.bench.figures import Figure, Figures, seconds, size, skipped
from tests.bench.live import Server, retitled, until_shown
from tests.bench.machine import program
from tests.bench.nginx import Static

_OF_SITE, _OF_TERMS = 8, 60  # newest posts that are changed in turn, by where they are looked for


def measure(bench: Bench) -> Figures:
    """Changes that are watched, that are told by a request, and that are read from an export that nginx serves."""
    state = bench.state(USERS)
    with Server(bench.site, state, *USERS) as server:
        server.wait_quiet()
        watched = seconds(_changes(bench, server, server.port))
        memories = server.tree.memories()
    builder = memories.pop(server.tree.pid).total
    with Server(bench.site, state, *USERS, "rebuild.watch=false") as server:
        server.wait_quiet()
        requested = seconds(_changes(bench, server, server.port, then=server.rebuild))
    return {
        "change.watched": watched,
        "change.requested": requested,
        "change.exported": _exported(bench) if program("nginx") else skipped("nginx is not installed"),
        "change.builder": size(builder, note="PSS of the process that builds"),
        "change.workers": size(*(memory.total for memory in memories.values()), note="PSS of each other process"),
    }


def _exported(bench: Bench) -> Figure:
    dest = bench.fresh("export-live")
    with Server(bench.site, bench.state(USERS), *USERS, options=("--export", str(dest))) as server:
        server.wait_quiet()
        with Static(dest, bench.fresh("nginx-live"), workers=1, keeps_files=False) as nginx:
            return seconds(_changes(bench, server, nginx.port))


def _changes(bench: Bench, server: Server, port: int, *, then: Callable[[], None] = lambda: None) -> Iterator[float]:
    """Give posts new titles, one after the other, written in place; and look for each until it is there."""
    posts, chance = bench.newest(_OF_TERMS), random.Random(1)
    with put_back(*map(bench.path, posts)) as before:
        for number in range(bench.effort.changes):
            of_site = number % 2 == 0
            post = posts[number // 2 % (_OF_SITE if of_site else len(posts))]
            feed = "/atom.xml" if of_site else address("category", post.categories[0], "rss.xml")
            title, path = f"改动 change {number}-{port}", bench.path(post)
            path.write_text(retitled(before[path].decode(), title), encoding="utf-8")
            closed = time.monotonic()
            then()
            yield until_shown(port, feed, f">{title}<", still=server.must_run) - closed
            time.sleep(chance.uniform(0.1, 0.4))  # no rhythm that what waits on the other side could fall into
