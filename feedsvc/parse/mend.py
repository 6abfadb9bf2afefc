"""Broken ``key: value`` lines of YAML, made into what their author meant."""

from __future__ import annotations

import re

import yaml

from feedsvc.parse.text_yaml import load_yaml

# Chinese keyboards have a colon of their own, and no space need follow the colon to a human reader
_LINE = re.compile(r"([A-Za-z_][\w-]*)(:[ \t]+|：[ \t]*|:(?!//))(\S.*)\Z")
_FLOW = re.compile(r"\[([^\[\]{}'\"]*)\]\Z")
_LONGEST = 100_000  # characters; nobody writes so much front matter, and each line costs a parse
_ESCAPED = re.compile(r'\\(["\\])')
# their lists would be lost if a line of them were taken for one text
_LISTS = frozenset(("tags", "tag", "categories", "category", "authors", "aliases"))


def mend(source: str) -> tuple[str, tuple[int, ...]]:
    """``source`` with every line that YAML cannot read by itself as a text, and the indices of these lines.

    Between outer quotes the text is what lies between them, quotes and backslashes included, as a program
    meant that wrote ``title: "…"`` around a title; elsewhere it is all that follows the colon.
    """
    if len(source) > _LONGEST:
        return source, ()
    lines = source.split("\n")
    mended: list[int] = []
    for index, line in enumerate(lines):
        match = _LINE.match(line.rstrip(" \t"))
        if match is None or _continues(lines, index) or _is_yaml(line):
            continue
        meant = _meant(*match.groups())
        if meant:
            lines[index] = meant
            mended.append(index)
    return "\n".join(lines), tuple(mended)


def _meant(key: str, colon: str, value: str) -> str:
    """The line in YAML; "" where what was meant is not clear."""
    if (colon[0] != ":" or len(colon) == 1) and _is_yaml(f"{key}: {value}"):
        return f"{key}: {value}"
    if key in _LISTS and value[0] in "[{&*":
        flow = _FLOW.match(value)
        items = flow[1].split(",") if flow else ()
        return f"{key}: [{', '.join(_quoted(item.strip()) for item in items)}]" if items else ""
    return f"{key}: {_quoted(_as_meant(value))}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _continues(lines: list[str], index: int) -> bool:
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return following.startswith((" ", "\t")) and not following.isspace()


def _is_yaml(line: str) -> bool:
    try:
        return isinstance(load_yaml(line), dict)
    except yaml.YAMLError:
        return False


def _as_meant(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value
