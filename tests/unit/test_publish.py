"""The same bytes are the same Document; other bytes are a later one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.model import Document, Term
from feedsvc.publish import publish

TERM = Term("tag", "涨潮")
ENTRIES = ((1, b"version1"),)


def published(body: bytes, previous: Document | None, now: int) -> Document:
    return publish(TERM, "atom", "/tag/%E6%B6%A8%E6%BD%AE/atom.xml", body, ENTRIES, previous=previous, now=now)


def test_a_first_document_is_modified_now() -> None:
    made = published(b"<feed/>", None, 1_700_000_000)
    assert made == Document(
        address="/tag/%E6%B6%A8%E6%BD%AE/atom.xml",
        term=TERM,
        format="atom",
        etag="3cfceceba08dfa2b94bb28e520ae5fa9",  # xxh128sum
        modified=1_700_000_000,
        body=b"<feed/>",
        entries=ENTRIES,
    )


def test_the_same_bytes_are_the_same_document() -> None:
    first = published(b"<feed/>", None, 10)
    assert published(b"<feed/>", first, 99) is first


def test_the_previous_body_need_not_be_loaded() -> None:
    first = replace(published(b"<feed/>", None, 10), body=b"", entries=())
    assert published(b"<feed/>", first, 99) is first


@given(st.binary(), st.binary(), st.integers(0, 2**33), st.integers(0, 2**33))
def test_both_validators_change_when_and_only_when_the_bytes_do(old: bytes, new: bytes, then: int, now: int) -> None:
    before = published(old, None, then)
    after = published(new, before, now)
    assert (after.etag != before.etag) == (old != new)
    assert (after.modified > before.modified) == (old != new)


def test_a_clock_that_went_back_does_not_take_last_modified_with_it() -> None:
    before = published(b"a", None, 100)
    assert published(b"b", before, 50).modified == 101
