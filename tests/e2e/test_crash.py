"""Killed in the middle of a build: the next run completes, as though nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from feedsvc.catalogue import Reader
from tests.bench.sites import Shape, write_real
from tests.e2e.server import Server, Site, alive, environment, eventually, feedsvc, post

POSTS = 3_000
TERMS = 150


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of some size, written long ago."""
    folder = tmp_path_factory.mktemp("crash") / "site"
    write_real(folder, Shape(POSTS, terms=TERMS, body=250))
    for path in folder.rglob("*.md"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


@pytest.fixture(scope="module")
def undisturbed(corpus: Path) -> dict[str, bytes]:
    """What a build that nobody disturbs gives."""
    state = corpus.parent / "undisturbed"
    assert feedsvc("build", corpus, "--state", state).returncode == 0
    return documents(state)


def documents(state: Path) -> dict[str, bytes]:
    reader = Reader(state)
    try:
        generation = reader.generation
        found = {address: reader.document(address, generation) for address, _ in reader.etags(generation)}
        return {address: document.body for address, document in found.items() if document}
    finally:
        reader.close()


def kill_after(seconds: float, *command: str | Path) -> bool:
    """Start a command and kill it, with all its processes, in the middle; False where it was done before."""
    arguments = [sys.executable, "-m", "feedsvc", *map(str, command)]
    with subprocess.Popen(
        arguments, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    ) as process:
        time.sleep(seconds)  # a moment in the middle is the point
        children = _children(process.pid)
        process.kill()
    eventually(lambda: not any(map(alive, children)), 3.0, what="no orphans")
    return process.returncode == -signal.SIGKILL


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def test_a_first_build_that_is_killed_again_and_again_completes(
    corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    state = tmp_path / "state"
    killed = [kill_after(moment, "build", corpus, "--state", state) for moment in (0.5, 0.8, 1.1)]
    assert any(killed)
    done = feedsvc("build", corpus, "--state", state)
    assert done.returncode == 0, done.stderr
    assert documents(state) == undisturbed


def test_a_server_killed_during_its_first_build_completes_at_the_next_start(
    corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    with Server(corpus, tmp_path / "state") as server:
        eventually((server.state / "catalogue.sqlite3").exists)
        server.stop(signal.SIGKILL)
        server.start(ready=False)
        eventually(lambda: server.try_get("/readyz"))
        time.sleep(0.3)
        children = server.children()
        server.stop(signal.SIGKILL)
        eventually(lambda: not any(map(alive, children)), 3.0, what="no orphans")
        server.start()
        assert documents(server.state) == undisturbed


def test_sigterm_during_a_first_build_does_not_wait_for_its_end(tmp_path: Path) -> None:
    write_real(tmp_path / "site", Shape(6_000, terms=500, body=1_500), processes=1)
    server = Server(tmp_path / "site", tmp_path / "state", "rebuild.processes=1").start(ready=False)
    eventually(lambda: server.try_get("/healthz"))
    assert server.readyz()["status"] == "not ready"
    began = time.monotonic()
    assert server.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < 2
    assert "Traceback" not in server.printed()


def test_a_rebuild_of_everything_that_is_killed_completes(
    corpus: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    state = tmp_path / "state"
    shutil.copytree(corpus.parent / "undisturbed", state)
    other = ("--set", "feeds.limit=10", "--set", "site.title=Another 别的")
    assert kill_after(0.8, "build", corpus, "--state", state, *other)
    served = documents(state)
    assert served == undisturbed or len(served) == len(undisturbed)  # the old generation or the new, whole
    assert feedsvc("build", corpus, "--state", state, *other).returncode == 0
    fresh = tmp_path / "fresh"
    assert feedsvc("build", corpus, "--state", fresh, *other).returncode == 0
    assert documents(state) == documents(fresh)


def test_readers_never_see_half_a_generation(corpus: Path, tmp_path: Path) -> None:
    """While many feeds change at once, a reader who sees one new document sees only new ones."""
    content = tmp_path / "site"
    site = Site.make(content)
    for number in range(90):
        site.write(f"p{number}", post(f"p {number}", categories=f"c{number}", body="edition 1."), old=True)
    with Server(content, tmp_path / "state", "rebuild.watch=false", "rebuild.every=3600") as server:
        for edition in (2, 3):
            for number in range(90):
                text = post(f"p {number}", categories=f"c{number}", body=f"edition {edition}.")
                site.write(f"p{number}", text, old=True)
            asked = server.as_operator("POST", "/rebuild").headers["location"]
            seen: list[str] = []
            while server.as_operator("GET", asked).json()["state"] != "done":
                seen += [server.get(f"/category/c{number}/atom.xml").text for number in (0, 45, 89)]
            told = [f"edition {edition}." in text for text in seen]
            assert told == sorted(told), "an older document after a newer one"
            assert server.shows("/category/c89/atom.xml", f"edition {edition}.")
