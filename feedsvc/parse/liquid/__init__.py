"""Liquid in posts, as Jekyll renders it: a fixed set of tags and filters, in bounded time and memory, without a clock.

Imported only for a post that holds any.
"""

from feedsvc.parse.liquid.environment import Given
from feedsvc.parse.liquid.rendering import Fault, Rendered, render

__all__ = ["Fault", "Given", "Rendered", "render"]
