"""The index for searches, kept beside a real server: made, followed, replaced, left out where it is not wanted."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

from feedsvc.catalogue import Reader, choose
from feedsvc.exceptions import SearchNotReady
from feedsvc.search import Search
from feedsvc.select import Selection
from tests.e2e.conftest import Serve
from tests.e2e.server import Server, Site, alive, eventually, feedsvc, post


def finds(state: Path, words: str) -> int:
    """How many posts a search finds; -1 while it cannot tell."""
    with closing(Reader(state)) as reader, closing(Search(state)) as index:
        try:
            return len(choose(reader, Selection(words=words), limit=10, index=index))
        except SearchNotReady:
            return -1


def indexers(server: Server) -> list[int]:
    """The processes that keep the index: the ones that yield to all others."""
    return [pid for pid in server.children() if _niceness(pid) > 10]


def _niceness(pid: int) -> int:
    try:
        return os.getpriority(os.PRIO_PROCESS, pid)
    except ProcessLookupError:
        return 0


def test_the_index_follows_the_posts(serve: Serve, site: Site) -> None:
    server = serve()
    eventually(lambda: finds(server.state, "正文") == 2, what="the index")
    site.write("three", post("题", body="港口的船期"))
    eventually(lambda: finds(server.state, "船期") == 1, what="the new post")
    site.path("three").unlink()
    eventually(lambda: finds(server.state, "船期") == 0, what="no post")
    assert "Traceback" not in server.printed()


def test_a_killed_indexer_is_replaced_at_the_next_change(serve: Serve, site: Site) -> None:
    server = serve()
    eventually(lambda: finds(server.state, "正文") == 2, what="the index")
    (first,) = indexers(server)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: not alive(first))
    site.write("three", post("题", body="港口的船期"))
    eventually(lambda: finds(server.state, "船期") == 1, what="the new post")
    assert indexers(server) != [first]


def test_a_killed_server_leaves_no_indexer(serve: Serve) -> None:
    server = serve()
    (pid,) = eventually(lambda: indexers(server), what="the indexer")
    server.stop(signal.SIGKILL)
    eventually(lambda: not alive(pid), 3.0, what="no orphan")


def test_what_is_not_wanted_is_not_made(serve: Serve, site: Site) -> None:
    server = serve()
    eventually(lambda: finds(server.state, "正文") == 2, what="the index")
    (site.root / "feedsvc.toml").write_text("[search]\nenabled = false\n")
    server.rebuild()
    eventually(lambda: not list(server.state.glob("search.*")) and not indexers(server), what="no index")
    (site.root / "feedsvc.toml").unlink()
    server.rebuild()
    eventually(lambda: finds(server.state, "正文") == 2, what="the index again")


def test_a_single_build_makes_none(site: Site, tmp_path: Path) -> None:
    assert feedsvc("build", site.root, "--state", tmp_path / "state").returncode == 0
    assert not list((tmp_path / "state").glob("search.*"))
