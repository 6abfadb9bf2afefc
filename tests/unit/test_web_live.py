"""Granian's door over a real socket: the same answers, and nothing slow in the way of exact hits."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.model import SITE, Term
from tests.e2e.server import free_port
from tests.unit.library import Library, post

SLASHED = Term("tag", "晴/雨")
SLASHED_RSS = "/tag/%E6%99%B4%2F%E9%9B%A8/rss.xml"
MANY = [Term("tag", f"标签{number}") for number in range(3000)]


class Live:
    """A server at work, and one connection to it."""

    def __init__(self, port: int, library: Library) -> None:
        self.port = port
        self.library = library

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def raw(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    library = Library(folder / "state", now=time.time() - 60)
    library.publish({SITE: "live 现场", SLASHED: "股"}, [post("a", SLASHED, *MANY)])
    port = free_port()
    environ = os.environ | {"FEEDSVC_CONTENT": str(folder), "FEEDSVC_STATE": str(library.state)}
    environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    target = [sys.executable, "-m", "granian", "--interface", "rsgi", "--factory", "--no-ws"]
    command = [*target, "--port", str(port), "feedsvc.web:create_rsgi"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as server:
        made = Live(port, library)
        for _ in range(100):
            try:
                made.ask("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.05)
        yield made
        server.terminate()
    library.close()


def test_feeds_are_served_however_they_are_spelled(live: Live) -> None:
    for path in (SLASHED_RSS, SLASHED_RSS.replace("%2F", "/"), SLASHED_RSS.lower().replace("/a", "/A"), SLASHED_RSS):
        status, headers, body = live.ask("GET", path + "?x=1")
        assert (status, body) == (200, live.library.bodies[SLASHED_RSS])
        assert f"{SLASHED_RSS}>" in headers["link"]


def test_first_and_later_answers_are_alike(live: Live) -> None:
    for path in ("/rss.xml", "/", "/feeds.opml", "/feed", "/nowhere", "/tag/%ff/rss.xml"):
        for sent in ({}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "br", "If-None-Match": "*"}):
            answers = [live.ask("GET", path, sent) for _ in range(3)]
            for _, headers, _ in answers:
                headers.pop("date")
            assert answers[0] == answers[1] == answers[2]
            heads = live.ask("HEAD", path, sent)
            heads[1].pop("date")
            assert (heads[0], heads[1], heads[2]) == (answers[0][0], answers[0][1], b"")


def test_not_modified(live: Live) -> None:
    tag = live.ask("GET", "/rss.xml")[1]["etag"]
    request = f"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: {tag}\r\n\r\n".encode()
    for answer in (live.raw(request), live.raw(request.replace(b'"\r\n', b'"\r\nIf-None-Match: "x"\r\n'))):
        assert answer.startswith(b"HTTP/1.1 304")
        assert b"content-length" not in answer.lower()
        assert answer.endswith(b"\r\n\r\n")


def test_several_lines_are_one_list(live: Live) -> None:
    lines = b"Accept-Encoding: gzip;q=0.5\r\nAccept-Encoding: br\r\n"
    for _ in range(2):
        answer = live.raw(b"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines + b"\r\n")
        assert b"content-encoding: br" in answer.lower()
    other = b'If-None-Match: "x"\r\nIf-None-Match: *\r\n'
    assert (
        live.raw(b"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + other + b"\r\n").startswith(
            b"HTTP/1.1 304"
        )
        is False
    )  # a star means something on its own only


def test_old_and_odd_requests(live: Live) -> None:
    assert live.raw(b"GET /rss.xml HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200")
    assert b" 204 " in live.raw(b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b" 200 " in live.raw(b"GET http://evil.example/rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b" 405 " in live.raw(b"BREW /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert live.ask("GET", "/" + "a" * 9000)[0] == 414
    assert live.ask("GET", "/tag/%00/rss.xml")[0] == 400


def test_bodies_are_bounded(live: Live) -> None:
    assert live.ask("POST", "/rebuild", body=b"x" * 70_000)[0] == 413
    assert live.ask("POST", "/rebuild", body=b"x" * 60_000)[0] == 401
    status, _, _ = live.ask("POST", "/rebuild", {"Transfer-Encoding": "chunked"}, b"6\r\nabcdef\r\n0\r\n\r\n")
    assert status == 401


def test_an_upgrade_to_websockets_is_ignored(live: Live) -> None:
    lines = b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n"
    for path in (b"/rss.xml", b"/rss.xml", b"/", b"/healthz"):  # first and later answers come by different ways
        answer = live.raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + lines + b"Sec-WebSocket-Version: 13\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")


def test_a_new_generation_is_served_at_once(live: Live) -> None:
    for number in range(20):
        live.library.publish({SITE: f"generation {number}"})
        assert live.ask("GET", "/rss.xml")[2] == live.library.bodies["/rss.xml"]


@pytest.mark.slow
def test_slow_requests_do_not_hold_up_exact_hits(live: Live) -> None:
    live.ask("GET", "/rss.xml")
    done = threading.Event()

    def be_slow() -> None:
        while not done.is_set():
            live.ask("GET", "/feeds.json", {"Accept-Encoding": "br", "If-Modified-Since": "?"})
            live.ask("GET", "/feed/none.xml")

    threads = [threading.Thread(target=be_slow) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        assert statistics.median(_time(live) for _ in range(200)) < 0.005
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _time(live: Live) -> float:
    began = time.perf_counter()
    assert live.ask("GET", "/rss.xml")[0] == 200
    return time.perf_counter() - began
