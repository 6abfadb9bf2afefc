"""Which coding a request gets, and what its conditions come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from feedsvc.web.conditions import evaluate
from feedsvc.web.negotiate import coding

ETAG = '"a1-gzip6ld"'
MODIFIED = 784_111_777  # Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("br", "br"),
        ("gzip, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.9", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip; q=0.000", "identity"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("*;q=0, gzip", "gzip"),
        ("gzip;q=0, *", "br"),
        ("identity", "identity"),
        ("identity;q=0", "identity"),
        ("identity;q=0, *", "br"),
        ("identity;q=0, gzip;q=0.2", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("gzip;q=0.001", "gzip"),
        ("gzip;q=2", "identity"),
        ("gzip;q=-1", "identity"),
        ("gzip;q=abc, br", "br"),
        ("gzip;level=9", "identity"),
        (";;;,,q=1", "identity"),
        ("deflate, compress", "identity"),
        ("gzip" + "," * 5000, "gzip"),
        ("压缩, gzip", "gzip"),
    ],
)
def test_coding(accept: str | None, expected: str) -> None:
    assert coding(accept) == expected


@given(st.text(max_size=600))
def test_no_header_is_too_strange(accept: str) -> None:
    assert coding(accept) in {"identity", "gzip", "br"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], 200),
        ([("If-None-Match", ETAG)], 304),
        ([("If-None-Match", f"W/{ETAG}")], 304),
        ([("If-None-Match", "*")], 304),
        ([("If-None-Match", '"x, y", "z"')], 200),
        ([("If-None-Match", f'"x, y" , W/"q",{ETAG}')], 304),
        ([("If-None-Match", '"x"'), ("If-None-Match", ETAG)], 304),
        ([("If-None-Match", '"a1"')], 200),
        ([("If-None-Match", "")], 200),
        ([("If-None-Match", '"unfinished')], 200),
        ([("If-None-Match", '"x"'), ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")], 200),
        ([("If-None-Match", ETAG), ("If-Modified-Since", "Sun, 06 Nov 1980 08:49:37 GMT")], 304),
        ([("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")], 304),
        ([("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")], 200),
        ([("If-Modified-Since", "Mon, 07 Nov 1994 08:49:36 GMT")], 304),
        ([("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")], 304),
        ([("If-Modified-Since", "Sunday, 06-Nov-94 08:49:36 GMT")], 200),
        ([("If-Modified-Since", "Sun Nov  6 08:49:37 1994")], 304),
        ([("If-Modified-Since", "yesterday")], 200),
        ([("If-Modified-Since", "Sun, 99 Nov 1994 08:49:37 GMT")], 200),
        ([("If-Modified-Since", "Sun, 06 Nov 99999999999 08:49:37 GMT")], 200),
        ([("If-Match", "*")], 200),
        ([("If-Match", ETAG)], 200),
        ([("If-Match", f"W/{ETAG}")], 412),
        ([("If-Match", '"other"')], 412),
        ([("If-Match", ETAG), ("If-None-Match", ETAG)], 304),
        ([("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")], 412),
        ([("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")], 200),
        ([("If-Match", ETAG), ("If-Unmodified-Since", "Sun, 06 Nov 1980 08:49:37 GMT")], 200),
    ],
)
def test_conditions(headers: list[tuple[str, str]], expected: int) -> None:
    assert evaluate(Headers(headers), ETAG, MODIFIED) == expected


def test_without_a_date_of_ours_dates_do_not_count() -> None:
    assert evaluate(Headers([("If-Modified-Since", "Mon, 07 Nov 2094 08:49:36 GMT")]), ETAG, None) == 200


@given(
    st.sampled_from(["If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since"]),
    st.text(st.characters(exclude_characters="\r\n"), max_size=60),
)
def test_no_condition_is_too_strange(name: str, value: str) -> None:
    assert evaluate(Headers([(name, value)]), ETAG, MODIFIED) in {200, 304, 412}
