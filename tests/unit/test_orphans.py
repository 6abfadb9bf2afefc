"""What a process owes the one that started it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from feedsvc.orphans import give_way

UNIT = Path(__file__).parents[2] / "deploy" / "feedsvc.service"


def test_it_lets_others_go_first() -> None:
    code = (
        "import os\nfrom feedsvc.orphans import give_way\nbefore = os.nice(0)\ngive_way(3)\nprint(os.nice(0) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in {"3", str(19 - os.nice(0))}  # 19 is the most


def test_in_a_sandbox_that_forbids_it_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: int) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "nice", refused)
    give_way(10)


def test_the_sandbox_that_is_shipped_allows_it() -> None:
    denied = [line for line in UNIT.read_text().splitlines() if line.startswith("SystemCallFilter=~")]
    assert denied
    assert not any("@resources" in line for line in denied)
