"""Which measurements there are, and how they are taken one after the other."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench import machine
from tests.bench.bench import Bench, Effort
from tests.bench.figures import Figures, Results, skipped
from tests.bench.measures import (
    building,
    bursting,
    changing,
    crawling,
    peers,
    resetting,
    restarting,
    resting,
    resuming,
    serving,
)
from tests.bench.processes import Failed
from tests.bench.sites import Shape

# In this order: what needs a state untouched comes before what changes it. Figures' names begin with these.
MEASURES: Mapping[str, Callable[[Bench], Figures]] = {
    "build": building.measure,
    "peers": peers.measure,
    "resume": resuming.measure,
    "serve": serving.measure,
    "restart": restarting.measure,
    "change": changing.measure,
    "crawl": crawling.measure,
    "rescan": resting.measure,
    "burst": bursting.measure,
    "settings": resetting.measure,
}


def take(work: Path, shape: Shape, effort: Effort, names: Sequence[str], results: Results, keep: Path) -> Results:
    """Take measurements of a site below ``work``, and write the results to ``keep`` after each of them."""
    bench = Bench(work, shape, effort)
    say(f"{shape.posts:,} posts: writing the site …")
    bench.prepare()
    time.sleep(2.5)  # files that have just been written are looked at twice
    for name, measure in MEASURES.items():
        if name not in names:
            continue
        began, facts = time.monotonic(), machine.facts()
        say(f"{shape.posts:,} posts: {name} …")
        try:
            found = measure(bench)
        except Failed as failed:
            found = {f"{name}.failed": skipped(str(failed))}
        for figure, value in found.items():
            if not value.values:
                say(f"  {figure}: {value.note}")
        run = f"{facts['date']} {time.strftime('%H:%M:%S', time.gmtime())}"
        results = results.add(shape.posts, found, run, facts)
        results.write(keep)
        say(f"  {time.monotonic() - began:.0f} s")
    return results


def usual(posts: int, sizes: Sequence[int]) -> tuple[str, ...]:
    """All measurements of a site of this size; serving is measured with the largest up to 100,000 alone."""
    largest = max((size for size in sizes if size <= 100_000), default=0)
    return tuple(name for name in MEASURES if name != "serve" or posts == largest)


def say(line: str) -> None:
    """Progress."""
    print(line, file=sys.stderr, flush=True)
