"""A file while it is being read: its values as text, and what is noted on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from feedsvc.markup import legal
from feedsvc.markup import text as plain_text
from feedsvc.model import Beside, Problem
from feedsvc.parse.matter import Matter
from feedsvc.parse.place import Place
from feedsvc.parse.quick import Quoted
from feedsvc.rules import ContentRules, Site
from feedsvc.uris import ascii_uri

_NOTHING = frozenset(("null", "Null", "NULL"))
_SPACES = re.compile(r"[ \t\n\v\f\r]+")
_HTML = re.compile(r"</[A-Za-z][A-Za-z0-9]*>|<(?:br|hr|img)\b", re.IGNORECASE)
_TIDY = re.compile(r"\S+(?: \S+)*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a file before its post is made. ``data`` has the defaults under its own values."""

    path: str
    place: Place
    matter: Matter
    data: Mapping[str, object]
    rules: ContentRules
    site: Site
    zone: tzinfo
    problems: list[Problem] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)

    @property
    def jekyll(self) -> bool:
        """Whether Jekyll's rules hold."""
        return self.rules.layout == "jekyll"

    def note(self, code: str, where: str | int, message: str, hint: str) -> None:
        """Notes a problem on a line of the file: by its number, or as the one where a key stands."""
        line = where if isinstance(where, int) else self.matter.line_of(where)
        self.problems.append(Problem(self.path, line, code, message, hint))

    def plain(self, key: str) -> str:
        """The value as one line of text, as written; "" where there is none."""
        value = self.data.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):  # `title: [快讯] …` is a list to YAML alone
            value = self.matter.written(key)
        return one_line(value)

    def value(self, key: str) -> str:
        """The same for what is no title: an unquoted ``null`` is nothing."""
        if self.data.get(key) is None:
            return ""
        text = self.plain(key)
        return "" if text in _NOTHING and not self.quoted(key) else text

    def quoted(self, key: str) -> bool:
        """Whether the value stood in quotes."""
        return isinstance(self.data.get(key), Quoted)


def on_site(source: Source, path: str) -> str:
    """The address of a path on the site."""
    return ascii_uri(f"{source.site.root}{path}")


def one_line(text: str) -> str:
    """``text`` with ASCII white space made single spaces, and nothing XML cannot hold."""
    return text if _TIDY.match(text) and text.isprintable() else _SPACES.sub(" ", legal(text)).strip()


def without_html(text: str) -> str:
    """One line of text, without tags where it holds HTML."""
    return one_line(plain_text(text)) if _HTML.search(text) else text
