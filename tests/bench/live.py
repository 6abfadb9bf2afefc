"""A running `feedsvc serve`, and readers of it."""

from __future__ import annotations

import http.client
import json
import random
import re
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.processes import Failed, Tree

HOST = "127.0.0.1"
PATIENCE = 1800.0  # seconds after which something awaited will not come
_LOOK = 0.001  # seconds between two looks
_REQUESTS = 50  # on one connection, before another one finds perhaps another worker


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Line:
    """A connection that is kept open, as aggregators do."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=30)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
        """A request. Raises OSError or HTTPException where nobody answers."""
        self._connection.request(method, path, headers=dict(headers or {}))
        answer = self._connection.getresponse()
        body = answer.read()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


class Server:
    """`feedsvc serve` as users run it, from its start to the end of the context."""

    def __init__(self, site: Path, state: Path, *settings: str, workers: int = 2, options: Sequence[str] = ()) -> None:
        self.port = free_port()
        self._state = state
        given = [f"--set={setting}" for setting in settings]
        command = ["serve", str(site), "--state", str(state), "--port", str(self.port), "--workers", str(workers)]
        output = state.with_name(f"{state.name}-serve.log")
        self.tree = Tree(sys.executable, "-m", "feedsvc", *command, *given, *options, output=output)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.tree.end(signal.SIGTERM)

    def first_answer(self, path: str = "/rss.xml") -> float:
        """Seconds from the start until a feed is served."""
        until = self.tree.started + PATIENCE
        while True:
            self.must_run()
            answer = self.try_ask(path)
            if answer is not None and answer.status == 200:
                return time.monotonic() - self.tree.started
            if time.monotonic() > until:
                raise Failed(f"no answer: {self.tree.printed()[-2000:]}")
            time.sleep(0.002)

    def must_run(self) -> None:
        """Raises Failed once the server has ended."""
        if not self.tree.running():
            raise Failed(f"the server has ended: {self.tree.printed()[-2000:]}")

    def wait_quiet(self) -> None:
        """Wait until it serves and has nothing to do: for a second it takes next to no processor time."""
        self.first_answer()
        calm, until = 0, time.monotonic() + PATIENCE
        while calm < 4:
            before = self.tree.processor()
            time.sleep(0.25)
            calm = calm + 1 if self.tree.processor() - before < 0.011 else 0
            if time.monotonic() > until:
                raise Failed("the server does not come to rest")

    def try_ask(self, path: str) -> Answer | None:
        """A request on a connection of its own, None where nobody answers."""
        try:
            return self.ask(path)
        except (OSError, http.client.HTTPException):
            return None

    def ask(self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
        """A request on a connection of its own."""
        with closing(Line(self.port)) as line:
            return line.ask(path, headers, method=method)

    def generation(self) -> int:
        """The one that is served."""
        return int(json.loads(self.ask("/readyz").body)["generation"])

    def rebuild(self) -> None:
        """Ask for a rebuild, and do not wait for it."""
        token = (self._state / "token").read_text().strip()
        answer = self.ask("/rebuild", {"Authorization": f"Bearer {token}"}, method="POST")
        if answer.status != 202:
            raise Failed(f"POST /rebuild gave {answer.status}")

    def feeds(self) -> list[dict[str, Any]]:
        """What /feeds.json tells."""
        found: list[dict[str, Any]] = json.loads(self.ask("/feeds.json").body)["feeds"]
        return found


def until_shown(port: int, path: str, *texts: str, still: Callable[[], None]) -> float:
    """The time, of time.monotonic(), at which a document was there whole that holds all texts. ``still`` may raise."""
    wanted, known = [text.encode() for text in texts], dict[str, str]()
    until = time.monotonic() + PATIENCE
    with closing(Line(port)) as line:
        while True:
            answer = line.ask(path, known)
            if answer.status == 200 and all(text in answer.body for text in wanted):
                return time.monotonic()
            known = {"If-None-Match": answer.headers["etag"]} if "etag" in answer.headers else known
            if time.monotonic() > until:
                raise Failed(f"{path} does not show {texts}")
            still()
            time.sleep(_LOOK)


class Readers:
    """A process that reads feeds one after the other while the context lasts.

    Then ``waits`` are the seconds that each answer took, and ``failed`` is how many were not 200.
    """

    def __init__(self, port: int, paths: Sequence[str]) -> None:
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_read, args=(port, tuple(paths), theirs), daemon=True)
        self.waits: tuple[float, ...] = ()
        self.failed = 0

    def __enter__(self) -> Self:
        self._process.start()
        self._ours.recv()  # it has begun
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.is_alive():
            self._ours.send(None)
            self.waits, self.failed = self._ours.recv()
        self._process.join()


def _read(port: int, paths: tuple[str, ...], control: Connection) -> None:
    waits, failed, chance = list[float](), 0, random.Random(1)
    control.send(None)
    while not control.poll():
        with closing(Line(port)) as line:
            for _ in range(_REQUESTS):
                began = time.perf_counter()
                answer = line.ask(chance.choice(paths), {"Accept-Encoding": "gzip"})
                waits.append(time.perf_counter() - began)
                failed += answer.status != 200
                time.sleep(0.002)
    control.send((tuple(waits), failed))


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def listening(port: int) -> bool:
    """Whether anybody does."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def retitled(text: str, title: str) -> str:
    """A post's text with another title."""
    return re.sub(r'^title: ".*"$', f'title: "{title}"', text, count=1, flags=re.MULTILINE)
