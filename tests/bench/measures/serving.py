"""Requests a second beside nginx, which serves the same documents as files, turn by turn in the same run."""

from __future__ import annotations

import gzip
import http.client
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from tests.bench import wrk
from tests.bench.bench import NARROW, Bench
from tests.bench.figures import Figures, rate, seconds, size, skipped
from tests.bench.live import Answer, Line, Server
from tests.bench.machine import program
from tests.bench.nginx import Shipped, Static, shipped
from tests.bench.processes import Failed, run

_SIZE = 61_000  # bytes, about which the one document has that is asked for again and again
_ZIPPED = {"Accept-Encoding": "gzip"}
_SLOW = 3  # requests at once that take long
_LOOKED_AT = 200  # documents whose first and second answers are compared


@dataclass(frozen=True, slots=True)
class Place:
    """A server, and its port."""

    name: str
    port: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: the feeds of the mix, the one document, and how."""

    paths: Sequence[str]
    document: str
    load: wrk.Load
    workers: int


def measure(bench: Bench) -> Figures:
    """One document, compressed, unchanged, and a mix of feeds; with one worker and with two."""
    missing = [name for name in ("wrk", "nginx") if program(name) is None]
    if missing:
        return {"serve.skipped": skipped(f"{' and '.join(missing)} not installed")}
    files = _export(bench)
    figures: Figures = {}
    for workers in bench.effort.workers:
        with ExitStack() as stack:
            server = stack.enter_context(Server(bench.site, bench.state(NARROW), *NARROW, workers=workers))
            server.wait_quiet()
            paths = _paths(server, files, bench.effort.feeds)
            if not figures:
                figures |= _touched(server, paths)
                _zip(files, paths)
            nginx = stack.enter_context(Static(files, bench.fresh("nginx"), workers=workers))
            places = [Place("feedsvc", server.port), Place("nginx", nginx.port)]
            asked = Asked(paths, _usual(files, paths), wrk.Load(bench.effort.wrk, bench.effort.threads), workers)
            figures |= _cases(bench, places, asked, f"serve.{workers}")
            figures |= _slowed(bench, server, asked, f"serve.{workers}")
            figures[f"serve.{workers}.memory"] = size(*(each.total for each in server.tree.memories().values()))
            if workers == bench.effort.workers[-1]:
                opening = stack.enter_context(
                    Static(files, bench.fresh("nginx-opening"), workers=workers, keeps_files=False)
                )
                figures |= _fronts(bench, server, opening.port, files, asked)
    return figures


def _export(bench: Bench) -> Path:
    files, state = bench.fresh("export"), bench.state(NARROW)
    command = [sys.executable, "-m", "feedsvc", "export", files, bench.site, "--state", state]
    run(*command, *(f"--set={each}" for each in NARROW), output=bench.work / "export.log")
    return files


def _paths(server: Server, files: Path, count: int) -> list[str]:
    """The feeds with most posts, by their RSS, where a file can have such a name."""
    feeds = sorted(server.feeds(), key=lambda feed: (-feed["entries"], feed["rss"]))
    paths = (urlsplit(feed["rss"]).path for feed in feeds if feed["scheme"] != "site")
    return [path for path in paths if _file(files, path).exists()][:count]


def _file(files: Path, path: str) -> Path:
    return files / unquote(path).strip("/")


def _usual(files: Path, paths: Sequence[str]) -> str:
    """The feed whose size is the most usual one."""
    return min(paths, key=lambda path: abs(_file(files, path).stat().st_size - _SIZE))


def _zip(files: Path, paths: Sequence[str]) -> None:
    """Compress what will be asked for as nginx wants it, the same way."""
    for path in paths:
        file = _file(files, path)
        zipped = file.with_name(f"{file.name}.gz")
        zipped.write_bytes(gzip.compress(file.read_bytes(), 6, mtime=0))
        os.utime(zipped, ns=(file.stat().st_mtime_ns,) * 2)


def _touched(server: Server, paths: Sequence[str]) -> Figures:
    """How long documents take that are not in memory yet, and then."""
    first, second = list[float](), list[float]()
    with closing(Line(server.port)) as line:
        line.ask("/rss.xml")
        for path in paths[-_LOOKED_AT:]:
            for took in (first, second):
                began = time.perf_counter()
                line.ask(path)
                took.append(time.perf_counter() - began)
    return {"serve.first": seconds(first), "serve.second": seconds(second)}


# -- turns ----------------------------------------------------------------------------------------------------


def _cases(bench: Bench, places: Sequence[Place], asked: Asked, name: str) -> Figures:
    turns: dict[str, Callable[[Place], wrk.Turn]] = {
        "plain": lambda place: _turn(place, asked, {}, 200),
        "gzip": lambda place: _turn(place, asked, _ZIPPED, 200),
        "unchanged": lambda place: _turn(place, asked, {"If-None-Match": _etag(place, asked.document)}, 304),
        "mix": lambda place: wrk.mixed(place.port, asked.paths, bench.work, asked.load),
    }
    figures: Figures = {}
    for case, ask in turns.items():
        found: dict[str, list[wrk.Turn]] = {place.name: [] for place in places}
        for place in places:
            if bench.effort.rounds > 1:
                ask(place)  # what is made at first use is made
        for _ in range(bench.effort.rounds):
            for place in places:
                found[place.name].append(ask(place))
        for place in places:
            figures[f"{name}.{case}.{place.name}"] = rate(each.rate for each in found[place.name])
            figures[f"{name}.{case}.{place.name}.p99"] = seconds(each.p99 for each in found[place.name])
    return figures


def _turn(place: Place, asked: Asked, headers: Mapping[str, str], status: int) -> wrk.Turn:
    _require(place, asked.document, headers, status)
    return wrk.turn(place.port, asked.document, asked.load, headers)


def _require(place: Place, document: str, headers: Mapping[str, str], status: int) -> Answer:
    """Ask until the answer is what is to be measured: a coding may be made beside the first answers."""
    until = time.monotonic() + 10
    while True:
        answer = _ask(place.port, document, headers)
        if answer.status == status and answer.headers.get("content-encoding") == headers.get("Accept-Encoding"):
            return answer
        if time.monotonic() > until:
            raise Failed(f"{place.name} answers {answer.status} {dict(answer.headers)}, not {status}")
        time.sleep(0.05)


def _etag(place: Place, document: str) -> str:
    return _ask(place.port, document, {}).headers["etag"]


def _ask(port: int, path: str, headers: Mapping[str, str]) -> Answer:
    with closing(Line(port)) as line:
        return line.ask(path, headers)


# -- with slow requests ---------------------------------------------------------------------------------------


def _slowed(bench: Bench, server: Server, asked: Asked, name: str) -> Figures:
    """The same document, while others ask for feeds that have to be composed."""
    with _slow_requests(server, bench) as waits:
        turns = [wrk.turn(server.port, asked.document, asked.load) for _ in range(bench.effort.rounds)]
    return {
        f"{name}.slowed.feedsvc": rate(each.rate for each in turns),
        f"{name}.slowed.feedsvc.p99": seconds((each.p99 for each in turns), f"{_SLOW} slow requests at any time"),
        f"{name}.slow": seconds(waits, "the slow requests themselves"),
    }


@contextmanager
def _slow_requests(server: Server, bench: Bench) -> Iterator[list[float]]:
    over, waits = threading.Event(), list[float]()

    def go_on(number: int) -> None:
        with closing(Line(server.port)) as line:
            for path in _composed(bench, number):
                began = time.perf_counter()
                try:
                    line.ask(path)
                except (OSError, http.client.HTTPException):
                    line.close()
                waits.append(time.perf_counter() - began)
                if over.is_set():
                    return

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(_SLOW)]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _composed(bench: Bench, number: int) -> Iterator[str]:
    """Addresses of full documents that nobody has asked for before."""
    names = list(dict.fromkeys(post.categories[0] for post in bench.newest(400)))
    turn = number
    while True:
        some = sorted({names[(turn * 7 + step) % len(names)] for step in range(3 + turn // len(names) % 5)})
        chosen = "&".join(f"category={quote(name)}" for name in some)
        yield f"/select/rss.xml?{chosen}&content=full&limit=100"
        turn += _SLOW


# -- as deploy/ has it ----------------------------------------------------------------------------------------


def _fronts(bench: Bench, server: Server, static: int, files: Path, asked: Asked) -> Figures:
    """Each of deploy/'s configurations beside nginx with plain files.

    It opens a file for each request: what it has opened and keeps would be served after a change.
    """
    figures: Figures = {}
    for config in shipped():
        with Shipped(
            config, bench.fresh("nginx-front"), behind=server.port, export=files, workers=asked.workers
        ) as front:
            places = [Place("front", front.port), Place("nginx", static)]
            figures |= _cases(bench, places, asked, f"serve.{config.stem}")
    return figures
