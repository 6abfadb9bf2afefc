"""What measurements share: the site, states of it that are made when first needed, and how much is to be done."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import quote

from tests.bench.corpus import Post, corpus
from tests.bench.processes import Usage, run
from tests.bench.sites import Shape, real, write_real

NARROW = ("feeds.window=0",)  # 20 posts in each feed, as others have
USERS: tuple[str, ...] = ()  # as it comes


@dataclass(frozen=True, slots=True)
class Effort:
    """How often, how many, and for how many seconds."""

    rounds: int = 3  # builds of each kind, restarts, turns of wrk
    changes: int = 200  # single changes, of each kind
    burst: int = 1_000  # posts that come at once
    crawls: int = 6  # times that a crawler rewrites 100 files
    pause: float = 5.0  # seconds between them
    idle: float = 120.0  # seconds at rest: two looks at everything
    wrk: float = 3.0  # seconds of each turn of wrk
    threads: int = 2  # of wrk
    workers: tuple[int, ...] = (1, 2)  # of feedsvc and of nginx
    feeds: int = 2_000  # in the mix
    peers: bool = True
    cold: bool = True  # empty the disk cache where that is allowed

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The fields."""
        return tuple(each.name for each in fields(cls))


@dataclass(frozen=True, slots=True)
class Bench:
    """One site on disk, with room beside it. Measurements leave the site as they found it."""

    work: Path
    shape: Shape
    effort: Effort
    _builds: dict[tuple[str, ...], Usage] = field(default_factory=dict)

    @property
    def site(self) -> Path:
        """The site's folder."""
        return self.work / "site"

    def prepare(self) -> None:
        """Write the site, unless it lies there from an earlier run."""
        complete = self.work / "complete"
        if not complete.exists():
            write_real(self.site, self.shape)
            complete.touch()

    def fresh(self, name: str) -> Path:
        """A folder of that name that does not exist."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def build(self, state: Path, *settings: str, memory: bool = False) -> Usage:
        """One `feedsvc build`."""
        command = [sys.executable, "-m", "feedsvc", "build", self.site, "--state", state, "--json"]
        output = self.work / "build.log"
        return run(*command, *(f"--set={each}" for each in settings), output=output, memory=memory)

    def state(self, settings: tuple[str, ...]) -> Path:
        """A state that was built with these settings: that of the last run, if it is there, else a new one."""
        place = self._place(settings)
        if not (place / "catalogue.sqlite3").exists():
            self.built(settings)
        return place

    def built(self, settings: tuple[str, ...]) -> Usage:
        """What that build took."""
        if settings not in self._builds:
            self.drop(settings)
            self._builds[settings] = self.build(self._place(settings), *settings)
        return self._builds[settings]

    def keep(self, settings: tuple[str, ...], state: Path, usage: Usage) -> None:
        """Take a state that a measurement has built for the one of these settings."""
        self.drop(settings)
        state.rename(self._place(settings))
        self._builds[settings] = usage

    def drop(self, settings: tuple[str, ...]) -> None:
        """Forget a state that is not what it was."""
        shutil.rmtree(self._place(settings), ignore_errors=True)
        self._builds.pop(settings, None)

    def _place(self, settings: tuple[str, ...]) -> Path:
        return self.work / ("state-" + ("-".join(settings) or "users"))

    # -- posts -----------------------------------------------------------------------------------------------

    def post(self, number: int) -> Post:
        """One of the site's posts, by age."""
        return corpus(self.shape.seed, self.shape.terms, self.shape.body).post(number)

    def newest(self, count: int) -> list[Post]:
        """The newest posts that are in the feeds and can be changed without surprise."""
        posts = (self.post(number) for number in range(self.shape.posts))
        sound = (post for post in posts if not post.trouble)
        return [post for post, _ in zip(sound, range(count), strict=False)]

    def path(self, post: Post) -> Path:
        """Its file."""
        folder, name, _ = next(real(post))
        return self.site / folder / name


@contextmanager
def put_back(*paths: Path) -> Iterator[Mapping[Path, bytes]]:
    """Give files the bytes they had before the context, and what these are."""
    before = {path: path.read_bytes() for path in paths}
    try:
        yield before
    finally:
        for path, content in before.items():
            if path.read_bytes() != content:
                path.write_bytes(content)


def address(scheme: str, name: str, file: str) -> str:
    """Where a term's feed lies."""
    return f"/{scheme}/{quote(name, safe='')}/{file}"
