"""What subscribers would see: the documents of one catalogue beside those of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from feedsvc.catalogue import Reader
from feedsvc.model import FILENAMES, Document, Term
from feedsvc.uris import feed_path


@dataclass(frozen=True, slots=True)
class FeedChange:
    """How a feed would change: titles of entries that come, change and go, newest first."""

    term: Term
    address: str
    entries_added: tuple[str, ...]
    entries_changed: tuple[str, ...]
    entries_removed: tuple[str, ...]


def compare(before: Reader | None, after: Reader) -> Iterator[FeedChange]:
    """Every feed whose documents differ, in the order of the list of feeds."""
    for facts in after.feeds():
        address = feed_path(facts.term, FILENAMES["atom"])
        old = before.validators(address, before.generation) if before else None
        new = after.validators(address, after.generation)
        if new is None or (old is not None and old.etag == new.etag):
            continue
        was, will = _versions(old), _versions(new)
        yield FeedChange(
            facts.term,
            address,
            _titles(after, [number for number in will if number not in was]),
            _titles(after, [number for number in will if number in was and _differ(before, was, after, will, number)]),
            _titles(before, [number for number in was if number not in will]),
        )


def _versions(document: Document | None) -> dict[int, bytes]:
    return dict(document.entries) if document else {}


def _differ(before: Reader | None, was: dict[int, bytes], after: Reader, will: dict[int, bytes], number: int) -> bool:
    """Whether an entry looks different: other settings give it another version, but seldom other bytes."""
    if before is None or was[number] == will[number]:
        return False
    return before.entry(was[number]) != after.entry(will[number])


def _titles(reader: Reader | None, numbers: list[int]) -> tuple[str, ...]:
    posts = reader.posts(numbers) if reader else {}
    return tuple(posts[number].post.title for number in numbers if number in posts)
