"""What rebuilds are asked for, and what they did."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from feedsvc.model import Problem

BuildState = Literal["queued", "running", "done", "failed"]

TOLD = 200  # problems that a report lists


@dataclass(frozen=True, slots=True)
class Report:
    """What one rebuild did. Counts are of files looked at, posts, feeds and documents; ``seconds`` is its duration.

    ``problems`` are the first of all that there are now, ``problem_count`` of them.

    ``look_again`` is when something left unsettled (a file still being written, one that just vanished, a post to
    come or to go) is to be looked at again: epoch seconds, None when nothing waits. ``unsettled`` names the files
    to look at then; ``settling`` is true when files, not only posts to come or to go, wait.
    """

    generation: int
    seconds: float = 0.0
    files: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    posts: int = 0
    feeds: int = 0
    rendered: int = 0
    written: int = 0
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    look_again: float | None = None
    unsettled: tuple[str, ...] = ()
    settling: bool = False

    @property
    def did_something(self) -> bool:
        """Whether any post or document is other than before."""
        return bool(self.added or self.changed or self.removed or self.feeds)

    def then(self, later: Report) -> Report:
        """This report and that of a later look, as one."""
        return replace(
            later,
            files=max(self.files, later.files),
            read=self.read + later.read,
            added=self.added + later.added,
            changed=self.changed + later.changed,
            removed=self.removed + later.removed,
            feeds=self.feeds + later.feeds,
            rendered=self.rendered + later.rendered,
            written=self.written + later.written,
        )


@dataclass(frozen=True, slots=True)
class Build:
    """A request for a rebuild and what became of it. Times are epoch seconds; ``report`` is JSON-ready."""

    id: int
    state: BuildState
    trigger: str
    requested: float
    started: float | None = None
    finished: float | None = None
    error: str = ""
    report: dict[str, object] = field(default_factory=dict)
