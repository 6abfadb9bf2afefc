"""The real `feedsvc serve` as a subprocess, a content folder to change beside it, and ways to wait for what follows."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import orjson

ROOT = Path(__file__).parents[2]
LONG_AGO = 1_700_000_000  # a file of then is surely finished
CONFIG = "title: 港湾 Harbour\nurl: https://site.example.org\ntimezone: Asia/Shanghai\nlang: zh-CN\nauthor: 编辑部\n"

Found = TypeVar("Found")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(look: Callable[[], Found], timeout: float = 5.0, *, what: str = "") -> Found:
    """What ``look`` gives once that is true; fails after ``timeout`` seconds."""
    until = time.monotonic() + timeout
    while not (found := look()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {timeout} s: {what or look}; last: {found!r}")
        time.sleep(0.01)
    return found


def seconds_until(look: Callable[[], object], timeout: float = 5.0, *, what: str = "") -> float:
    """How long it took until ``look`` was true."""
    began = time.perf_counter()
    eventually(look, timeout, what=what)
    return time.perf_counter() - began


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tests' own environment without anything that would configure the program."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("FEEDSVC_")}
    return own | {"PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1"} | dict(extra or {})


def feedsvc(*args: str | Path, cwd: Path | None = None, timeout: float = 30) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "feedsvc", *map(str, args)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, check=False, env=environment(), cwd=cwd or "/"
    )


@dataclass(frozen=True)
class Site:
    """A Jekyll site's folder that tests change as authors do."""

    root: Path

    @classmethod
    def make(cls, root: Path, config: str = CONFIG) -> Site:
        """A folder with a configuration and no posts."""
        (root / "_posts").mkdir(parents=True)
        (root / "_config.yml").write_text(config)
        return cls(root)

    def path(self, slug: str, folder: str = "_posts") -> Path:
        """Where a post of that slug lies."""
        return self.root / folder / f"2024-01-31-{slug}.md"

    def write(self, slug: str, text: str | None = None, *, folder: str = "_posts", old: bool = False) -> Path:
        """Write a post in place, as a crawler does; an ``old`` one looks as though that was long ago."""
        path = self.path(slug, folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(post(slug) if text is None else text, encoding="utf-8")
        if old:
            os.utime(path, (LONG_AGO, LONG_AGO))
        return path


def post(
    title: str,
    *,
    date: str = "2024-01-31 12:00:00 +0800",
    categories: str = "要闻",
    tags: str = "[A股]",
    body: str = "正文 text.",
    more: str = "",
) -> str:
    """A post's source."""
    return f'---\ntitle: "{title}"\ndate: {date}\ncategories: {categories}\ntags: {tags}\n{more}---\n{body}\n'


@dataclass(frozen=True)
class Answer:
    """A response; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def validators(self) -> tuple[str | None, str | None]:
        """ETag and Last-Modified."""
        return self.headers.get("etag"), self.headers.get("last-modified")

    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


class Server:
    """A `feedsvc serve` of its own: content, state, port, and all it printed in ``output``.

    A context manager: leaving it ends the server, and whatever it started, however it fares.
    """

    def __init__(
        self, content: Path, state: Path | None, *settings: str, workers: int = 1, options: tuple[str, ...] = ()
    ) -> None:
        self.content = content
        self.state = state if state is not None else content / ".feedsvc"
        self.port = free_port()
        self.output = self.state.with_name(f"{self.content.name}-{self.port}.log")
        self._given = [] if state is None else ["--state", str(state)]
        self._options = [*options, "--workers", str(workers), *(f"--set={each}" for each in settings)]
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.stop(signal.SIGKILL, group=True)
        if error is not None:
            sys.stderr.write(self.printed())

    # -- the process -------------------------------------------------------------------------------------------

    def start(self, *, ready: bool = True) -> Self:
        """Start it, and wait until it serves a complete generation."""
        command = [sys.executable, "-m", "feedsvc", "serve", str(self.content), *self._given, *self._options]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment(),
                cwd=self.output.parent,
                start_new_session=True,
            )
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self, timeout: float = 10.0) -> None:
        """Wait until a complete generation is served and the first look at the content is over."""

        def settled() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.printed()}"
            answer = self.try_get("/readyz")
            if answer is None or answer.status != 200:
                return False
            build = answer.json()["build"]
            return build is None or build["state"] in ("done", "failed")

        eventually(settled, timeout, what="ready")

    def wait_answers(self, path: str, timeout: float = 5.0) -> Answer:
        """Wait until anything is answered at a path; fails at once where the process has ended."""

        def answered() -> Answer | None:
            assert self.process is not None
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.printed()}"
            return self.try_get(path)

        return eventually(answered, timeout, what="an answer")  # type: ignore[return-value]

    @property
    def pid(self) -> int:
        """The parent's process id."""
        assert self.process is not None
        return self.process.pid

    def children(self) -> list[int]:
        """The processes it has started, workers and others."""
        try:
            threads = [*Path(f"/proc/{self.pid}/task").iterdir()]
            return sorted(int(pid) for thread in threads for pid in (thread / "children").read_text().split())
        except OSError:
            return []

    def workers(self) -> list[int]:
        """The processes that answer requests: those that hold the listening socket, beside the parent."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        sockets = {
            f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and int(row[1].partition(":")[2], 16) == self.port
        }
        return [pid for pid in self.children() if sockets & _open_files(pid)]

    def stop(self, number: int = signal.SIGTERM, *, timeout: float = 8.0, group: bool = False) -> int:
        """Send a signal, to it alone or to all of its group, and wait for its exit status."""
        assert self.process is not None
        process, self.process = self.process, None
        try:
            if group:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        except ProcessLookupError:
            pass  # it has ended by itself
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGABRT)  # each process prints where its threads are
            process.wait()
            raise AssertionError(f"did not end within {timeout} s: {self.printed()}") from None

    def printed(self) -> str:
        """All it printed so far."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    # -- requests ----------------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """A request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """A GET."""
        return self.ask("GET", path, headers)

    def try_get(self, path: str) -> Answer | None:
        """A GET, None where nobody answers."""
        try:
            return self.get(path)
        except (OSError, http.client.HTTPException):
            return None

    def raw(self, request: bytes) -> bytes:
        """Bytes sent, and all bytes that came until the server closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def as_operator(self, method: str, path: str) -> Answer:
        """A request that bears the token."""
        token = (self.state / "token").read_text().strip()
        return self.ask(method, path, {"Authorization": f"Bearer {token}"})

    def readyz(self) -> Any:
        """What it says of itself."""
        return self.get("/readyz").json()

    def rebuild(self, timeout: float = 8.0) -> Any:
        """Ask for a rebuild, and give the build once it is over."""
        asked = self.as_operator("POST", "/rebuild")
        assert asked.status == 202, asked.text

        def over() -> Any:
            build = self.as_operator("GET", asked.headers["location"]).json()
            return build if build["state"] in ("done", "failed") else None

        return eventually(over, timeout, what="the build to be over")

    def shows(self, path: str, *texts: str) -> bool:
        """Whether a document is served that holds all the texts."""
        answer = self.get(path)
        return answer.status == 200 and all(text in answer.text for text in texts)

    def answered(self) -> list[int]:
        """How many requests each worker has answered."""
        slots = sorted((self.state / "requests").iterdir())
        return [sum(struct.unpack("=6Q", data)) for slot in slots if (data := slot.read_bytes())]

    def wait_workers(self, count: int) -> None:
        """Wait until each of so many workers answers; the first makes the server ready."""

        def all_answer() -> bool:
            self.get("/healthz")
            found = self.answered()
            return len(found) == count and all(found)

        eventually(all_answer, what=f"{count} workers that answer")

    def wait_shows(self, path: str, *texts: str, timeout: float = 5.0) -> float:
        """Wait until a document is served that holds all the texts; gives the seconds that took."""
        return seconds_until(lambda: self.shows(path, *texts), timeout, what=f"{texts} at {path}")


def _open_files(pid: int) -> set[str]:
    """What a process has open; nothing where it has ended."""
    found = set[str]()
    for path in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(OSError):
            found.add(str(path.readlink()))
    return found


def alive(pid: int) -> bool:
    """Whether a process runs, zombies apart."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def listening(port: int) -> bool:
    """Whether anybody listens at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def asked(server: Server, path: bytes | str, *lines: bytes | str, method: str = "GET", version: str = "1.1") -> Answer:
    """The answer to a request of these bytes; the path and the header lines are sent as they are."""
    head = [b"%s %s HTTP/%s" % (method.encode(), encoded(path), version.encode()), b"Connection: close"]
    answer = server.raw(b"\r\n".join([*head, *(lines and map(encoded, lines)), b"", b""]))
    top, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = top.decode("latin-1").split("\r\n")
    pairs = [line.partition(": ") for line in rest]
    names = [name.lower() for name, _, _ in pairs]
    assert len(set(names)) == len(names), f"a header twice: {names}"
    return Answer(int(first.split()[1]), {name.lower(): value for name, _, value in pairs}, body)


def encoded(text: bytes | str) -> bytes:
    """As it is, text as UTF-8."""
    return text if isinstance(text, bytes) else text.encode()
