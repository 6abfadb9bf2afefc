"""Pages that stand alone: whatever they lead to is a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from feedsvc.export import Further
from feedsvc.model import SITE, Term
from feedsvc.rules import Look
from feedsvc.web.exported import Exported
from tests.unit.desk import Desk, post


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "site", tmp_path / "state")
    for number in range(90):
        text = post(f"第 {number}", date=f"2025-01-{number % 28 + 1:02}", more=f"tags: ['标签 {number:02}', all]\n")
        desk.put(f"_posts/2025-01-01-{number:02}.md", text)
    desk.look()
    yield desk
    desk.writer.close()


def offered(desk: Desk, *history: str) -> dict[str, Further]:
    made = Exported(Look(), lambda: desk.now, alone=True, history=history)
    served = desk.writer.served
    assert served is not None
    found = [*made.lists(desk.writer, served), *made.of_feed(desk.writer, served, SITE)]
    found += made.of_feed(desk.writer, served, Term("tag", "all"))
    return {each.address: each for each in found}


def links(each: Further) -> set[str]:
    found = html.fromstring((each.make() or b"").decode()).xpath("//@href | //@action")
    return {str(link).partition("#")[0] for link in found}


def test_the_list_of_all_feeds_has_a_path_for_each_part(desk: Desk) -> None:
    every = offered(desk)
    assert {address for address in every if address.startswith("/feeds/")} == {"/feeds/2/", "/feeds/3/"}
    assert "/feeds/2/" in links(every["/"])
    assert {"/", "/feeds/3/"} <= links(every["/feeds/2/"])
    assert not [
        link
        for each in every.values()
        for link in (links(each) if each.address.endswith("/") else ())
        if "?" in link and "?v=" not in link and link.startswith("/")
    ]
    named = set[str]()
    for address in ("/", "/feeds/2/", "/feeds/3/"):
        named |= {link for link in links(every[address]) if link.startswith("/tag/") and link.endswith("/")}
    assert len(named) == 91


def test_what_is_searched_by_a_script_is_hidden_without_it(desk: Desk) -> None:
    (form,) = html.fromstring((offered(desk)["/"].make() or b"").decode()).cssselect("form.search")
    assert form.get("hidden") is not None
    assert form.get("data-all") == "/feeds.json"


@pytest.mark.parametrize(("history", "kept"), [((), set()), (("site",), {"/"}), (("site", "tag"), {"/", "/tag/all/"})])
def test_older_posts_are_linked_where_they_are(desk: Desk, history: tuple[str, ...], kept: set[str]) -> None:
    every = offered(desk, *history)
    linking = {each for each in ("/", "/tag/all/") if any(link.startswith("/archive/") for link in links(every[each]))}
    assert linking == kept
    for each in (address for address in every if address.endswith("/")):
        assert {link for link in links(every[each]) if link.startswith("/archive/")} <= set(every)
    parts = [address for address in every if address.endswith("/feed.json") and address.startswith("/archive/")]
    assert bool(parts) is bool(kept)


def test_keys_of_history_stand_for_its_bytes(desk: Desk) -> None:
    before = {each.address: (each.key, each.make()) for each in offered(desk, "site", "tag").values() if each.key}
    desk.put("_posts/2025-01-01-07.md", post("改", date="2025-01-08", more="tags: [all]\n"))
    desk.look()
    after = {each.address: (each.key, each.make()) for each in offered(desk, "site", "tag").values() if each.key}
    assert any(before[address] != after[address] for address in before.keys() & after)
    for address in before.keys() & after:
        assert (before[address][0] == after[address][0]) == (before[address][1] == after[address][1]), address
