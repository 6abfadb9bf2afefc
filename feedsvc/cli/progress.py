"""How far a rebuild has come, on a terminal; nothing at all elsewhere."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

from feedsvc.pipeline.progress import Progress, silent


def progress() -> AbstractContextManager[Progress]:
    """A progress bar to report to, silent where standard error is no terminal."""
    if not sys.stderr.isatty():
        return nullcontext(silent)
    bar: AbstractContextManager[Progress] = import_module("feedsvc.cli.bar").Bar()  # rich takes 40 ms to import
    return bar
