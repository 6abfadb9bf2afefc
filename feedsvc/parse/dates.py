"""Dates as authors write them, read as Jekyll would: instants with the author's own offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# what Ruby's YAML takes for a timestamp, and so for UTC when it names no zone; all else is text to it
_YAML_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d\d:\d\d(?:\.\d*)?\Z")
_YEAR_FIRST = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d\d)(\d\d))"
    r"(?:(?:[Tt]|[ \t]*)(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d*)?)?(?:[ \t]*([AaPp])\.?[Mm]\.?)?"
    r"(?:[ \t]*([+-]\d{1,2})(?::?(\d\d))?|[ \t]*([A-Za-z][A-Za-z_/]*))?)?\Z"
)
# what most posts have, within what needs no care: read by ``datetime`` itself, in a third of the time
_USUAL = re.compile(r"((?:19|20)\d\d-\d\d-\d\d \d\d:\d\d:\d\d) ([+-]\d\d):?(\d\d)\Z", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(.*)\Z")
_HOUR_ALONE = re.compile(r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[Tt \t]+(\d{1,2})\Z")
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?[ \t]+)?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_NAMED_MONTH = re.compile(
    rf"{_WEEKDAY}(?:(\d{{1,2}})(?:st|nd|rd|th)?[ \t-]+{_MONTH}|{_MONTH}[ \t]+(\d{{1,2}})(?:st|nd|rd|th)?)"
    r",?[ \t-]+(\d{4})(?:,?[ \t]+at)?,?(.*)\Z",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(r"(\d{2,4})-(\d{1,2})-(\d{1,2})\Z")
_LETTERS_LAST = re.compile(r"[\d.\s]([A-Za-z]{2,5})\Z")
# RFC 822's names, as Ruby and mail readers take them
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_CLEAR = frozenset(("z", "ut", "utc", "gmt"))


def read_date(text: str, zone: tzinfo, naive: Literal["utc", "local"], *, quoted: bool = False) -> datetime | None:
    """The instant that ``text`` names, to the second; None where it names none.

    With an offset, that offset is kept. Without one the time is of ``zone``, and shown there; but with
    ``naive`` "utc" a full timestamp that is not ``quoted`` in YAML is read as UTC and shown in ``zone``, as
    Ruby does. Days and seconds past the end roll over (30 February is 2 March), as they do there.
    """
    text = text.strip()
    try:
        moment = _read_usual(text) or _read(text)
        if moment is None:
            return None
        if moment.tzinfo is not None:
            return moment
        if naive == "utc" and not quoted and _YAML_TIME.match(text):
            return settle(moment.replace(tzinfo=UTC), zone)
        return settle(moment.replace(tzinfo=zone), zone)
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        return None


def read_file_date(text: str, zone: tzinfo) -> datetime | None:
    """The midnight in ``zone`` that a file name's ``2022-06-02`` means; two digits of a year are near 2000."""
    match = _FILE_NAME.match(text)
    if match is None:
        return None
    year, month, day = map(int, match.groups())
    if len(match[1]) == 2:
        year += 2000 if year < 69 else 1900
    try:
        return settle(_moment(year, month, day).replace(tzinfo=zone), zone)
    except (ValueError, OverflowError):
        return None


def unclear_zone(text: str) -> str:
    """The zone's name at the end of ``text`` where it means different zones to different people, else ""."""
    match = _LETTERS_LAST.search(text.strip())
    name = match[1].lower() if match else ""
    return match[1] if match and name in _ZONES and name not in _CLEAR else ""


def settle(moment: datetime, zone: tzinfo) -> datetime:
    """``moment`` shown in ``zone``, under the offset that holds there then."""
    local = moment.astimezone(zone)
    offset = local.utcoffset()
    return local.replace(tzinfo=_offset(offset) if offset is not None else UTC, fold=0)


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """The IANA time zone of this name; UTC where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


@lru_cache(maxsize=256)
def _offset(offset: timedelta) -> timezone:
    return timezone(offset) if offset else UTC


def _read_usual(text: str) -> datetime | None:
    match = _USUAL.match(text)
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=_zone(match[2], match[3])) if match else None
    except ValueError:  # 30 February
        return None


@lru_cache(maxsize=256)
def _zone(hours: str, minutes: str) -> timezone:
    offset = timedelta(hours=abs(int(hours)), minutes=int(minutes))
    return _offset(-offset if hours[0] == "-" else offset)


def _read(text: str) -> datetime | None:
    match = _YEAR_FIRST.match(text) or _YEAR_FIRST.match(_year_first(text))
    if match is None:
        return None
    groups = match.groups()
    month, day = (int(group) for group in groups[1:11] if group is not None)
    hour, minute, second, half, hours, minutes, name = groups[11:]
    moment = _moment(int(groups[0]), month, day, _hour(hour, half), int(minute or 0), int(second or 0))
    if hours is not None:
        return moment.replace(tzinfo=_zone(hours, minutes or "0"))
    return _in_named_zone(moment, name) if name else moment


def _hour(hour: str | None, half: str | None) -> int:
    number = int(hour or 0)
    return number if half is None else number % 12 + (12 if half in "pP" else 0)


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    if not (1 < year < 9999 and 1 <= day <= 31 and hour <= 24 and minute <= 59 and second <= 60):
        raise ValueError("out of range")
    if day <= 28 and hour < 24 and second < 60:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone comes next
    start = datetime(year, month, 1)  # noqa: DTZ001
    return start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)


def _in_named_zone(moment: datetime, name: str) -> datetime:
    hours = _ZONES.get(name.lower())
    if hours is not None:
        return moment.replace(tzinfo=_offset(timedelta(hours=hours)))
    zone = ZoneInfo(name)  # ZoneInfoNotFoundError is a KeyError
    return settle(moment.replace(tzinfo=zone), zone)


def _year_first(text: str) -> str:
    """``08/12/2021``, ``Wed, 08 Dec 2021`` and ``Dec 8, 2021`` as ``2021-12-08``; what follows as it stands.

    ``2021-12-08 9`` has its minutes added.
    """
    numbers = _DAY_FIRST.match(text)
    if numbers is not None:
        day, _, month, year, rest = numbers.groups()
        return f"{year}-{month}-{day}{rest}"
    hour = _HOUR_ALONE.match(text)
    if hour is not None:
        return f"{hour[1]} {hour[2]}:00"
    named = _NAMED_MONTH.match(text)
    if named is None:
        return ""
    month = _MONTHS.index((named[2] or named[3]).lower()) + 1
    return f"{named[5]}-{month}-{named[1] or named[4]}{named[6]}"
