"""Dates as authors write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.parse.dates import read_date, read_file_date, unclear_zone, zone_named

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "utc", "local"),
    [
        ("2021-12-01 13:33:50", "2021-12-01T21:33:50+08:00", "2021-12-01T13:33:50+08:00"),
        ("2021-12-01T13:33:50.9", "2021-12-01T21:33:50+08:00", "2021-12-01T13:33:50+08:00"),
        ("2021-12-01 24:00:00", "2021-12-02T08:00:00+08:00", "2021-12-02T00:00:00+08:00"),
        ("2021-12-01 13:33", "2021-12-01T13:33:00+08:00", None),
        ("2021-12-01", "2021-12-01T00:00:00+08:00", None),
        ("2021-2-30", "2021-03-02T00:00:00+08:00", None),
        ("20211201", "2021-12-01T00:00:00+08:00", None),
        ("2021/12/1 1:02 pm", "2021-12-01T13:02:00+08:00", None),
        ("2021年12月1日 13:33", "2021-12-01T13:33:00+08:00", None),
        ("2021.12.01", "2021-12-01T00:00:00+08:00", None),
        ("01/12/2021 10:00", "2021-12-01T10:00:00+08:00", None),
        ("Dec 1, 2021", "2021-12-01T00:00:00+08:00", None),
        ("Wednesday, 1st December 2021 at 10:21 PM", "2021-12-01T22:21:00+08:00", None),
        ("2021-12-01 13:33:50 +0800", "2021-12-01T13:33:50+08:00", None),
        ("2021-12-01 13:33:50 +8", "2021-12-01T13:33:50+08:00", None),
        ("2021-12-01T13:33:50+08:00", "2021-12-01T13:33:50+08:00", None),
        ("2021-12-01T13:33:50Z", "2021-12-01T13:33:50+00:00", None),
        ("2021-12-01 13:33:50 -0530", "2021-12-01T13:33:50-05:30", None),
        ("Wed, 01 Dec 2021 10:21:26 GMT", "2021-12-01T10:21:26+00:00", None),
        ("2021-12-01 13:33:50 EST", "2021-12-01T13:33:50-05:00", None),
        ("2021-12-01 13:33:50 Asia/Tokyo", "2021-12-01T13:33:50+09:00", None),
    ],
)
def test_dates_are_read_as_jekyll_reads_them(text: str, utc: str, local: str | None) -> None:
    as_utc, as_local = read_date(text, SHANGHAI, "utc"), read_date(text, SHANGHAI, "local")
    assert as_utc is not None
    assert as_local is not None
    assert as_utc.isoformat() == utc
    assert as_local.isoformat() == (local or utc)


def test_quotes_make_a_timestamp_local() -> None:
    moment = read_date("2021-12-01 13:33:50", SHANGHAI, "utc", quoted=True)
    assert moment is not None
    assert moment.isoformat() == "2021-12-01T13:33:50+08:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+0800",
        "now",
        "2021",
        "2021-12",
        "12:30",
        "2021-13-01",
        "2021-00-01",
        "2021-12-32",
        "2021-12-01 25:00",
        "0000-01-01",
        "2021-12-01 13:33:50 Nowhere/City",
        "2021-12-01 10:00 +99",
        "Foo 1, 2021",
        "1638930086",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert read_date(text, SHANGHAI, "utc") is None


@given(st.one_of(st.text(), st.text("0123456789-/: TZ+amp.年月日", max_size=30)), st.sampled_from(["utc", "local"]))
def test_any_text_is_an_aware_date_or_none(text: str, naive: str) -> None:
    moment = read_date(text, SHANGHAI, "utc" if naive == "utc" else "local")
    assert moment is None or (moment.utcoffset() is not None and moment.microsecond == 0)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2022-06-02", "2022-06-02"),
        ("22-6-2", "2022-06-02"),
        ("99-1-2", "1999-01-02"),
        ("2022-13-01", None),
        ("202-1", None),
    ],
)
def test_file_names_mean_local_midnight(text: str, date: str | None) -> None:
    moment = read_file_date(text, SHANGHAI)
    assert (moment and moment.isoformat()) == (date and f"{date}T00:00:00+08:00")


@pytest.mark.parametrize(
    ("text", "zone"), [("2022-06-02 10:00 CST", "CST"), ("… GMT", ""), ("2022-06-02", ""), ("2022-06-02 10:00 pm", "")]
)
def test_zones_that_mean_several(text: str, zone: str) -> None:
    assert unclear_zone(text) == zone


def test_summer_time_is_the_offset_then() -> None:
    berlin = zone_named("Europe/Berlin")
    summer, winter = read_date("2022-07-01", berlin, "local"), read_date("2022-01-01", berlin, "local")
    assert summer is not None
    assert winter is not None
    assert (summer.isoformat()[-6:], winter.isoformat()[-6:]) == ("+02:00", "+01:00")
    assert zone_named("No/Where") is UTC
    assert summer == datetime(2022, 6, 30, 22, tzinfo=UTC)
