"""What Hugo makes of a page's names: its sanitised path, permalinks from patterns, and how they are escaped.

After ``resources/page/page_paths.go``, ``permalinks.go`` and ``helpers/path.go``, as of 0.111.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from posixpath import normpath
from urllib.parse import quote, unquote, unquote_plus

from feedsvc.rules import HugoRules

_KEPT = frozenset("./\\_#+~-@")
_TIDY = re.compile(r"[A-Za-z0-9./\\_#+~@-]*\Z")
_HEX = re.compile(r"%[0-9A-Fa-f]{2}")
_TOKEN = re.compile(r":(\w+(?:\[.+?\])?)")
_CUT = re.compile(r"sections\[(last|\d*)(:(last|\d*))?\]\Z")
_VALID = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@\[\]/-]|%[0-9A-Fa-f]{2})*\Z")
_ESCAPED_SAFE = "$&+,/:;=@-._~"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
# Go's reference time, piece by piece
_GO_TIME = re.compile(r"2006|January|Jan|Monday|Mon|002|01|02|03|04|05|06|15|PM|pm|[1-5]")
_GO: dict[str, Callable[[datetime], str]] = {
    "2006": lambda when: f"{when.year:04}",
    "06": lambda when: f"{when.year % 100:02}",
    "January": lambda when: _MONTHS[when.month - 1],
    "Jan": lambda when: _MONTHS[when.month - 1][:3],
    "01": lambda when: f"{when.month:02}",
    "1": lambda when: str(when.month),
    "Monday": lambda when: _DAYS[when.weekday()],
    "Mon": lambda when: _DAYS[when.weekday()][:3],
    "002": lambda when: f"{when.timetuple().tm_yday:03}",
    "02": lambda when: f"{when.day:02}",
    "2": lambda when: str(when.day),
    "15": lambda when: f"{when.hour:02}",
    "03": lambda when: f"{when.hour % 12 or 12:02}",
    "3": lambda when: str(when.hour % 12 or 12),
    "04": lambda when: f"{when.minute:02}",
    "4": lambda when: str(when.minute),
    "05": lambda when: f"{when.second:02}",
    "5": lambda when: str(when.second),
    "PM": lambda when: "PM" if when.hour >= 12 else "AM",
    "pm": lambda when: "pm" if when.hour >= 12 else "am",
}


@dataclass(frozen=True, slots=True)
class HugoPage:
    """What a page's link is made of.

    ``folder`` is its file's within the content folder, ``base`` the file's name without language and extension;
    ``date`` has the author's own offset; ``prefix`` is the language's folder, "" without one.
    """

    folder: str
    base: str
    title: str
    slug: str
    url: str
    date: datetime
    prefix: str = ""

    @property
    def bundled(self) -> bool:
        """Whether it is the index of a leaf bundle."""
        return self.base == "index" and bool(self.folder)

    @property
    def sections(self) -> tuple[str, ...]:
        """The folders that are sections: a bundle's own is none."""
        folders = tuple(filter(None, self.folder.split("/")))
        return folders[:-1] if self.bundled else folders

    @property
    def name(self) -> str:
        """The file's name, or its folder's for a bundle."""
        return self.folder.rpartition("/")[2] if self.bundled else self.base


# what tokens stand for: names, which are sanitised, and what stands as it is
_NAMES: dict[str, Callable[[HugoPage], str]] = {
    "title": lambda page: page.title or page.name,
    "slug": lambda page: page.slug or page.title or page.name,
    "filename": lambda page: page.name,
    "contentbasename": lambda page: page.name,
    "slugorfilename": lambda page: page.slug or page.name,
    "slugorcontentbasename": lambda page: page.slug or page.name,
}
_PARTS: dict[str, Callable[[HugoPage], str]] = {
    "year": lambda page: str(page.date.year),
    "month": lambda page: f"{page.date.month:02}",
    "monthname": lambda page: _MONTHS[page.date.month - 1],
    "day": lambda page: f"{page.date.day:02}",
    "weekday": lambda page: str(page.date.isoweekday() % 7),
    "weekdayname": lambda page: _DAYS[page.date.weekday()],
    "yearday": lambda page: str(page.date.timetuple().tm_yday),
    "section": lambda page: page.sections[0] if page.sections else "",
    "sections": lambda page: "/".join(page.sections),
}


