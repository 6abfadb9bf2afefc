"""The table of settings as documentation."""

from __future__ import annotations

from feedsvc.config.table import FEED_TABLE, TABLE, Setting

_TABLES = (("settings", TABLE), ("settings of single feeds", FEED_TABLE))
_KINDS = {
    "text": "text",
    "verbatim": "text",
    "token": "text",
    "flag": "true or false",
    "number": "whole number",
    "duration": "duration",
    "size": "size",
    "url": "address",
    "list": "list",
    "urls": "list of addresses",
    "zone": "time zone",
    "language": "language tag",
    "baseurl": "path",
    "people": "authors",
    "feeds": "feeds",
    "podcast": "category",
    "email": "e-mail address",
    "tables": "sections",
    "moves": "section",
    "image": "address",
    "target": "address",
}


def markdown(table: tuple[Setting, ...] = TABLE) -> str:
    """Settings as a Markdown table."""
    rows = [f"| `{entry.key}` | {_kind(entry)} | {_default(entry)} | {_escape(entry.help)} |" for entry in table]
    return "\n".join(["| setting | value | default | meaning |", "|---|---|---|---|", *rows])


def rewritten(page: str) -> str:
    """The page with its tables brought up to date; ValueError where it has no place for one."""
    for name, table in _TABLES:
        first, last = f"<!-- {name}: written by `python -m feedsvc.config` -->", f"<!-- end of {name} -->"
        head, begin, rest = page.partition(first)
        _, end, tail = rest.partition(last)
        if not begin or not end:
            raise ValueError(f"the page needs lines {first} and {last}")
        page = f"{head}{begin}\n{markdown(table)}\n{end}{tail}"
    return page


def _kind(entry: Setting) -> str:
    return ", ".join(f"`{word}`" for word in entry.choices) or _KINDS[entry.kind]


def _default(entry: Setting) -> str:
    shown = _escape(entry.shown_default)
    return shown if entry.otherwise or shown == "none" else f"`{shown}`"


def _escape(text: str) -> str:
    return text.replace("|", "\\|")
