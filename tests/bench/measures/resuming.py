"""A first build that is killed in the middle, and the one that goes on from there."""

from __future__ import annotations

import shutil
import signal
import sys
import time

from tests.bench.bench import NARROW, Bench
from tests.bench.figures import Figures, seconds
from tests.bench.processes import Tree


def measure(bench: Bench) -> Figures:
    """Kill all processes of a build after half of its time, then build again."""
    whole = bench.built(NARROW).seconds
    state = bench.fresh("state-resumed")
    command = [sys.executable, "-m", "feedsvc", "build", bench.site, "--state", state, *(f"--set={x}" for x in NARROW)]
    with Tree(*command, output=bench.work / "interrupted.log") as tree:
        time.sleep(whole / 2)
        tree.end(signal.SIGKILL)
    rest = bench.build(state, *NARROW).seconds
    shutil.rmtree(state)
    return {"resume.whole": seconds([whole]), "resume.rest": seconds([rest])}
