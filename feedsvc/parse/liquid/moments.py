"""Moments as Ruby writes them, in whatever locale this runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo

from feedsvc.parse.dates import read_date, settle

_CODE = re.compile(r"%([-0^_]?)(:?[A-Za-z%])")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Moment(datetime):
    """A moment whose text is Ruby's."""

    def __str__(self) -> str:
        return strftime(self, "%Y-%m-%d %H:%M:%S %z")


def moment(value: object, zone: tzinfo) -> Moment | None:
    """``value`` as a moment in ``zone``; None where it names none: ``now`` does not, as there is no clock."""
    if isinstance(value, datetime):
        when: datetime | None = value
    elif isinstance(value, date):
        when = datetime.combine(value, time(), zone)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e11:
        when = datetime.fromtimestamp(value, zone)
    else:
        when = read_date(value, zone, "local") if isinstance(value, str) else None
    if when is None:
        return None
    local = settle(when if when.tzinfo else when.replace(tzinfo=zone), zone)
    return Moment.combine(local.date(), local.timetz())


def strftime(when: datetime, pattern: str) -> str:
    """Ruby's ``strftime``: its common codes and the flags ``-``, ``0``, ``^`` and ``_``; others stay as written."""
    return _CODE.sub(lambda code: _written(when, code), pattern)


def offset(when: datetime, colon: str = "") -> str:
    """``+0800``, or with a colon."""
    minutes = int((when.utcoffset() or timedelta()).total_seconds()) // 60
    sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
    return f"{sign}{minutes // 60:02}{colon}{minutes % 60:02}"


def _written(when: datetime, code: re.Match[str]) -> str:
    flag, letter = code.groups()
    if letter in _NUMBERS:
        number, width, padding = _NUMBERS[letter]
        padding = {"_": " ", "0": "0"}.get(flag, padding)
        return str(number(when)) if flag == "-" else str(number(when)).rjust(width, padding)
    if letter in _TEXTS:
        text = _TEXTS[letter](when)
        return text.upper() if flag == "^" else text
    return strftime(when, _SHORT[letter]) if letter in _SHORT else code[0]


_NUMBERS: dict[str, tuple[Callable[[datetime], int], int, str]] = {
    "Y": (lambda when: when.year, 4, "0"),
    "C": (lambda when: when.year // 100, 2, "0"),
    "y": (lambda when: when.year % 100, 2, "0"),
    "m": (lambda when: when.month, 2, "0"),
    "d": (lambda when: when.day, 2, "0"),
    "e": (lambda when: when.day, 2, " "),
    "j": (lambda when: when.timetuple().tm_yday, 3, "0"),
    "H": (lambda when: when.hour, 2, "0"),
    "k": (lambda when: when.hour, 2, " "),
    "I": (lambda when: when.hour % 12 or 12, 2, "0"),
    "l": (lambda when: when.hour % 12 or 12, 2, " "),
    "M": (lambda when: when.minute, 2, "0"),
    "S": (lambda when: when.second, 2, "0"),
    "L": (lambda when: when.microsecond // 1000, 3, "0"),
    "u": (lambda when: when.isoweekday(), 1, "0"),
    "w": (lambda when: when.isoweekday() % 7, 1, "0"),
    "G": (lambda when: when.isocalendar().year, 4, "0"),
    "V": (lambda when: when.isocalendar().week, 2, "0"),
    "U": (lambda when: (when.timetuple().tm_yday + 6 - when.isoweekday() % 7) // 7, 2, "0"),
    "W": (lambda when: (when.timetuple().tm_yday + 6 - when.weekday()) // 7, 2, "0"),
    "s": (lambda when: int(when.timestamp()), 1, "0"),
}
_TEXTS: dict[str, Callable[[datetime], str]] = {
    "B": lambda when: _MONTHS[when.month - 1],
    "b": lambda when: _MONTHS[when.month - 1][:3],
    "h": lambda when: _MONTHS[when.month - 1][:3],
    "A": lambda when: _DAYS[when.weekday()],
    "a": lambda when: _DAYS[when.weekday()][:3],
    "p": lambda when: "AM" if when.hour < 12 else "PM",
    "P": lambda when: "am" if when.hour < 12 else "pm",
    "z": offset,
    ":z": lambda when: offset(when, ":"),
    "Z": lambda when: when.tzname() or "",
    "%": lambda _: "%",
    "n": lambda _: "\n",
    "t": lambda _: "\t",
}
_SHORT = {
    "F": "%Y-%m-%d", "T": "%H:%M:%S", "X": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y", "x": "%m/%d/%y",
    "r": "%I:%M:%S %p", "c": "%a %b %e %H:%M:%S %Y",
}  # fmt: skip
