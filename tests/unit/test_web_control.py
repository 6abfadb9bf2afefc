"""For operators: rebuilds, health, metrics, and the numbers that processes share."""

from __future__ import annotations

import logging
import multiprocessing
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from feedsvc.catalogue import Control
from feedsvc.model import SITE
from feedsvc.shelf import Shelf
from feedsvc.web import create_app
from feedsvc.web.app import make_app
from feedsvc.web.counts import Counts
from feedsvc.web.orders import digest
from tests.unit.library import Library

TOKEN = "s3cret-口令"
RIGHT = {"Authorization": f"Bearer {TOKEN}".encode().decode("latin-1")}


@pytest.fixture
def client(library: Library) -> FlaskClient:
    library.publish({SITE: "x"})
    shelf = Shelf(library.state, 1_000_000, lambda: library.now + 30)
    return make_app(shelf, library.state, lambda: digest(TOKEN)).test_client()


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}]
)
def test_the_token_is_asked_for(client: FlaskClient, headers: dict[str, str]) -> None:
    for answer in (client.post("/rebuild", headers=headers), client.get("/builds", headers=headers),
                   client.get("/builds/1", headers=headers), client.get("/metrics", headers=headers)):  # fmt: skip
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="feedsvc"'
        assert answer.get_json()["error"]["code"] == "unauthorized"
        assert TOKEN not in answer.text


def test_without_a_token_nobody_gets_in(library: Library) -> None:
    client = make_app(Shelf(library.state, 1000), library.state, lambda: "").test_client()
    for header in ("Bearer ", "Bearer x", "Bearer  "):
        assert client.post("/rebuild", headers={"Authorization": header}).status_code == 401


def test_a_rebuild_is_asked_for_and_followed(client: FlaskClient, library: Library) -> None:
    answer = client.post("/rebuild", headers=RIGHT)
    assert answer.status_code == 202
    assert answer.headers["Location"] == "/builds/1"
    assert answer.get_json()["state"] == "queued"
    assert client.post("/rebuild", headers=RIGHT).headers["Location"] == "/builds/1"  # both wait for the same
    control = Control(library.state)
    control.finish(control.take(5.0) or 0, 7.0, {"files": 3}, error="disk full 磁盘已满")
    control.close()
    found = client.get("/builds/1", headers=RIGHT).get_json()
    assert (found["state"], found["error"], found["report"]) == ("failed", "disk full 磁盘已满", {"files": 3})
    assert client.get("/builds", headers=RIGHT).get_json()["builds"] == [found]
    assert client.get("/builds/77", headers=RIGHT).status_code == 404
    assert client.get(f"/builds/{10**30}", headers=RIGHT).status_code == 404
    assert client.get("/builds/x", headers=RIGHT).status_code == 404
    ready = client.get("/readyz").get_json()
    assert ready["status"] == "ready"
    assert (ready["generation"], ready["age"]) == (1, 30.0)
    assert ready["build"] == {"id": 1, "state": "failed", "finished": 7.0, "error": "disk full 磁盘已满"}


def test_what_a_rebuild_is_answered_with_has_no_cache(client: FlaskClient) -> None:
    assert client.post("/rebuild", headers=RIGHT).headers["Cache-Control"] == "no-store"
    assert client.get("/rebuild").status_code == 405
    assert client.get("/rebuild").headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("path", ["/builds", "/builds/1", "/rebuild", "/healthz", "/readyz", "/metrics"])
def test_options_of_control_are_answered_as_elsewhere(client: FlaskClient, path: str) -> None:
    answer = client.options(path, headers={"Origin": "https://x.example"})
    allowed = "OPTIONS, POST" if path == "/rebuild" else "GET, HEAD, OPTIONS"
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Allow"] == answer.headers["Access-Control-Allow-Methods"] == allowed
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("path", ["/builds/", "/builds/1/", "/rebuild/", "/healthz/", "/readyz/", "/metrics/"])
def test_control_has_no_address_with_a_last_slash(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=RIGHT)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "not_found")


