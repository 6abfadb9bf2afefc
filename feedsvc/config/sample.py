"""Whether the posts of a folder without any configuration are Pelican's: told from a few of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from feedsvc.rules import Layout

_SAMPLE = 12  # files that are looked into
_FOLDERS = 40  # and folders in which they are looked for
_HEADER = re.compile(rb"(?:[ ]{0,3}[A-Za-z0-9_-]+:.*\n(?:[ ]{4,}.*\n)*)*?[ ]{0,3}title:[ \t]*\S", re.IGNORECASE)


def told_by_posts(content: Path) -> Layout | None:
    """``pelican`` where posts start with headers and none with a fence, else ``plain``; None where there are none."""
    told: Layout | None = None
    for path in _sample(content):
        try:
            with path.open("rb") as file:
                start = file.read(2_000).removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").lstrip()
        except OSError:
            continue
        if not start:
            continue
        if not _HEADER.match(start):
            return "plain"
        told = "pelican"
    return told


def _sample(content: Path) -> Iterator[Path]:
    """The first Markdown files by name, those of the folder itself before those in its sub-folders."""
    waiting, given = [content], 0
    for folder in waiting:
        try:
            with os.scandir(folder) as entries:
                names = sorted((entry.name, entry.is_dir()) for entry in entries if entry.name[0] not in "._#~")
        except OSError:
            continue
        waiting += [folder / name for name, is_dir in names if is_dir][: max(0, _FOLDERS - len(waiting))]
        for name, is_dir in names:
            if not is_dir and name.lower().endswith((".md", ".markdown")):
                yield folder / name
                given += 1
                if given == _SAMPLE:
                    return
