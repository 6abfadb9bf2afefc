"""The only writer: from a folder of posts to a published generation of documents."""

from feedsvc.pipeline.gathering import Progress, silent
from feedsvc.pipeline.preview import FeedChange, compare
from feedsvc.pipeline.rebuild import rebuild, survey

__all__ = ["FeedChange", "Progress", "compare", "rebuild", "silent", "survey"]
