"""What an export holds beside the feeds' documents, as whoever makes it offers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from feedsvc.catalogue import Reader
from feedsvc.model import Term
from feedsvc.rules import Served


@dataclass(frozen=True, slots=True)
class Further:
    """One address (a percent-encoded path) and how to make what is there; None where there is nothing.

    ``key`` stands for the bytes where that is cheaper to know than they are to make, "" where it is not.
    """

    address: str
    make: Callable[[], bytes | None]
    key: str = ""


class Source(Protocol):
    """Offers pages, lists, history: whatever is made from the catalogue."""

    @property
    def recipe(self) -> str:
        """Differs where any of it may differ for another reason than the catalogue."""

    def of_feed(self, reader: Reader, served: Served, term: Term) -> Iterable[Further]:
        """What shows nothing but one feed, and is the same while that is."""

    def lists(self, reader: Reader, served: Served) -> Iterable[Further]:
        """What may change with any feed."""
