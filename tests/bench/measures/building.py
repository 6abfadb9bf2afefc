"""From nothing: the time of a first build, its processors and memory, and what it leaves on the disk."""

from __future__ import annotations

import shutil

from tests.bench.bench import NARROW, USERS, Bench
from tests.bench.figures import Figure, Figures, count, seconds, size, skipped
from tests.bench.machine import empty_disk_cache, occupied, warm_disk_cache, why_not_cold
from tests.bench.processes import Usage


def measure(bench: Bench) -> Figures:
    """``feedsvc build`` into an empty state, with 20 posts in a feed as others have, and as it comes."""
    warm_disk_cache(bench.site)
    warm = [_build(bench) for _ in range(bench.effort.rounds)]
    watched = _build(bench, memory=True)
    again = bench.build(bench.work / "state-new", *NARROW)
    content, state = occupied(bench.site), occupied(bench.work / "state-new")
    bench.keep(NARROW, bench.work / "state-new", warm[-1])
    users, users_watched = _users(bench)
    cores = [usage.processor / usage.seconds for usage in warm]
    return {
        "build.warm": seconds(usage.seconds for usage in warm),
        "build.processor": seconds(usage.processor for usage in warm),
        "build.cores": count(*(round(each, 2) for each in cores)),
        "build.memory": size(watched.memory.total, note="PSS of all processes"),
        "build.own": size(watched.memory.own, note="without files mapped or shared"),
        "build.again": seconds([again.seconds]),
        "build.content": size(content),
        "build.state": size(state),
        "build.users": seconds([users.seconds]),
        "build.usersmemory": size(users_watched.memory.total),
        "build.usersstate": size(occupied(bench.state(USERS))),
        "build.cold": _cold(bench),
    }


def _build(bench: Bench, *, memory: bool = False) -> Usage:
    return bench.build(bench.fresh("state-new"), *NARROW, memory=memory)


def _users(bench: Bench) -> tuple[Usage, Usage]:
    """As it comes: for its time, and for its memory, because watching that takes time."""
    watched = bench.build(bench.fresh("state-new"), *USERS, memory=True)
    usage = bench.build(bench.fresh("state-new"), *USERS)
    bench.keep(USERS, bench.work / "state-new", usage)
    return usage, watched


def _cold(bench: Bench) -> Figure:
    why_not = "left out as asked" if not bench.effort.cold else why_not_cold()
    if why_not:
        return skipped(why_not)
    state = bench.fresh("state-cold")
    empty_disk_cache()
    usage = bench.build(state, *NARROW)
    shutil.rmtree(state)
    return seconds([usage.seconds])
