"""The patrol tells what differs, from another process, and when only a look at everything will do."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feedsvc.config.loading import load
from feedsvc.pipeline.patrol import FEW, Found, Patrol
from feedsvc.service import Service
from tests.unit.desk import CONFIG, LONG, post


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    root = tmp_path / "site"
    (root / "_posts").mkdir(parents=True)
    (root / "_config.yml").write_text(CONFIG)
    for name in ("一", "two", "three"):
        (root / f"_posts/2026-01-01-{name}.md").write_text(post(name, LONG))
    settings = load(root, state=tmp_path / "state", environ={}, cwd=root)
    with Service(settings, clock=lambda: 2e9) as made:
        made.rebuild()
        made.rebuild()  # what was modified just now is read again once
        yield made


def differences(service: Service) -> frozenset[str] | None:
    return Patrol().differences(service.settings).paths


def test_nothing_differs(service: Service) -> None:
    assert differences(service) == frozenset()


def test_files_that_came_changed_and_went(service: Service) -> None:
    posts = service.settings.content / "_posts"
    (posts / "2026-01-02-新.md").write_text(post("新", LONG))
    (posts / "2026-01-01-two.md").write_text(post("other", LONG))
    (posts / "2026-01-01-three.md").unlink()
    expected = {"_posts/2026-01-02-新.md", "_posts/2026-01-01-two.md", "_posts/2026-01-01-three.md"}
    assert differences(service) == frozenset(expected)


def test_what_needs_a_look_at_everything(service: Service) -> None:
    content = service.settings.content
    assert differences(Service(replace(service.settings, content=content / "nowhere"))) is None
    for number in range(FEW + 1):
        (content / f"_posts/2026-01-01-{number}.md").touch()
    assert differences(service) is None


def test_settings_that_changed_are_for_a_rebuild_to_read(service: Service) -> None:
    config = service.settings.content / "_config.yml"
    config.write_text(CONFIG + "\ndescription: 新的\n")
    assert differences(service) is None


def test_an_empty_folder_is_for_a_rebuild_to_refuse(service: Service) -> None:
    for path in (service.settings.content / "_posts").iterdir():
        path.unlink()
    assert differences(service) is None


def test_a_file_beside_posts_whose_size_is_another(service: Service) -> None:
    content = service.settings.content
    (content / "_posts/2026-01-03-听.md").write_text(post("听", LONG, more="audio: /sound.mp3\n"))
    service.rebuild()
    service.rebuild()
    assert differences(service) == frozenset()
    (content / "sound.mp3").write_bytes(b"12345")
    assert differences(service) == frozenset({"sound.mp3"})
    assert service.rebuild(paths=differences(service)).changed == 1
    assert differences(service) == frozenset()


def test_how_many_files_there_are(service: Service) -> None:
    assert Patrol().differences(service.settings) == Found(frozenset(), 3)


def test_after_the_end_none_begins(service: Service) -> None:
    patrol = Patrol()
    patrol.stop()
    assert patrol.differences(service.settings) == Found(None)
    patrol.stop()


def test_a_walk_that_is_stopped_says_nothing(service: Service) -> None:
    patrol = Patrol()
    stopper = threading.Timer(0.05, patrol.stop)
    stopper.start()
    began = time.monotonic()
    found = patrol.differences(service.settings)
    stopper.join()
    assert found in (Found(None), Found(frozenset(), 3))
    assert time.monotonic() - began < 2
