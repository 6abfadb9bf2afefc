"""Fixtures that several files of tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty state folder and its writer."""
    made = Library(tmp_path / "state")
    made.state.mkdir()
    yield made
    made.close()
