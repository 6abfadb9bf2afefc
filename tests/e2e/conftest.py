"""Fixtures for tests of the whole: each starts the real server as a subprocess."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.server import Server, Site

Serve = Callable[..., Server]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site of two posts."""
    made = Site.make(tmp_path / "site")
    made.write("one", old=True)
    made.write("two", old=True)
    return made


@pytest.fixture
def serve(site: Site, tmp_path: Path) -> Iterator[Serve]:
    """Starts servers of the site, with a state folder beside it, and ends them all."""
    with ExitStack() as stack:

        def start(*settings: str, content: Path | None = None, state: Path | None = None, workers: int = 1) -> Server:
            server = Server(content or site.root, state or tmp_path / "state", *settings, workers=workers)
            return stack.enter_context(server)

        yield start
