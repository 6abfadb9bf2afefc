"""The door for readers: feeds, pages and control, as a Flask application and as granian's.

What reads the configuration is imported with its first use: granian's workers get by without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedsvc.web.create import create_app, create_rsgi

__all__ = ["create_app", "create_rsgi"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.create"), name)
