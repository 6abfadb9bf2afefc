"""Choosing: a selection's posts equal a filter over all posts, in the order of feeds, page by page."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feedsvc.catalogue import Inquiry, Reader, Row, choose
from feedsvc.exceptions import SelectionError
from feedsvc.model import SCHEMES, SITE, Term
from feedsvc.select import Selection
from tests.unit.library import Library, post

START = datetime(2024, 3, 1, tzinfo=UTC)
terms = st.builds(Term, st.sampled_from(SCHEMES), st.sampled_from(("茶", "Tea", "A/B")))
nowhere = Term("tag", "nowhere")
filed = st.lists(st.tuples(st.integers(0, 5), st.sets(terms, max_size=4)), max_size=25)
wanted = st.lists(
    st.sets(terms | st.just(nowhere), min_size=1, max_size=3).map(lambda each: tuple(sorted(each))), max_size=3
)
unwanted = st.sets(terms | st.just(nowhere), max_size=2).map(lambda each: tuple(sorted(each)))


def fits(selection: Selection, own: set[Term]) -> bool:
    return all(own & {*group} for group in selection.groups) and not own & {*selection.none_of}


def placed(reader: Reader, term: Term) -> list[Row]:
    """All posts of a term, as the index has them."""
    return reader.connection.execute(
        "SELECT t.published, t.tie, t.post, p.version, p.updated, p.id FROM post_terms t "
        "JOIN posts p ON p.number = t.post JOIN feeds f ON f.number = t.feed WHERE f.scheme = ? AND f.name = ? "
        "ORDER BY t.published DESC, t.tie DESC, t.post DESC",
        (term.scheme, term.name),
    ).fetchall()


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(filed, wanted, unwanted, st.integers(1, 6))
@example([(0, {Term("tag", "茶")}), (0, {Term("tag", "茶"), Term("tag", "Tea")})], [], (), 1)
def test_a_selection_equals_a_filter_over_all_posts(
    posts: list[tuple[int, set[Term]]], groups: list[tuple[Term, ...]], none_of: tuple[Term, ...], limit: int
) -> None:
    selection = Selection(tuple(groups), none_of)
    with tempfile.TemporaryDirectory() as name:
        library = Library(Path(name))
        library.publish(
            posts=[
                post(f"p{number % 7}", *sorted(own), published=START + timedelta(minutes=minute))
                for number, (minute, own) in enumerate(posts)
            ]
        )
        own = {number: own for number, (_, own) in enumerate(posts, start=1)}
        expected = [row for row in placed(library.writer, SITE) if fits(selection, own[row[2]])]
        assert walk(library.writer, selection, limit) == expected
        assert choose(library.writer, selection, limit=100) == expected
        library.close()


def walk(reader: Reader, selection: Selection, limit: int) -> list[Row]:
    found: list[Row] = []
    while page := choose(reader, selection, before=found[-1][:3] if found else None, limit=limit):
        assert len(page) <= limit
        found += page
    return found


def test_a_term_s_own_feed_is_what_builds_put_into_it(tmp_path: Path) -> None:
    library = Library(tmp_path)
    tea = Term("tag", "茶")
    library.publish(posts=[post("one", tea), post("two"), post("three", tea)])
    for term in (tea, SITE):
        assert choose(library.writer, Selection.of(term), limit=10) == placed(library.writer, term) != []
    library.close()


def test_words_need_an_index(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.publish()
    with pytest.raises(SelectionError, match="switched off") as caught:
        choose(library.writer, Selection(words="船"), limit=10)
    assert caught.value.parameter == "q"
    library.close()


def test_only_ranges_of_the_index_are_read(tmp_path: Path) -> None:
    """No plan sorts, or looks at every post: what is found first is given first, however much there is."""
    library = Library(tmp_path)
    one, two, three = (Term("tag", name) for name in ("one", "two", "three"))
    library.publish(posts=[post("a", one, two), post("b", three)])
    steps: list[str] = []
    explained = Inquiry(tmp_path)
    selection = Selection(((one, two), (three,)), (Term("tag", "none"), two))

    def explain(sql: str) -> None:
        if "post_terms" in sql:
            rows = library.writer.connection.execute(f"EXPLAIN QUERY PLAN {sql}")
            steps.extend(str(row[3]) for row in rows)

    explained.connection.set_trace_callback(explain)
    choose(explained, selection, before=(1, "", 1), limit=5)
    explained.connection.set_trace_callback(None)
    searched = [step for step in steps if step.startswith(("SEARCH t ", "SEARCH g "))]
    assert searched
    assert all("USING PRIMARY KEY (feed=?" in step for step in searched)
    assert not [step for step in steps if step in ("SCAN p", "SCAN g", "USE TEMP B-TREE FOR DISTINCT")]
    explained.close()
    library.close()
