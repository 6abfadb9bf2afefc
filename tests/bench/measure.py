"""What users wait for, measured from outside: the real commands on a generated site."""

from __future__ import annotations

import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120.0  # seconds after which a measurement has failed
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds, unless a name says otherwise; ``changes`` are from closing a file to the first response with it."""

    posts: int
    cold: tuple[float, ...]
    cold_cpu: float
    peak_mb: float
    again: float
    restart: tuple[float, ...]
    changes: tuple[float, ...]
    content_mb: float
    state_mb: float


def measure(site: Path, state: Path, posts: int, *, changes: int) -> Figures:
    """Measure a site that lies in ``site``; ``state`` is a folder that does not exist yet."""
    cold, cpu = [], 0.0
    for round_ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        cold.append(_build(site, Path(f"{state}-{round_}")))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    state = Path(f"{state}-{ROUNDS - 1}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    again = _build(site, state)
    restarts = []
    for _ in range(ROUNDS):
        with _serving(site, state) as (_, took):
            restarts.append(took)
    with _serving(site, state) as (address, _):
        seen = _change(site, address, changes)
    return Figures(
        posts=posts,
        cold=tuple(cold),
        cold_cpu=cpu,
        peak_mb=peak,
        again=again,
        restart=tuple(restarts),
        changes=seen,
        content_mb=_size(site),
        state_mb=_size(state),
    )


def report(figures: Figures) -> str:
    """The figures as lines of Markdown."""
    slowest = max(figures.changes) * 1000
    usual = statistics.median(figures.changes) * 1000
    changes = f"median {usual:.0f} ms, slowest of {len(figures.changes)}: {slowest:.0f} ms"
    rows = {
        "first build": f"{_middle(figures.cold)}, {figures.cold_cpu:.1f} s of processor time",
        "peak memory of its largest process": f"{figures.peak_mb:.0f} MB",
        "build again, nothing changed": f"{figures.again:.2f} s",
        "restart, until the last generation is served": _middle(figures.restart),
        "one changed post, until a response has it": changes,
        "content": f"{figures.content_mb:.0f} MB",
        "state": f"{figures.state_mb:.0f} MB",
    }
    lines = [f"## {figures.posts:,} posts", "", "| what | measured |", "|---|---|"]
    return "\n".join([*lines, *(f"| {what} | {measured} |" for what, measured in rows.items())])


def _middle(times: tuple[float, ...]) -> str:
    return f"median {statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _build(site: Path, state: Path) -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "feedsvc", "build", site, "--state", state], check=True, capture_output=True)
    return time.monotonic() - started


@contextmanager
def _serving(site: Path, state: Path) -> Iterator[tuple[str, float]]:
    """A server, its address, and how long it took until it answered with a feed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "feedsvc", "serve", str(site), "--state", str(state), "--port", str(port)]
    started = time.monotonic()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    try:
        while _fetch(f"{address}/rss.xml") is None:
            if server.poll() is not None or time.monotonic() - started > PATIENCE:
                raise RuntimeError("the server does not answer")
            time.sleep(0.01)
        yield address, time.monotonic() - started
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _fetch(address: str) -> str | None:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def _change(site: Path, address: str, count: int) -> tuple[float, ...]:
    """Give the newest post new titles, one after the other, and wait for each in the site's feed."""
    newest = max((site / "_posts").iterdir())
    time.sleep(3)  # the look at the folder that follows a start is another measurement
    took = []
    for number in range(count):
        title = f"改动{number}"
        newest.write_text(re.sub(r'title: ".*"', f'title: "{title}"', newest.read_text(), count=1))
        closed = time.monotonic()
        while f">{title}<" not in (_fetch(f"{address}/atom.xml") or ""):
            if time.monotonic() - closed > PATIENCE:
                raise RuntimeError("the change is not served")
            time.sleep(0.001)
        took.append(time.monotonic() - closed)
        time.sleep(0.2)
    return tuple(took)
