"""The generated sites: the same bytes every time, the shape they are meant to have, and well-formed for others."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from pathlib import Path

import pytest
import yaml
import zstandard

from tests.bench.bench import Bench, Effort
from tests.bench.corpus import BODY_BYTES, TROUBLES, corpus
from tests.bench.sites import Form, Shape, hugo, jekyll, pelican, real, write_site

POSTS = corpus(1, 2_000, BODY_BYTES)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("form", [real, jekyll, hugo, pelican])
def test_the_same_site_every_time(tmp_path: Path, form: Form) -> None:
    write_site(tmp_path / "one", Shape(60, terms=9), form)
    write_site(tmp_path / "two", Shape(60, terms=9), form)
    write_site(tmp_path / "other", Shape(60, terms=9, seed=2), form)
    assert tree(tmp_path / "one") == tree(tmp_path / "two") != tree(tmp_path / "other")


def test_a_smaller_site_has_the_newest_posts_of_a_larger_one(tmp_path: Path) -> None:
    write_site(tmp_path / "small", Shape(20, terms=9), real)
    write_site(tmp_path / "large", Shape(60, terms=9), real)
    assert tree(tmp_path / "small").items() < tree(tmp_path / "large").items()


def test_posts_are_as_large_and_as_compressible_as_news() -> None:
    texts = [content for number in range(300) for _, _, content in real(POSTS.post(number)) if len(content) > 500]
    assert 4_200 < statistics.mean(map(len, texts)) < 4_800
    alone = sum(map(len, texts)) / sum(len(zstandard.compress(text, 1)) for text in texts)
    together = len(b"".join(texts[:20])) / len(zstandard.compress(b"".join(texts[:20]), 1))
    assert 1.6 < alone < 1.9
    assert 2.0 < together < 2.4


def test_terms_follow_zipf_and_each_other_not() -> None:
    posts = [POSTS.post(number) for number in random.Random(1).sample(range(1_000_000), 3_000)]
    categories, tags = (Counter(getattr(post, kind)[0] for post in posts) for kind in ("categories", "tags"))
    for counts in (categories, tags):
        (_, most), (_, next_) = counts.most_common(2)
        assert 0.10 < most / len(posts) < 0.145  # 1 / H(2000)
        assert 1.4 < most / next_ < 2.8
    both = Counter((post.categories[0], post.tags[0]) for post in posts)
    assert both[categories.most_common(1)[0][0], tags.most_common(1)[0][0]] < 0.03 * len(posts)
    folded = Counter(name.lower() for name in POSTS.categories)
    assert len(POSTS.categories) == len(POSTS.tags) == 2_000
    assert sum(1 for count in folded.values() if count > 1) == 40


def test_every_trouble_occurs_and_most_posts_are_sound() -> None:
    troubles = Counter(POSTS.post(number).trouble for number in range(6_000))
    assert set(troubles) == {"", *TROUBLES}
    assert 0.95 < troubles[""] / 6_000 < 0.98


def test_others_get_front_matter_that_yaml_reads() -> None:
    for number in range(300):
        post = POSTS.post(number)
        _, _, content = next(hugo(post))
        matter = yaml.safe_load(content.decode().split("---\n")[1])
        assert (matter["categories"], matter["tags"]) == ([*post.categories], [*post.tags])


def test_a_post_of_the_site_is_found_by_its_number(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Shape(40, terms=9), Effort())
    bench.prepare()
    newest = bench.newest(10)
    assert [post.when for post in newest] == sorted((post.when for post in newest), reverse=True)
    assert all(post.title in bench.path(post).read_text() for post in newest)
