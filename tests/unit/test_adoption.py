"""Which post an entry of an old feed is, and whether its id can be the post's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.adoption import Adoption, Candidate, adopt, link_key, title_key
from feedsvc.model import OldEntry, Post

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


def candidate(number: int, url: str, title: str, when: datetime = NOON, claims: str = "") -> Candidate:
    id_ = claims or f"https://new.example/{number}"
    post = Post(
        path=f"p{number}.md", name=f"p{number}", title=title, url=url, guid=id_, claims_guid=bool(claims),
        published=when, dated=True, updated=None, terms=(), authors=(), summary="", markup="markdown", body="",
    )  # fmt: skip
    return Candidate(number, id_, post)


def old(id_: str, link: str = "", title: str = "", when: datetime | None = NOON) -> OldEntry:
    return OldEntry(id_, (link,) if link else (), title, when)


def outcome(each: Adoption) -> tuple[str, str, str]:
    return each.how, each.path, each.reason


POSTS = [
    candidate(1, "https://e.example/2024/茶.html".replace("茶", "%E8%8C%B6"), "茶与水 Tea"),
    candidate(2, "https://e.example/b/", "每日要闻"),
    candidate(3, "https://e.example/c/", "每日要闻", NOON + timedelta(days=1)),
]


@pytest.mark.parametrize(
    "link",
    [
        "https://e.example/2024/茶.html",
        "http://www.E.example:80/2024/%e8%8c%b6.html",
        "https://e.example/2024/%E8%8C%B6.html/?utm_source=rss&utm_medium=x#more",
    ],
)
def test_links_are_compared_as_pages_are(link: str) -> None:
    (found,) = adopt([old("urn:x:1", link, "Another title")], POSTS)
    assert outcome(found) == ("link", "p1.md", "")
    assert found.taken
    assert found.was == "https://new.example/1"


@pytest.mark.parametrize(
    "link", ["https://e.example/b/index.html", "//e.example/b/", "https://e.example/B/", "b/", "http://["]
)
def test_links_to_other_pages_are_told_apart(link: str) -> None:
    same = link.endswith("index.html")
    assert (link_key(link) == link_key("https://e.example/b/")) is same


def test_queries_tell_pages_apart() -> None:
    assert link_key("https://e.example/?p=1") != link_key("https://e.example/?p=2")
    assert link_key("https://e.example/?b=2&a=1") == link_key("https://e.example?a=1&b=2&utm_campaign=z")


def test_titles_are_compared_without_what_typesetting_changes() -> None:
    assert title_key("“Tea” & 水 – It’s") == title_key('"TEA" 水 it\'s')
    assert title_key("Ｔｅａ 2") != title_key("tea 3")


def test_daily_titles_go_to_the_nearest_day() -> None:
    entries = [
        old("urn:x:3", "https://gone.example/3", "每日要闻", NOON + timedelta(days=1, hours=8)),
        old("urn:x:2", "https://gone.example/2", "每日要闻", NOON - timedelta(hours=8)),
        old("urn:x:1", "https://gone.example/1", "每日要闻", NOON - timedelta(days=3)),
    ]
    nothing = "no post has its link, or its title and date"
    assert [outcome(each) for each in adopt(entries, POSTS)] == [
        ("title", "p3.md", ""),
        ("title", "p2.md", ""),
        ("", "", nothing),
    ]


def test_two_posts_that_are_equally_near_are_none() -> None:
    posts = [candidate(1, "", "同"), candidate(2, "", "同")]
    assert [outcome(each) for each in adopt([old("urn:x:1", "", "同")], posts)] == [
        ("", "", "several posts have its title and date")
    ]
    assert adopt([old("urn:x:1", "", "每日要闻", None)], POSTS)[0].reason == "several posts have its title and date"


def test_without_a_date_a_title_that_only_one_post_has_will_do() -> None:
    assert outcome(adopt([old("urn:x:1", "", "茶与水 TEA", None)], POSTS)[0]) == ("title", "p1.md", "")


def test_two_posts_with_one_link_are_none() -> None:
    posts = [candidate(1, "https://e.example/a", "甲"), candidate(2, "https://e.example/a/", "乙")]
    (found,) = adopt([old("urn:x:1", "https://e.example/a", "丙")], posts)
    assert found.reason == "several posts have its link"
    (found,) = adopt([old("urn:x:1", "https://e.example/a", "乙")], posts)
    assert outcome(found) == ("title", "p2.md", "")


def test_an_empty_title_matches_nothing() -> None:
    assert not adopt([old("urn:x:1", "", "")], [candidate(1, "", "")])[0].how
    assert not adopt([old("urn:x:1", "", "!!!")], [candidate(1, "", "???")])[0].how


@pytest.mark.parametrize(
    ("id_", "reason"),
    [
        ("https://e.example/?p=1", ""),
        ("tag:blogger.com,1999:blog-1.post-2", ""),
        ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", ""),
        ("123", "its id is no absolute URI: Atom and JSON could not have the same"),
        ("post-1", "its id is no absolute URI: Atom and JSON could not have the same"),
        ("/2024/a", "its id is no absolute URI: Atom and JSON could not have the same"),
        ("https://e.example/茶", "its id is no absolute URI: Atom and JSON could not have the same"),
        ("https://e.example/a b", "its id is no absolute URI: Atom and JSON could not have the same"),
        ("https://e.example/%zz", "its id is no absolute URI: Atom and JSON could not have the same"),
        ("", "it has no id"),
    ],
)
def test_ids_that_can_be_taken_over(id_: str, reason: str) -> None:
    (found,) = adopt([old(id_, "https://e.example/b")], POSTS)
    assert outcome(found) == ("link", "p2.md", reason)
    assert found.taken is not bool(reason)


def test_front_matter_has_the_last_word() -> None:
    posts = [candidate(1, "https://e.example/a", "甲", claims="urn:own:1")]
    assert adopt([old("urn:x:1", "https://e.example/a")], posts)[0].reason.endswith("its id is urn:own:1")
    assert outcome(adopt([old("urn:own:1", "https://e.example/a")], posts)[0]) == ("id", "p1.md", "")


def test_what_has_its_id_already_stays_whatever_else_is_like_it() -> None:
    posts = [candidate(1, "https://e.example/a", "甲")]
    entries = [old("urn:x:9", "https://e.example/a"), old("https://new.example/1", "https://e.example/other")]
    assert [outcome(each) for each in adopt(entries, posts)] == [
        ("link", "p1.md", "another entry is the same post"),
        ("id", "p1.md", ""),
    ]


def test_one_id_for_two_posts_goes_to_the_first() -> None:
    entries = [old("urn:x:1", "https://e.example/b"), old("urn:x:1", "https://e.example/c")]
    assert [outcome(each) for each in adopt(entries, POSTS)] == [
        ("link", "p2.md", ""),
        ("", "", "another entry has the same id"),
    ]


def test_an_id_that_was_given_twice_keeps_no_other_entry_from_its_post() -> None:
    entries = [old("urn:x:2", "", "Tea", None), old("urn:x:2", "", "茶", None), old("urn:x:1", "", "茶", None)]
    posts = [candidate(1, "", "茶"), candidate(2, "", "Tea")]
    assert [outcome(each)[1] for each in adopt(entries, posts)] == ["p2.md", "", "p1.md"]


def test_an_entry_of_two_files_comes_once() -> None:
    assert len(adopt([old("urn:x:1", "https://e.example/b"), old("urn:x:1", "https://e.example/b")], POSTS)) == 1


def owner_of(*ids: str) -> Callable[[str], object]:
    return lambda id_: id_ in ids


def test_an_id_says_more_than_a_link() -> None:
    entries = [old("https://new.example/3", "https://e.example/b"), old("https://new.example/2", "https://e.example/c")]
    assert [outcome(each) for each in adopt(entries, POSTS)] == [("id", "p3.md", ""), ("id", "p2.md", "")]


def test_an_id_that_a_post_had_whose_file_is_gone_is_not_given_away() -> None:
    entries = [old("urn:x:taken", "https://e.example/b")]
    assert adopt(entries, POSTS, owner_of("urn:x:taken"))[0].reason == "a post that is gone has its id"


titles = st.sampled_from(["茶", "Tea", "水 water", ""])
links = st.sampled_from(["", *(f"https://e.example/{name}" for name in "abc")])
ids = st.sampled_from(["urn:x:1", "urn:x:2", "https://new.example/1", "https://new.example/2", "7", ""])
dates = st.sampled_from([None, NOON, NOON + timedelta(hours=9), NOON + timedelta(days=4)])


@given(
    st.lists(st.tuples(ids, links, titles, dates), max_size=6),
    st.lists(st.tuples(links, titles, dates), max_size=5),
)
def test_ids_stay_unique_and_a_second_time_changes_nothing(
    entries: list[tuple[str, str, str, datetime | None]], posts: list[tuple[str, str, datetime | None]]
) -> None:
    olds = [old(*entry) for entry in entries]
    before = [candidate(number, url, title, when or NOON) for number, (url, title, when) in enumerate(posts)]
    first = adopt(olds, before, owner_of(*(post.id for post in before)))
    given_ = {each.was: each.id for each in first if each.taken}
    after = [Candidate(post.number, given_.get(post.id, post.id), post.post) for post in before]
    assert len({post.id for post in after}) == len(after)
    again = adopt(olds, after, owner_of(*(post.id for post in after)))
    assert not any(each.taken for each in again)
    assert {each.path for each in first if each.taken} <= {each.path for each in again if each.how == "id"}
