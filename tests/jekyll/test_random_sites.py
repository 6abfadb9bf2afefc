"""Sites put together by chance: Jekyll and we make the same of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jekyll.beside import NEEDS_JEKYLL, by_jekyll, by_us, differences
from tests.jekyll.sites import make

pytestmark = NEEDS_JEKYLL


@pytest.mark.parametrize("seed", range(1_000, 1_008))
def test_a_site_put_together_by_chance_is_read_alike(seed: int, tmp_path: Path) -> None:
    make(tmp_path / "site", seed)
    theirs = by_jekyll(tmp_path / "site")
    found = differences(by_us(tmp_path / "site", tmp_path / "state"), theirs)
    assert not found, "\n".join(found)
