"""Documents composed when asked for: parts of a feed's history, selections, feeds of another length or form.

What makes them (feedgen, Markdown) is imported with its first use: a worker starts sooner.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from feedsvc.compose.asked import Asked, read_selection_path
from feedsvc.compose.holding import PART, contents

if TYPE_CHECKING:
    from feedsvc.compose.composing import compose

__all__ = ["PART", "Asked", "compose", "contents", "read_selection_path"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.composing"), name)
