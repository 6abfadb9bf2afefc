"""Helpers that are forked have what their parent has; where forking is not safe there are none."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from feedsvc.pipeline import pool

_SCRIPT = """
import os
from feedsvc.pipeline.pool import Pool, forked

given = ["before"]

def work(items):
    return os.getpid(), given[-1], list(items)

helpers = forked(2)
given.append("after")
with Pool(2, helpers=helpers) as pool:
    done = list(pool.each(work, range(40), batch=2, alone=0, ahead=2))
assert [item for _, _, items in done for item in items] == list(range(40))
for process, known, _ in done:
    print("own" if process == os.getpid() else "other", known)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="helpers are forked on Linux alone")
def test_forked_helpers_know_what_their_parent_knew() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    lines = set(done.stdout.splitlines())
    assert "other before" in lines
    assert lines <= {"other before", "own after"}


def test_beside_another_thread_nothing_is_forked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert pool.forked(2) is None
    finally:
        stop.set()
        thread.join()


def test_one_process_needs_no_helpers() -> None:
    assert pool.forked(1) is None
