"""When a post was published and changed: what it says, else its file's name, else when it was first seen."""

from __future__ import annotations

from datetime import datetime

from feedsvc.parse.dates import read_date, read_file_date, unclear_zone
from feedsvc.parse.source import Source

_FLAGS = ("true", "false", "yes", "no", "on", "off")  # "published" is a date to some, and none to others
_HINT = "write it as 2022-06-02 17:33:04 +0800"
_MISSING = "add one, such as date: 2022-06-02 17:33:04 +0800"


def published(source: Source, first_seen: datetime) -> tuple[datetime, bool]:
    """The date of publication, and whether the post has one of its own."""
    named = source.place.date
    moment = _first(source, source.rules.dates.published)
    if moment is None and named:
        moment = read_file_date(named, source.zone)
    if moment is None:
        if named and source.jekyll:
            source.note("date-unreadable", 0, f"{named!r} in the file's name is no date", "correct the file's name")
        elif not any(source.value(key) for key in source.rules.dates.published):
            source.note("date-missing", 0, "no date: the time it was first seen is used", _MISSING)
        return first_seen, False
    if moment.timestamp() < 0:
        message = f"the date {moment:%Y-%m-%d} lies before 1970"
        source.note("date-early", "date", message, "readers may show none, or a wrong one")
    return moment, True


def updated(source: Source, published: datetime, *, dated: bool) -> datetime | None:
    """The date of the last change that the post names, if any and not before its publication."""
    for key in source.rules.dates.changed:
        if not source.value(key):
            continue
        moment = _written(source, key, "updated-unreadable")
        if moment is None or moment >= published:
            return moment
        if dated and moment.date() < published.date():  # a bare date of the same day says nothing wrong
            message = f"changed on {moment:%Y-%m-%d}, before it was published"
            source.note("updated-early", key, message, "correct the one or the other")
        return None
    return None


def embargo(source: Source, published: datetime) -> datetime | None:
    """When the post asks to go into its feeds, where that is another time than its date."""
    asked = None if source.rules.future else _first(source, source.rules.dates.embargo)
    return None if asked == published else asked


def expires(source: Source) -> datetime | None:
    """When the post asks to go out of its feeds."""
    return None if source.rules.expired else _first(source, source.rules.dates.expires)


def _first(source: Source, keys: tuple[str, ...]) -> datetime | None:
    """The date under the first of these keys that holds one."""
    for key in keys:
        if key == ":filename":
            moment = read_file_date(source.place.date, source.zone)
        elif key == "published" and source.value(key).lower() in _FLAGS:
            continue
        else:
            moment = _written(source, key, "date-unreadable")
        if moment is not None:
            return moment
    return None


def _written(source: Source, key: str, code: str) -> datetime | None:
    text = source.value(key)
    if not text:
        return None
    naive = source.rules.naive_dates
    moment = read_date(text, source.zone, naive, quoted=source.quoted(key))
    if moment is None:
        source.note(code, key, f"{text!r} is no date", _HINT)
    elif name := unclear_zone(text):
        message = f"the zone {name} is read as {moment:%z}, as in RFC 822"
        source.note("date-zone", key, message, "write the offset, such as +0800")
    return moment
