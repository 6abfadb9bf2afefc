"""The door for people: the ``feedsvc`` command, one module for each of its commands."""

from feedsvc.cli.door import main

__all__ = ["main"]
