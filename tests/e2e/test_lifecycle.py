"""Ends, in good order and in bad: nothing is left behind, and the next start goes on where the last ended."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.server import Server, Site, alive, eventually, listening, post

ADDRESSES = ("/rss.xml", "/atom.xml", "/feed.json", "/category/%E8%A6%81%E9%97%BB/atom.xml", "/tag/A%E8%82%A1/rss.xml")


def wait_ended(pids: list[int]) -> None:
    eventually(lambda: not any(map(alive, pids)), 3.0, what="no orphans")


def validators(server: Server) -> list[tuple[str | None, str | None]]:
    return [server.get(address).validators for address in ADDRESSES]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("group", [False, True], ids=["alone", "group"])
def test_a_signal_ends_it_in_good_order(serve: Serve, number: int, group: bool) -> None:
    """To it alone as init and docker do, to the whole group as terminals and systemd do."""
    server = serve(workers=2)
    server.wait_workers(2)
    children, port = server.children(), server.port
    began = time.monotonic()
    assert server.stop(number, group=group) == 0
    assert time.monotonic() - began < 3
    assert "Traceback" not in server.printed()
    assert "panicked" not in server.printed()  # as granian's threads do in an interpreter that is being finalised
    wait_ended(children)
    assert not listening(port)


def test_a_signal_while_it_starts_ends_it_too(site: Site) -> None:
    server = Server(site.root, site.root.parent / "state")
    for number in (signal.SIGTERM, signal.SIGINT):
        for pause in (0.1, 0.25, 0.4, 0.6):
            server.start(ready=False)
            time.sleep(pause)
            children = server.children()
            server.stop(number)  # whatever its exit status: there may be nothing yet that tells one
            wait_ended(children)
        assert "Traceback" not in server.printed() or number == signal.SIGINT
    with server:
        assert server.get("/rss.xml").status == 200


def test_a_restart_serves_the_same_at_once(serve: Serve, site: Site) -> None:
    server = serve()
    before = validators(server)
    assert all(None not in each for each in before)
    server.stop()
    server.start()
    assert validators(server) == before
    assert server.readyz()["generation"] == 1


def test_a_killed_server_leaves_no_process_and_the_next_goes_on(serve: Serve, site: Site) -> None:
    server = serve(workers=2)
    before, children, port = validators(server), server.children(), server.port
    assert len(children) >= 2
    assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    wait_ended(children)
    assert not listening(port)
    server.start()
    assert validators(server) == before
    site.write("after", post("After 之后"))
    server.wait_shows("/rss.xml", "After 之后", timeout=1.5)


def test_a_killed_worker_is_replaced(serve: Serve) -> None:
    server = serve(workers=2)
    server.wait_workers(2)
    before = validators(server)
    workers = server.workers()
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    for _ in range(20):
        answer = server.try_get("/rss.xml")
        assert answer is None or answer.status == 200
    eventually(lambda: len(set(server.workers()) - {workers[0]}) == 2, what="a new worker")
    eventually(lambda: server.try_get("/rss.xml"), what="an answer")
    assert validators(server) == before
    assert server.stop() == 0


def test_a_killed_worker_is_replaced_even_while_the_configuration_is_broken(serve: Serve, site: Site) -> None:
    server = serve(workers=2)
    good = (site.root / "_config.yml").read_text()
    (site.root / "_config.yml").write_text("title: [open\n")
    eventually(lambda: server.readyz()["build"]["state"] == "failed")
    worker = server.workers()[0]
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: len(set(server.workers()) - {worker}) == 2, what="a new worker")
    eventually(lambda: server.try_get("/rss.xml"))
    time.sleep(0.5)
    assert server.process is not None
    assert server.process.poll() is None
    (site.root / "_config.yml").write_text(good)
    assert server.rebuild()["state"] == "done"


def test_the_last_generation_is_served_before_the_first_look(serve: Serve, site: Site) -> None:
    server = serve()
    before = validators(server)
    server.stop()
    site.root.rename(site.root.with_name("away"))  # nothing to look at
    site.root.mkdir()
    server.start(ready=False)
    eventually(lambda: server.try_get("/rss.xml"))
    assert validators(server) == before


def test_no_descriptors_leak(serve: Serve, site: Site) -> None:
    server = serve("rebuild.every=3600")

    def count() -> int:
        return sum(len([*Path(f"/proc/{pid}/fd").iterdir()]) for pid in (server.pid, *server.workers()))

    for number in range(3):
        site.write("leak", post(f"leak {number}"))
        server.wait_shows("/rss.xml", f">leak {number}<")
    before = count()
    for number in range(3, 15):
        site.write("leak", post(f"leak {number}"))
        server.wait_shows("/rss.xml", f">leak {number}<")
        server.get("/")
        server.as_operator("GET", "/builds")
    assert count() <= before + 4