def test_large_bodies_are_refused(client: FlaskClient) -> None:
    assert client.post("/rebuild", headers=RIGHT, data=b"x" * 70_000).status_code == 413
    assert client.post("/rebuild", headers=RIGHT, data=b"x" * 60_000).status_code == 202


def test_no_secret_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.post("/rebuild", headers=RIGHT)
    client.post("/rebuild", headers={"Authorization": "Bearer almost-right"})
    assert TOKEN not in caplog.text
    assert "almost-right" not in caplog.text


def test_a_state_folder_that_vanishes_is_503(client: FlaskClient, library: Library) -> None:
    library.close()
    shutil.rmtree(library.state)
    answer = client.post("/rebuild", headers=RIGHT)
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert client.get("/metrics", headers=RIGHT).status_code == 200


def test_metrics(client: FlaskClient, library: Library) -> None:
    client.get("/rss.xml")
    tag = client.get("/rss.xml").headers["ETag"]
    client.get("/rss.xml", headers={"If-None-Match": tag})
    client.get("/none")
    control = Control(library.state)
    control.finish(control.start("timer", 5.0), 7.5, {})
    control.close()
    answer = client.get("/metrics", headers=RIGHT)
    assert answer.content_type.startswith("text/plain")
    lines = answer.text.splitlines()
    for line in (
        "feedsvc_generation 1.0",
        'feedsvc_requests_total{status="2xx"} 2.0',
        'feedsvc_requests_total{status="3xx"} 1.0',
        'feedsvc_requests_total{status="4xx"} 1.0',
        "feedsvc_last_build_duration_seconds 2.5",
        'feedsvc_last_build_state{state="done"} 1.0',
    ):
        assert line in lines


def test_metrics_may_be_public(library: Library) -> None:
    library.publish({SITE: "x"})
    app = make_app(Shelf(library.state, 1000), library.state, lambda: digest(TOKEN), metrics_public=True)
    assert app.test_client().get("/metrics").status_code == 200


def _count(state: Path, times: int) -> None:
    counts = Counts(state)
    for _ in range(times):
        counts.add(200)


def test_a_worker_starts_without_what_only_rebuilds_and_lists_need() -> None:
    slow = {"feedgen", "lxml", "nh3", "yaml", "pydantic"}
    code = f"import sys, feedsvc.web.worker; print(sorted({slow} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_counts_add_up_over_processes_and_outlive_them(tmp_path: Path) -> None:
    mine = Counts(tmp_path)
    mine.add(304)
    spawn = multiprocessing.get_context("spawn")
    for times in (5, 7):
        worker = spawn.Process(target=_count, args=(tmp_path, times))
        worker.start()
        worker.join()
    assert mine.totals() == {"2xx": 12, "3xx": 1, "4xx": 0, "5xx": 0}
    assert len(list((tmp_path / "requests").iterdir())) == 2  # the second took over the slot of the first
    mine.close()


def test_counts_without_a_folder_are_the_process_s_own(tmp_path: Path) -> None:
    counts = Counts(tmp_path / "nowhere")
    counts.add(503)
    assert counts.totals()["5xx"] == 1
    counts.close()


def test_the_application_is_made_from_the_configuration(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.publish({SITE: "x"})
    content = tmp_path / "content"
    content.mkdir()
    assert create_app(content, state=library.state).test_client().get("/rss.xml").status_code == 200
    monkeypatch.setenv("FEEDSVC_CONTENT", str(content))
    monkeypatch.setenv("FEEDSVC_STATE", str(library.state))
    client = create_app().test_client()
    assert client.get("/rss.xml").status_code == 200
    header = {"Authorization": "Bearer abc"}
    assert client.post("/rebuild", headers=header).status_code == 401
    (library.state / "bearer").write_text(f"{digest('abc')}\n")
    assert client.post("/rebuild", headers=header).status_code == 202
