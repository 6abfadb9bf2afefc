"""Asking for rebuilds: over HTTP with the token, and from the command line beside a running server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest

from tests.e2e.server import Server, Site, environment, eventually, feedsvc, free_port, post


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that looks at its folder only when asked."""
    folder = tmp_path_factory.mktemp("control")
    site = Site.make(folder / "site")
    site.write("one", old=True)
    with Server(site.root, folder / "state", "rebuild.every=3600", "rebuild.watch=false", workers=2) as made:
        yield made


@pytest.fixture
def site(server: Server) -> Site:
    return Site(server.content)


def test_nobody_without_the_token_gets_anywhere(server: Server) -> None:
    before = server.as_operator("GET", "/builds").json()["builds"]
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}, {"Authorization": "Bearer "}):
        for method, path in (("POST", "/rebuild"), ("GET", "/builds"), ("GET", f"/builds/{before[0]['id']}")):
            answer = server.ask(method, path, headers)
            assert answer.status == 401, (method, path, headers)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert "report" not in answer.text
    assert server.as_operator("GET", "/builds").json()["builds"] == before
    assert (server.state / "token").stat().st_mode & 0o077 == 0
    assert (server.state / "token").read_text().strip() not in server.printed()


def test_a_rebuild_that_was_asked_for_is_followed_to_its_end(server: Server, site: Site) -> None:
    for number in range(300):
        site.write(f"many-{number}", post(f"many {number}", categories=f"c{number}"), old=True)
    asked = server.as_operator("POST", "/rebuild")
    assert asked.status == 202
    where = asked.headers["location"]
    assert asked.json()["state"] == "queued"
    assert where == f"/builds/{asked.json()['id']}"
    states = {"queued"}

    def done() -> bool:
        states.add(server.as_operator("GET", where).json()["state"])
        return "done" in states

    eventually(done)
    assert states == {"queued", "running", "done"}
    report = server.as_operator("GET", where).json()["report"]
    assert (report["added"], report["posts"], report["files"]) == (300, 301, 301)
    assert report["written"] == 3 * 302  # each category, the tag, the site
    assert report["seconds"] > 0


def test_many_requests_at_once_become_few_builds(server: Server) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: server.as_operator("POST", "/rebuild"), range(10)))
    assert {answer.status for answer in answers} == {202}
    asked = {answer.headers["location"] for answer in answers}
    assert len(asked) <= 5
    eventually(lambda: {server.as_operator("GET", where).json()["state"] for where in asked} == {"done"})
    builds = server.as_operator("GET", "/builds").json()["builds"]
    assert [build["id"] for build in builds] == sorted((build["id"] for build in builds), reverse=True)
    assert {int(where.rpartition("/")[2]) for where in asked} <= {build["id"] for build in builds}


def test_a_build_beside_the_server_asks_it_and_reports(server: Server, site: Site) -> None:
    site.write("beside", post("Beside 旁", categories="beside"), old=True)
    done = feedsvc("build", site.root, "--state", server.state, "--json")
    assert done.returncode == 0, done.stderr
    report = orjson.loads(done.stdout)
    assert report["added"] == 1
    assert server.shows("/category/beside/rss.xml", "Beside 旁")
    newest = server.as_operator("GET", "/builds").json()["builds"][0]
    assert newest["report"]["added"] == 1
    site.write("beside", "---\ntitle: open", old=True)
    done = feedsvc("build", site.root, "--state", server.state, "--strict")
    assert "open-fence" in done.stderr
    assert done.returncode == 1


def test_a_build_beside_the_server_waits_for_what_is_being_written_as_one_alone_does(
    server: Server, site: Site
) -> None:
    path = site.write("unfinished", "---\ntitle: open")
    done = feedsvc("build", site.root, "--state", server.state, "--json")
    path.unlink()
    problems = orjson.loads(done.stdout)["problems"]
    assert [each["code"] for each in problems if path.name in each["path"]] == ["open-fence"]


def test_a_post_that_is_just_being_written_is_in_the_build_that_was_asked_for(server: Server, site: Site) -> None:
    site.write("justnow", post("Just now 刚刚", categories="justnow"))
    done = feedsvc("build", site.root, "--state", server.state)
    assert done.returncode == 0
    assert server.shows("/category/justnow/rss.xml", "Just now 刚刚")
    site.write("instant", post("Instant 即", categories="instant"))
    assert server.rebuild()["state"] == "done"
    server.wait_shows("/category/instant/rss.xml", "Instant 即", timeout=1.0)


def test_what_was_written_before_a_rebuild_was_asked_for_is_served_when_that_is_done(
    server: Server, site: Site
) -> None:
    for number in range(5):
        site.write("moment", post(f"moment {number}.", categories="moment"))
        assert server.rebuild()["state"] == "done"
        assert server.shows("/category/moment/rss.xml", f">moment {number}.<")


def test_a_second_server_is_told_off_in_one_line(server: Server, site: Site) -> None:
    done = feedsvc("serve", site.root, "--state", server.state, "--port", str(free_port()))
    assert done.returncode == 75
    assert len(done.stderr.splitlines()) == 1
    assert "another feedsvc is writing here" in done.stderr
    assert server.get("/rss.xml").status == 200


def test_reading_commands_work_beside_the_server(server: Server, site: Site) -> None:
    for command in ("feeds", "check"):
        done = feedsvc(command, site.root, "--state", server.state)
        assert done.returncode in (0, 1), done.stderr
        assert "another feedsvc" not in done.stderr
    assert feedsvc("build", site.root, "--state", server.state, "--dry-run").returncode == 0


def test_the_ledger_can_be_saved_beside_the_server(server: Server, site: Site) -> None:
    target = site.root.parent / "ledger"
    done = feedsvc("ledger", "save", target, site.root, "--state", server.state)
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size > 0


def test_two_builds_at_once_do_not_get_in_each_others_way(site: Site) -> None:
    state = site.root.parent / "other-state"
    command = [sys.executable, "-m", "feedsvc", "build", str(site.root), "--state", str(state)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment()}
    with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as two:  # type: ignore[call-overload]
        outcomes = [(each.communicate(timeout=20), each.returncode) for each in (one, two)]
    codes = sorted(code for _, code in outcomes)
    assert codes in ([0, 0], [0, 75])
    for (_, errors), code in outcomes:
        assert "Traceback" not in errors
        if code == 75:
            assert "another feedsvc is writing here" in errors
