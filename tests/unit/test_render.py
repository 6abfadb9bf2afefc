"""What every format keeps: entries rendered once and spliced are what feedgen makes of the whole feed."""

from __future__ import annotations

import locale
import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import orjson
import pytest
from feedgen.entry import FeedEntry
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc.exceptions import RenderError
from feedsvc.media import Enclosure, Episode, Image, Media
from feedsvc.model import FORMATS, Entry, Feed, Format, Person, Term
from feedsvc.render import RECIPE, RenderRules, atom, entry, facts, frame, jsonfeed, rss, splice
from tests.unit.render_samples import BARE, CHINA, EMPTY, ENTRIES, FEED, PLAIN, RICH, RULES, SUMMARIES, WITH_MEDIA

LEGAL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r")
)
NAMES = LEGAL.filter(lambda name: bool(name.strip()))
URIS = st.text(string.ascii_letters + string.digits + "-._~%&=?/:@+,;", max_size=40).map("https://e.org/".__add__)
DATES = st.datetimes(
    datetime(1970, 1, 2),
    datetime(2100, 1, 1),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
PEOPLE = st.lists(st.builds(Person, NAMES, st.sampled_from(["", "a@e.org"]), st.just("") | URIS), max_size=3).map(tuple)
TERMS = st.lists(st.builds(Term, st.sampled_from(["category", "tag", "author"]), NAMES), max_size=4).map(tuple)
IMAGES = st.none() | st.builds(Image, URIS, st.integers(0, 9999), st.integers(0, 9999))
ENCLOSURES = st.builds(
    Enclosure,
    URIS | URIS.map("{}.mp3".format),
    st.sampled_from(["audio/mpeg", "video/mp4"]),
    st.integers(0, 2**50),
    st.integers(0, 10**6),
    LEGAL,
)
EPISODES = st.builds(
    Episode,
    st.integers(0, 999),
    st.integers(0, 9),
    st.sampled_from(["full", "trailer", "bonus"]),
    st.none() | st.booleans(),
    LEGAL,
    LEGAL,
    LEGAL,
    LEGAL,
    st.just("") | URIS,
    st.booleans(),
)
MEDIA = st.builds(Media, IMAGES) | st.builds(
    Media, IMAGES, st.lists(ENCLOSURES, min_size=1, max_size=3).map(tuple), st.none() | EPISODES
)
ANY_ENTRY = st.builds(
    Entry,
    st.integers(1, 2**40),
    st.binary(max_size=4),
    URIS,
    URIS,
    LEGAL,
    DATES,
    DATES,
    TERMS,
    PEOPLE,
    LEGAL,
    LEGAL,
    MEDIA,
)
ANY_FEED = st.builds(
    replace,
    st.just(FEED),
    title=LEGAL,
    description=LEGAL,
    updated=DATES,
    authors=PEOPLE,
    language=st.sampled_from(["", "zh-CN", "en"]),
    hubs=st.lists(URIS, max_size=2).map(tuple),
)


def document(name: Format, feed: Feed, entries: Sequence[Entry], rules: RenderRules = RULES) -> bytes:
    parts = [entry(e, name, rules) for e in entries]
    return splice(frame(feed, name, rules, parts), parts)


def whole(name: Format, feed: Feed, entries: Sequence[Entry], rules: RenderRules = RULES) -> bytes:
    """The same document made in one piece by the library that makes its parts."""
    if name == "json":
        items = [jsonfeed.build_entry(e, rules) for e in entries]
        return orjson.dumps(jsonfeed.build_feed(feed, rules) | {"items": items})
    module = {"rss": rss, "atom": atom}[name]
    made = module.build_feed(replace(feed, podcast=any(e.media.tagged for e in entries)), rules)
    for e in entries:
        made.add_entry(module.build_entry(e, rules), order="append")
    written: bytes = made.rss_str() if name == "rss" else made.atom_str()
    return written


def named(document: bytes) -> bytes:
    """With ``&`` and ``<`` written as the library writes them, also where RSS's plain text has them by number."""
    return document.replace(b"&#x3C;", b"&lt;").replace(b"&#x26;", b"&amp;")


@pytest.mark.parametrize("rules", [RULES, SUMMARIES], ids=["full", "summaries"])
@pytest.mark.parametrize("entries", [(), (PLAIN,), ENTRIES, (*ENTRIES, *WITH_MEDIA)], ids=len)
@pytest.mark.parametrize("feed", [FEED, BARE], ids=["feed", "bare"])
@pytest.mark.parametrize("name", FORMATS)
def test_spliced_is_what_the_library_makes_in_one_piece(
    name: Format, feed: Feed, entries: tuple[Entry, ...], rules: RenderRules
) -> None:
    assert named(document(name, feed, entries, rules)) == whole(name, feed, entries, rules)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=None)
