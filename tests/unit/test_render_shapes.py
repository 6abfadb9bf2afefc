"""An entry put together from its shape is the very one that feedgen makes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.media import Image, Media
from feedsvc.model import Entry, Person, Term
from feedsvc.render import RenderRules, atom, rss

RULES = RenderRules("https://feeds.example.org")
TEXT = st.one_of(
    st.sampled_from(["", " ", "潮汐 & tide", '<b>"x"</b>', "it's\ta\nb", "]]>", "&lt;", "a\x00b", "\r\n", "\ufffe"]),
    st.sampled_from(["\ue0000\ue001x\ue002", "\ue0003\ue001&\ue002", "港" * 600 + "<p>&amp;</p>", "\x85", "🌊"]),
    st.text(max_size=12),
)
DATES = st.builds(
    lambda seconds, zone: datetime.fromtimestamp(seconds, timezone(timedelta(minutes=zone))),
    st.one_of(st.sampled_from([0.0, 1.5, 1_700_000_000.0]), st.floats(-3e10, 4e9)),
    st.sampled_from([0, 480, 345, -210, 1]),
) | st.just(datetime(2024, 1, 31))
PEOPLE = st.builds(
    Person, TEXT, st.sampled_from(["", "wang@example.org"]), st.sampled_from(["", "https://a.example/?b&c"])
)
ENTRIES = st.builds(
    Entry,
    number=st.just(1),
    version=st.just(b"v"),
    id=st.sampled_from(["https://example.org/a", "urn:x:'y'&", ""]),
    url=st.sampled_from(["https://example.org/a", "https://example.org/?a=b&c='d'"]),
    title=TEXT,
    published=DATES,
    updated=DATES,
    terms=st.lists(st.builds(Term, st.sampled_from(["category", "tag", "author"]), TEXT), max_size=4).map(tuple),
    authors=st.lists(PEOPLE, max_size=2).map(tuple),
    summary=TEXT,
    html=TEXT,
    media=st.sampled_from([Media(), Media(), Media(Image("https://example.org/a.png"))]),
)
NOON = datetime(2024, 1, 31, 12, tzinfo=UTC)
LATER = datetime(2024, 1, 31, 20, tzinfo=timezone(timedelta(hours=8)))  # the same instant, elsewhere


def made(module: ModuleType, way: str, entry: Entry, rules: RenderRules) -> bytes | str:
    try:
        return bytes(getattr(module, way)(entry, rules))
    except (TypeError, ValueError) as error:
        return str(error)


@pytest.mark.parametrize("module", [rss, atom])
@given(ENTRIES, st.sampled_from([RULES, RenderRules("https://other.example", full_content=False)]))
@example(Entry(1, b"v", "urn:a:b", "https://a.example/", "t", NOON, LATER, (), (), "s & <s>", "<p>h</p>"), RULES)
@example(Entry(1, b"v", "urn:a:b", "https://a.example/", "t", NOON, NOON, (), (), "", ""), RULES)
@example(Entry(1, b"v", "https://a.example/", "https://a.example/", "a < b", NOON, NOON, (), (), "", "\x01"), RULES)
def test_an_entry_of_a_known_shape_is_as_feedgen_makes_it(module: ModuleType, entry: Entry, rules: RenderRules) -> None:
    assert made(module, "entry", entry, rules) == made(module, "make_entry", entry, rules)


@pytest.mark.parametrize("module", [rss, atom])
def test_feedgen_is_asked_once_for_each_shape(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry(1, b"v", "urn:a:c", "https://a.example/", "t", NOON, NOON, (Term("tag", "潮"),), (), "", "<p>h</p>")
    first = made(module, "entry", entry, RULES)
    monkeypatch.setattr(module, "build_entry", None)
    assert made(module, "entry", entry, RULES) == first
