"""Feeds that are not where they were: moved, or gone for good."""

from __future__ import annotations

from math import inf

from werkzeug.exceptions import Gone

from feedsvc.model import FeedFacts, Term
from feedsvc.plan import gone_at
from feedsvc.rules import Served


class Elsewhere(Exception):  # noqa: N818 - no error
    """What is asked for has another address, ``location``: a path of this server or an absolute URL."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def stays_until(term: Term, facts: FeedFacts | None, served: Served, now: float) -> float:
    """Until when a feed is served if nothing changes, in epoch seconds. Raises Gone where that time is over."""
    end = gone_at(term, facts, served)
    if end <= now:
        raise Gone("this feed is gone for good" if end == -inf else "this feed lost its last post long ago")
    return end
