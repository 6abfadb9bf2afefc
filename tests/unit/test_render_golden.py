"""Documents byte for byte as they were judged good: each case of tests/golden beside its input.

After a change that is meant, ``PYTHONPATH=. python tests/unit/test_render_golden.py`` writes them anew; raise the
renderer's own number in RECIPE with it, and look at the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from feedsvc.model import FILENAMES, FORMATS, Entry, Feed
from feedsvc.render import RenderRules, entry, frame, splice
from feedsvc.render.opml import Listing, feeds_json, opml

GOLDEN = Path(__file__).parents[1] / "golden"


@dataclass(frozen=True)
class Case:
    """An input: a feed with its entries and settings, or a titled list of feeds."""

    rules: RenderRules | None = None
    feed: Feed | None = None
    entries: tuple[Entry, ...] = ()
    title: str = ""
    feeds: tuple[Listing, ...] = ()


def documents(folder: Path) -> dict[str, bytes]:
    """File name and bytes of everything that the input beside them gives."""
    case = TypeAdapter(Case).validate_json((folder / "input.json").read_bytes())
    if case.feed is None or case.rules is None:
        return {"feeds.opml": opml(case.title, case.feeds), "feeds.json": feeds_json(case.feeds)}
    made = {}
    for name in FORMATS:
        parts = [entry(e, name, case.rules) for e in case.entries]
        made[FILENAMES[name]] = splice(frame(case.feed, name, case.rules, parts), parts)
    return made


@pytest.mark.parametrize("folder", sorted(GOLDEN.iterdir()), ids=lambda folder: folder.name)
def test_bytes_are_as_they_were_judged(folder: Path) -> None:
    expected = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "input.json"}
    assert documents(folder) == expected


if __name__ == "__main__":
    for each in GOLDEN.iterdir():
        for filename, body in documents(each).items():
            (each / filename).write_bytes(body)
