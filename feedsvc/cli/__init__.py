"""The door for people: the ``feedsvc`` command, one module for each of its commands."""

from importlib import import_module

__all__ = ["main"]


def main() -> None:
    """The console script: it exits. Processes that it spawns import this module too, but nothing of what follows."""
    import_module("feedsvc.cli.door").door.main()
