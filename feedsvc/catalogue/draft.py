"""What a rebuild has worked out and not yet written: posts, files, problems, ledger rows, documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from feedsvc.catalogue.ledger import LedgerPost
from feedsvc.catalogue.records import Filed
from feedsvc.model import EntryKeys, Fingerprint, Format, Frame, Problem, Term
from feedsvc.passing import Passed


class FileRow(NamedTuple):
    """A file as it was read: ``looked`` in nanoseconds."""

    path: str
    fingerprint: Fingerprint
    digest: bytes
    looked: int


@dataclass(frozen=True, slots=True)
class Written(Passed):
    """A document ready to be stored, without its entries' bytes."""

    address: str
    term: Term
    format: Format
    etag: str
    modified: int
    entries: EntryKeys
    frame: Frame
    older: bool = False


@dataclass(slots=True)
class Draft:
    """Changes to the catalogue, gathered outside any transaction.

    ``before`` and ``posts`` give each changed post's old and new state (None: not there); ``missing`` the time
    a file was first not found, None where it is back; ``files`` None where a file is forgotten; ``beside`` the
    files that a post's entry tells the sizes of; ``templated`` whether a file that was read depends on templates.
    """

    files: dict[str, FileRow | None] = field(default_factory=dict)
    beside: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    missing: dict[str, float | None] = field(default_factory=dict)
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    templated: dict[str, bool] = field(default_factory=dict)
    ledger: dict[int, LedgerPost] = field(default_factory=dict)
    before: dict[int, Filed | None] = field(default_factory=dict)
    posts: dict[int, Filed | None] = field(default_factory=dict)
    touched: set[Term] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.files or self.missing or self.problems or self.ledger or self.posts or self.touched)

    def changed_posts(self) -> list[tuple[Filed | None, Filed | None]]:
        """Posts whose rows differ from the catalogue's: old and new."""
        return [(self.before[number], post) for number, post in self.posts.items() if self.before[number] != post]
