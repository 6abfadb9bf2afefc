"""The only writer: from a folder of posts to a published generation of documents.

What it needs (feedgen, Markdown, YAML) is imported with its first use: a server that only answers starts sooner.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedsvc.pipeline.adopting import take_over
    from feedsvc.pipeline.flow import helpers, rebuild, survey
    from feedsvc.pipeline.preview import compare

__all__ = ["compare", "helpers", "rebuild", "survey", "take_over"]

_HOMES = {"compare": "preview", "helpers": "flow", "rebuild": "flow", "survey": "flow", "take_over": "adopting"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
