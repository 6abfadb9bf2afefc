"""Requests begin in the thread that brings them, and go on in the event loop if they have to."""

from __future__ import annotations

import asyncio
import http.client
import os
import subprocess
import sys
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Iterator
from pathlib import Path

import pytest

from feedsvc.web.eager import DONE, LOOP, make_eager
from tests.e2e.server import free_port


@pytest.fixture
def loop() -> Iterator[AbstractEventLoop]:
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever, name="loop")
    thread.start()
    make_eager(made)
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join()
    made.close()


def _hand_over(loop: AbstractEventLoop, awaited: Awaitable[None]) -> list[str]:
    """The threads in which a coroutine ran, before and after it awaited something."""
    threads, done = list[str](), threading.Event()

    async def request() -> None:
        threads.append(threading.current_thread().name)
        await awaited
        threads.append(threading.current_thread().name)
        done.set()

    loop.call_soon_threadsafe(loop.create_task, request())
    assert done.wait(5)
    return threads


def test_a_coroutine_that_needs_nothing_never_meets_the_loop(loop: AbstractEventLoop) -> None:
    assert _hand_over(loop, DONE) == ["MainThread", "MainThread"]


def test_what_follows_the_loop_runs_in_the_loop(loop: AbstractEventLoop) -> None:
    assert _hand_over(loop, LOOP) == ["MainThread", "loop"]


def test_plain_callbacks_and_coroutines_from_elsewhere_run_in_the_loop(loop: AbstractEventLoop) -> None:
    async def nap() -> str:
        await LOOP
        await asyncio.sleep(0.001)
        return threading.current_thread().name

    assert asyncio.run_coroutine_threadsafe(nap(), loop).result(5) == "loop"
    named = list[str]()
    called = threading.Event()

    def call() -> None:
        named.append(threading.current_thread().name)
        called.set()

    loop.call_soon_threadsafe(call)
    assert called.wait(5)
    assert named == ["loop"]


_APP = """
import threading
from feedsvc.web.eager import DONE, make_eager

class App:
    def __rsgi_init__(self, loop):
        make_eager(loop)

    def __rsgi__(self, scope, proto):
        proto.response_str(200, [], threading.current_thread().name)
        return DONE

app = App()
"""


def test_granian_s_requests_never_meet_the_loop(tmp_path: Path) -> None:
    (tmp_path / "eagerly.py").write_text(_APP)
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--loop", "asyncio", "--port", str(port)]
    path = os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2])))
    with subprocess.Popen(
        [*command, "eagerly:app"], env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.DEVNULL
    ) as server:
        try:
            assert _thread_that_answers(port) != "MainThread"  # where granian runs the loop
        finally:
            server.terminate()


def _thread_that_answers(port: int) -> str:
    for _ in range(100):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError("granian did not start")