def hugo_path(page: HugoPage, rules: HugoRules) -> str:
    """The page's path on its site, escaped as Hugo does: a ``#`` is left as it is.

    KeyError names a token of a permalink pattern that Hugo does not know.
    """
    if page.url:
        return _own_path(page, rules)
    pattern = dict(rules.permalinks).get(page.sections[0] if page.sections else "", "")
    ugly = "*" in rules.ugly or (page.sections or ("",))[0] in rules.ugly
    if pattern:
        path = unquote_plus(_expand(pattern, page, rules))
    else:
        path = "/".join((*page.sections, page.slug or page.name))
    path = f"{page.prefix}/{path.strip('/')}"
    return escape_path(sanitised(_joined(path) + (".html" if ugly else "/"), rules))


def sanitised(text: str, rules: HugoRules) -> str:
    """Hugo's ``MakePathSanitized``: letters, digits, marks and a few signs; spaces as hyphens; in lower case."""
    if _TIDY.match(text):
        return text.lower() if rules.lower else text
    if not rules.accents:
        decomposed = unicodedata.normalize("NFD", text)
        text = unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))
    target: list[str] = []
    pending = hyphen = False
    for place, char in enumerate(text):
        if _allowed(char) or (char == "%" and _HEX.match(text, place)):
            hyphen = char == "-"
            if pending and not hyphen:
                target.append("-")
            pending = False
            target.append(char)
        elif target and not hyphen and char.isspace():
            pending = True
    path = "".join(target)
    return "".join(char.lower()[0] for char in path) if rules.lower else path


def escape_path(path: str) -> str:
    """Go's ``url.Parse(…).String()`` of a path."""
    head, mark, fragment = path.partition("#")
    return _escaped(head) + mark + _escaped(fragment)


def _own_path(page: HugoPage, rules: HugoRules) -> str:
    """The path that the front matter's ``url`` asks for: neither sanitised nor in lower case."""
    own = page.url
    if ":" in own:
        try:
            own = unquote_plus(_expand(own, page, rules))
        except KeyError:
            own = page.url  # a colon like any other
    prefix = "" if own.startswith("/") else page.prefix
    end = "" if "." in own and not own.endswith("/") else "/"
    path = _joined(f"{prefix}/{own}")
    if path.endswith("/index.html"):
        end = "/"
    return escape_path(path.rstrip("/") + end if end else path)


def _joined(path: str) -> str:
    """Go's ``path.Join``: without empty, ``.`` and ``..`` segments."""
    path = normpath(f"/{path.lstrip('/')}")
    return "" if path == "/" else path


def _expand(pattern: str, page: HugoPage, rules: HugoRules) -> str:
    return _TOKEN.sub(lambda token: _value(token[1], page, rules), pattern)


def _value(token: str, page: HugoPage, rules: HugoRules) -> str:
    if token in _NAMES:
        return escape_path(sanitised(_NAMES[token](page), rules))
    if token in _PARTS:
        return _PARTS[token](page)
    if cut := _CUT.match(token):
        return "/".join(_cut(page.sections, cut))
    if not _GO_TIME.search(token):
        raise KeyError(f":{token}")
    return _GO_TIME.sub(lambda piece: _GO[piece[0]](page.date), token)


def _cut(sections: tuple[str, ...], cut: re.Match[str]) -> tuple[str, ...]:
    """``[1:]``, ``[:last]``, ``[0]``, ``[last]`` of the sections."""
    low, ranged, high = cut.groups()
    last = len(sections) - 1
    start = last if low == "last" else int(low or 0)
    if ranged is None:
        return sections[start : start + 1]
    return sections[start : last if high == "last" else int(high) if high else None]


def _allowed(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or char in _KEPT
    category = unicodedata.category(char)
    return category[0] in "LM" or category == "Nd"


def _escaped(part: str) -> str:
    return part if _VALID.match(part) else quote(unquote(part), safe=_ESCAPED_SAFE)
