"""When to rebuild: on a timer, when files change, when a post's time comes, when someone asks."""

from feedsvc.triggers.triggers import Triggers

__all__ = ["Triggers"]
