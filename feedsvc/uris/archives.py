"""Where a feed's history is found: addresses that say up to when, never how much.

``/archive/category/Sea/2024/atom.xml`` is what the category held just before 2024. Whatever comes later does not
touch it, and how far back it reaches is its own affair: its link to the page before it says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from types import MappingProxyType
from urllib.parse import quote

_SECOND = 1_000_000  # microseconds
_PREFIX = "/archive"
_TO_MONTHS, _TO_SECONDS = len("2024-05"), len("2024-05-01T12:30:05")
# by the length of what a bound is written in; what begins a year or month, and is longer than any, lies in the next
_PERIODS: Mapping[int, timedelta] = MappingProxyType(
    {
        len("2024"): timedelta(days=366),
        _TO_MONTHS: timedelta(days=31),
        len("2024-05-01"): timedelta(days=1),
        len("2024-05-01T12"): timedelta(hours=1),
        len("2024-05-01T12:30"): timedelta(minutes=1),
        _TO_SECONDS: timedelta(seconds=1),
    }
)
_TOKEN = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{6}))?)?)?)?)?)?(?:~([0-9a-f]{8}))?\Z"
)


@dataclass(frozen=True, slots=True)
class Bound:
    """The end of a part of a feed's history: an instant (microseconds since 1970), which is no longer in it.

    With a ``mark``, what feeds show after the post of that mark belongs to it still, of the same instant too.
    """

    instant: int
    mark: str = ""

    def __str__(self) -> str:
        """The bound as it stands in addresses: ``2024``, ``2024-05-01T12``, ``2024-05-01T12:30:05~1a2b3c4d``; UTC."""
        seconds, rest = divmod(self.instant, _SECOND)
        text = datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00")
        if rest:
            text += f".{rest:06d}"
        elif not self.mark:
            for nothing in (":00", ":00", "T00", "-01", "-01"):
                if not text.endswith(nothing):
                    break
                text = text.removesuffix(nothing)
        return f"{text}~{self.mark}" if self.mark else text

    def following(self) -> Bound | None:
        """The end of the period that begins here, which is as long as this bound is exact: of 2024-05, 2024-06.

        None where the calendar ends.
        """
        text = str(self).partition("~")[0][:_TO_SECONDS]
        try:
            moment = datetime.fromtimestamp(self.instant // _SECOND, UTC) + _PERIODS[len(text)]
        except OverflowError:
            return None
        return Bound(int((moment.replace(day=1) if len(text) <= _TO_MONTHS else moment).timestamp()) * _SECOND)


def mark(id_: str) -> str:
    """What tells a post from others of its instant: eight hexadecimal digits made of its id."""
    return blake2b(id_.encode(), digest_size=4).hexdigest()


def read_bound(text: str) -> Bound | None:
    """The bound that an address holds, None where it is none, or not written as ``Bound`` writes it."""
    match = _TOKEN.match(text)
    if match is None:
        return None
    *fields, fraction, mark_ = match.groups()
    try:
        parts = zip(fields, "111000", strict=True)  # the least that each may be
        year, month, day, hour, minute, second = (int(each or least) for each, least in parts)
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    bound = Bound(int(moment.timestamp()) * _SECOND + int(fraction or 0), mark_ or "")
    return bound if str(bound) == text else None


def archive_path(page: str, bound: Bound, filename: str) -> str:
    """The percent-encoded path of a part of a feed's history; ``page`` is the path of the feed's page."""
    return f"{_PREFIX}{page}{quote(str(bound), safe='~:')}/{filename}"


def read_archive_path(path: str) -> tuple[str, Bound] | None:
    """The inverse of ``archive_path``, of a decoded path: that of the feed's document, and the bound."""
    if not path.startswith(f"{_PREFIX}/"):
        return None
    page, _, filename = path.removeprefix(_PREFIX).rpartition("/")
    page, _, text = page.rpartition("/")
    bound = read_bound(text)
    return (f"{page}/{filename}", bound) if bound else None
