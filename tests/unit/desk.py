"""A site, its catalogue, and a clock that moves only when told: for tests of what happens to files over time."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from feedsvc.builds import Report
from feedsvc.catalogue import Reader, Writer
from feedsvc.config.loading import load
from feedsvc.pipeline import rebuild
from feedsvc.pipeline.progress import Progress, silent

START = 1_900_000_000.0  # far from the machine's clock: no file looks as though it were being written
CONFIG = "title: 编目\nurl: https://f.example.org\ntimezone: Asia/Shanghai\n"
LONG = "一篇足够长的文章，与别的都不一样。Long enough to be told from any other text, and then some more of it. 结尾。"
SITE = "https://f.example.org"


def post(title: str, body: str = LONG, *, date: str = "2026-01-01 08:00:00 +0800", more: str = "") -> str:
    dated = f"date: {date}\n" if date else ""
    return f'---\ntitle: "{title}"\n{dated}{more}---\n{body}\n'


class Desk:
    """A site, its catalogue, and a clock that moves only when told."""

    def __init__(self, root: Path, state: Path) -> None:
        self.root, self.state, self.now = root, state, START
        (root / "_posts").mkdir(parents=True, exist_ok=True)
        (root / "_config.yml").write_text(CONFIG)
        self.writer = Writer(state, "site", self.now)

    def put(self, path: str, text: str | bytes, *, age: float | None = None) -> None:
        """Write a file; by default one that looks finished."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        if age is not None:
            when = int((self.now - age) * 1e9)
            os.utime(target, ns=(when, when))

    def move(self, path: str, to: str) -> None:
        (self.root / to).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).rename(self.root / to)

    def drop(self, path: str) -> None:
        (self.root / path).unlink()

    def look(self, *paths: str, after: float = 10.0, progress: Progress = silent) -> Report:
        """Rebuild some time later: all of it, or these paths."""
        self.now += after
        settings = replace(load(self.root, state=self.state, environ={}, cwd=self.root), processes=1)
        scope = frozenset(paths) if paths else None
        report = rebuild(self.writer, settings, self.now, paths=scope, progress=progress)
        self.writer.tidy(self.now)
        return report

    def items(self) -> list[dict[str, Any]]:
        """The entries of the site's feed, newest first."""
        document = self.writer.document("/feed.json", self.writer.generation)
        assert document is not None
        items: list[dict[str, Any]] = orjson.loads(document.body)["items"]
        return items

    def only(self) -> dict[str, Any]:
        """The one entry there is."""
        (item,) = self.items()
        return item

    def ids(self) -> dict[str, str]:
        """Titles by ids."""
        return {item["id"]: item["title"] for item in self.items()}

    def codes(self) -> list[tuple[str, str]]:
        return [(problem.path, problem.code) for problem in self.writer.problems()]


def documents(reader: Reader, generation: int | None = None) -> dict[str, bytes]:
    """Every document of a generation, by default the one that is served."""
    at = reader.generation if generation is None else generation
    found = {address: reader.document(address, at) for address, _ in reader.etags(at)}
    return {address: document.body for address, document in found.items() if document}