@given(feed=ANY_FEED, entries=st.lists(ANY_ENTRY, max_size=3))
def test_any_legal_text_is_spliced_alike_and_survives(name: Format, feed: Feed, entries: list[Entry]) -> None:
    made = document(name, feed, entries)
    assert named(made) == whole(name, feed, entries)
    if name == "json":
        titles = [item["title"] for item in orjson.loads(made)["items"]]
    else:
        path = {"rss": ".//item/title", "atom": ".//{*}entry/{*}title"}[name]
        titles = [title.text for title in etree.fromstring(made).findall(path)]
    assert titles == [facts.title(e) for e in entries]


@pytest.mark.parametrize("name", FORMATS)
def test_an_entry_has_the_same_bytes_in_every_feed(name: Format) -> None:
    rendered = entry(RICH, name, RULES)
    assert rendered in document(name, FEED, (PLAIN, RICH))
    assert rendered in document(name, BARE, (RICH, EMPTY))


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_feed_is_its_frame_alone(name: Format) -> None:
    head, _, tail = frame(FEED, name, RULES)
    assert document(name, FEED, ()) == head + tail


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "broken",
    [
        replace(PLAIN, published=datetime(2024, 1, 1)),
        replace(PLAIN, title="lone \ud800"),
    ],
    ids=["naive", "surrogate"],
)
def test_what_cannot_be_written_is_named(name: Format, broken: Entry) -> None:
    with pytest.raises(RenderError) as caught:
        entry(broken, name, RULES)
    assert caught.value.address == PLAIN.url


@pytest.mark.parametrize("name", FORMATS)
def test_a_feed_that_cannot_be_written_is_named(name: Format) -> None:
    with pytest.raises(RenderError) as caught:
        frame(replace(FEED, title="\ud800"), name, RULES)
    assert caught.value.address == dict(FEED.urls)[name]


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_a_control_character_never_gets_into_xml(name: Format) -> None:
    with pytest.raises(RenderError):
        entry(replace(PLAIN, html="<p>\x08</p>"), name, RULES)


@pytest.mark.parametrize("name", FORMATS)
def test_the_locale_of_the_process_is_left_alone(name: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("setlocale is process-wide")

    monkeypatch.setattr(locale, "setlocale", refuse)
    document(name, FEED, ENTRIES)


@given(DATES.map(lambda when: when.astimezone(timezone(timedelta(hours=(when.minute % 29 - 14) / 2)))))
@settings(max_examples=50)
def test_rss_dates_are_those_feedgen_writes(when: datetime) -> None:
    native = FeedEntry()
    native.title("x")
    native.published(when)
    ours = entry(replace(PLAIN, published=when), "rss", RULES).decode()
    assert f"<pubDate>{native.rss_entry().findtext('pubDate')}</pubDate>" in ours


def test_dates_are_whole_seconds_in_every_format() -> None:
    when = datetime(2024, 3, 5, 17, 33, 4, 999_999, tzinfo=CHINA)
    same = replace(PLAIN, published=when, updated=when)
    for name in ("atom", "json"):
        assert b"2024-03-05T17:33:04+08:00" in entry(same, name, RULES)
    assert b"Tue, 05 Mar 2024 17:33:04 +0800" in entry(same, "rss", RULES)


def test_local_mean_time_is_written_as_utc() -> None:
    mean = timezone(timedelta(hours=8, minutes=5, seconds=43))
    assert facts.moment(datetime(1900, 1, 1, 8, 5, 43, tzinfo=mean)).isoformat() == "1900-01-01T00:00:00+00:00"


@pytest.mark.parametrize("name", FORMATS)
def test_a_blank_title_never_reaches_a_reader(name: Format) -> None:
    assert PLAIN.url.encode() in entry(replace(PLAIN, title=" ", id="tag:x"), name, RULES)
    assert BARE.home.encode() in frame(BARE, name, RULES)[0]


@pytest.mark.parametrize("library", ["feedgen", "lxml", "libxml2", "orjson", "comrak", "nh3"])
def test_the_recipe_names_whatever_makes_bytes(library: str) -> None:
    assert f" {library}/" in RECIPE
