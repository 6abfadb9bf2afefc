"""Searching posts by words: an index in a file of its own, made beside the service, and answers from it.

What it needs (Markdown, HTML) is imported with its first use: a worker starts sooner.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedsvc.search.indexer import Indexer
    from feedsvc.search.process import Companion
    from feedsvc.search.search import Search

__all__ = ["Companion", "Indexer", "Search"]

_HOMES = {"Companion": "process", "Indexer": "indexer", "Search": "search"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
