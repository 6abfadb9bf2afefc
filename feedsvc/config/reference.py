"""The table of settings as documentation."""

from __future__ import annotations

from feedsvc.config.table import TABLE, Setting

_BEGIN = "<!-- settings: written by `python -m feedsvc.config` -->"
_END = "<!-- end of settings -->"
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
}


def markdown() -> str:
    """The settings as a Markdown table."""
    rows = [f"| `{entry.key}` | {_kind(entry)} | {_default(entry)} | {_escape(entry.help)} |" for entry in TABLE]
    return "\n".join(["| setting | value | default | meaning |", "|---|---|---|---|", *rows])


def rewritten(page: str) -> str:
    """The page with its table brought up to date; ValueError where it has no place for one."""
    head, begin, rest = page.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"the page needs lines {_BEGIN} and {_END}")
    return f"{head}{begin}\n{markdown()}\n{end}{tail}"


def _kind(entry: Setting) -> str:
    return ", ".join(f"`{word}`" for word in entry.choices) or _KINDS[entry.kind]


def _default(entry: Setting) -> str:
    shown = _escape(entry.shown_default)
    return shown if entry.otherwise or shown == "none" else f"`{shown}`"


def _escape(text: str) -> str:
    return text.replace("|", "\\|")
