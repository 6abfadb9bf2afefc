"""Nothing happens: what looking at everything now and then costs."""

from __future__ import annotations

import time

from tests.bench.bench import USERS, Bench
from tests.bench.figures import Figures, share
from tests.bench.live import Server


def measure(bench: Bench) -> Figures:
    """The share of one processor that a server takes at rest, with its usual look at the whole folder."""
    with Server(bench.site, bench.state(USERS), *USERS) as server:
        server.wait_quiet()
        began, before = time.monotonic(), server.tree.processor()
        time.sleep(bench.effort.idle)
        took = (server.tree.processor() - before) / (time.monotonic() - began)
    return {"rescan.share": share(took, note=f"within {bench.effort.idle:g} s")}
