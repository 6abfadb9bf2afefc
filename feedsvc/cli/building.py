"""A rebuild from the command line: by this process, or by the ``feedsvc serve`` that holds the lock."""

from __future__ import annotations

import time
from dataclasses import fields
from typing import Any

from feedsvc.builds import Build, Report
from feedsvc.cli.progress import progress
from feedsvc.exceptions import CatalogueBusy, FeedsvcError
from feedsvc.model import Problem
from feedsvc.pipeline.progress import Progress
from feedsvc.service import Service

_POLL = 0.05  # seconds between looks at a build that another process does
_PATIENCE = 2.0  # seconds after which to find out whether that process still lives


def rebuild(service: Service, *, allow_empty: bool = False) -> Report:
    """Look at the content again and publish what changed. Raises what ``Service.rebuild`` raises.

    Beside a server that listens, it is asked, and waited for; should it end meanwhile, this process rebuilds.
    """
    asked: Build | None = None
    with progress() as tell:
        while True:
            try:
                return service.rebuild("command", tell, allow_empty=allow_empty)
            except CatalogueBusy as busy:
                if not busy.listens or allow_empty:
                    raise
            asked = _wait(service, asked or service.ask("command"), tell)
            if asked.state == "done":
                return _report(asked.report)
            if asked.state == "failed":
                raise FeedsvcError(asked.error or "the rebuild failed")


def _wait(service: Service, build: Build, tell: Progress) -> Build:
    """The build as it is once it is over, or after a while."""
    until = time.monotonic() + _PATIENCE
    while build.state in ("queued", "running") and time.monotonic() < until:
        tell(f"the server's build {build.id} is {build.state}", 0, 0)
        time.sleep(_POLL)
        build = service.build(build.id) or build
    return build


def _report(told: dict[str, Any]) -> Report:
    """A report as another process wrote it down; what this version does not know is left out."""
    known = {field.name for field in fields(Report)}
    facts = {name: value for name, value in told.items() if name in known}
    facts["problems"] = tuple(Problem(**problem) for problem in told.get("problems", ()))
    return Report(**({"generation": 0} | facts))
