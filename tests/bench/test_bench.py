"""Every benchmark runs, at a size that takes no time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.corpus import write_corpus
from tests.bench.measure import measure, report


@pytest.mark.bench
def test_what_users_wait_for_can_be_measured(tmp_path: Path) -> None:
    write_corpus(tmp_path / "site", 30, terms=10)
    figures = measure(tmp_path / "site", tmp_path / "state", 30, changes=2)
    assert len(figures.changes) == 2
    assert "## 30 posts" in report(figures)


def test_the_corpus_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_corpus(tmp_path / name, 5, terms=3)
    one, two = (sorted((tmp_path / name / "_posts").iterdir()) for name in ("one", "two"))
    assert [path.name for path in one] == [path.name for path in two]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
