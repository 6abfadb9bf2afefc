"""Front matter: found, read as text, and mended where a line says clearly what it meant."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import yaml
from frontmatter.default_handlers import BaseHandler

from feedsvc.exceptions import ContentError
from feedsvc.parse.mend import mend
from feedsvc.parse.quick import read_lines
from feedsvc.parse.text_yaml import Unsafe, load_yaml

# Jekyll's fences: python-frontmatter's own handlers take a rule of dashes for one, and know no "..."
_YAML = BaseHandler(fm_boundary=re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE))
_TOML = BaseHandler(fm_boundary=re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE))
# gray-matter's, known from Eleventy: the fence names the language
_LANGUAGE = re.compile(r"---[ \t]*(ya?ml|toml|json|js|javascript)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_JSON = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_JSON_START = re.compile(r'\{\s*["}]')
_LATE = re.compile(r"\s+(?=(?:---|\+\+\+)[ \t]*\n)")
_TOML_LINE = re.compile(r"at line (\d+)")
_KEYS = re.compile(r"""(?m)^[ \t]*["']?[\w-]+["']?[ \t]*[:=]""")
_HINT = "put the value in quotes, or correct it"


@dataclass(frozen=True, slots=True)
class Matter:
    """A file's front matter and what follows it.

    ``data`` holds texts, None, lists and mappings of them. ``source`` is the front matter as written, which
    starts on ``line`` of the file. ``mended`` are the lines that were read as they were meant; ``late`` tells
    that blank lines came before, ``bare`` that there is none. ``blank`` counts
    the newlines between it and the body.
    """

    data: Mapping[str, object]
    body: str
    source: str
    line: int = 1
    mended: tuple[int, ...] = ()
    late: bool = False
    bare: bool = False
    blank: int = 0

    def line_of(self, key: str) -> int:
        """The line of the file on which ``key`` stands; the front matter's first where it does not."""
        found = _key(key).search(self.source)
        return self.line + (self.source.count("\n", 0, found.start()) if found else 0)

    def body_line(self, offset: int) -> int:
        """The line of the file on which the body's character at ``offset`` stands."""
        return self.line + self.source.count("\n") + self.blank + self.body.count("\n", 0, offset)

    def written(self, key: str) -> str:
        """What stands after ``key:`` on its line, as written; "" where nothing does."""
        found = _key(key).search(self.source)
        return found[1].strip() if found else ""


def read_matter(text: str, path: str) -> Matter | None:
    """The front matter of ``text``; None if it has none.

    ContentError ``open-fence`` where it never ends, ``front-matter`` where it cannot be read.
    """
    late = _LATE.match(text) if text[0] in " \t\n" else None
    line = 1
    if late is not None:
        line += late[0].count("\n")
        text = text[late.end() :]
    named = _LANGUAGE.match(text) if text.startswith("---") else None
    if named is not None:
        source, body = _split(_YAML, text[: named.start(1)] + text[named.end() :], path, line)
        data, mended = _read_named(named[1].lower(), source, path, line)
    elif text.startswith("---") and _YAML.detect(text):
        source, body = _split(_YAML, text, path, line)
        data, mended = _read_yaml(source, path, line)
    elif text.startswith("+++") and _TOML.detect(text):
        source, body = _split(_TOML, text, path, line)
        data, mended = _read_toml(source, path, line), ()
    elif _JSON_START.match(text):
        data, end = _read_json(text, path, line)
        source, body, mended = text[:end], text[end:], ()
    else:
        return None
    stripped = body.lstrip("\n")
    return Matter(data, stripped, source, line, mended, late=late is not None, blank=len(body) - len(stripped))


def lowered(matter: Matter) -> Matter:
    """The same with keys in lower case, for generators that do not tell ``publishDate`` from ``publishdate``."""
    if not any(key != key.lower() for key in matter.data):
        return matter
    data = {key.lower(): value for key, value in matter.data.items()}
    return replace(matter, data=data, source=_KEYS.sub(lambda key: key[0].lower(), matter.source))


def _key(key: str) -> re.Pattern[str]:
    return re.compile(rf"""(?m)^[ \t]*["']?{re.escape(key)}["']?[ \t]*[:=](.*)$""")


def _split(handler: BaseHandler, text: str, path: str, line: int) -> tuple[str, str]:
    try:
        source, body = handler.split(text)
    except ValueError:
        hint = f"end the front matter with a line of {text[:3]}"
        raise ContentError(
            path, line, "open-fence", "the front matter is never closed", hint, unfinished=True
        ) from None
    return source, body


def _read_yaml(source: str, path: str, line: int) -> tuple[Mapping[str, object], tuple[int, ...]]:
    data = read_lines(source)
    if data is not None:
        return data, ()
    try:
        value, mended = _load(source)
    except yaml.YAMLError as error:
        raise _unreadable(error, path, line) from None
    return _mapping(value, path, line), tuple(line + number for number in mended)


def _load(source: str) -> tuple[object, tuple[int, ...]]:
    try:
        value = load_yaml(source)
        if not isinstance(value, str):  # lines without a space after their colons are one text
            return value, ()
    except Unsafe:
        raise
    except yaml.YAMLError:
        pass
    source, mended = mend(source)
    return load_yaml(source), mended


def _read_named(language: str, source: str, path: str, line: int) -> tuple[Mapping[str, object], tuple[int, ...]]:
    """Front matter in the language that its fence names."""
    if language in ("yaml", "yml"):
        return _read_yaml(source, path, line)
    if language == "toml":
        return _read_toml(source, path, line), ()
    if language == "json":
        start = len(source) - len(source.lstrip())
        return _read_json(source[start:] or " ", path, line + source.count("\n", 0, start))[0], ()
    raise ContentError(path, line, "front-matter", f"front matter in {language} is not read", "write it in YAML")


def _unreadable(error: yaml.YAMLError, path: str, line: int) -> ContentError:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "unreadable"
        return ContentError(path, line + (mark.line if mark else 0), "front-matter", f"YAML: {reason}", _HINT)
    return ContentError(path, line, "front-matter", f"YAML: {error}", _HINT)


def _mapping(value: object, path: str, line: int) -> Mapping[str, object]:
    if value is None:
        return {}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return value
    reason = "the front matter is not a list of `key: value` lines"
    raise ContentError(path, line, "front-matter", reason, "write one key a line, a colon and a space after it")


def _read_toml(source: str, path: str, line: int) -> Mapping[str, object]:
    try:
        return {key: _text(value) for key, value in tomllib.loads(source, parse_float=str).items()}
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _TOML_LINE.search(str(error))
        number = line + int(at[1]) - 1 if at else line
        raise ContentError(path, number, "front-matter", f"TOML: {error}", _HINT) from None


def _read_json(text: str, path: str, line: int) -> tuple[Mapping[str, object], int]:
    try:
        value, end = _JSON.raw_decode(text)
    except json.JSONDecodeError as error:
        unfinished = not text[error.pos :].strip()
        code = "open-fence" if unfinished else "front-matter"
        number = line + error.lineno - 1
        raise ContentError(path, number, code, f"JSON: {error.msg}", _HINT, unfinished=unfinished) from None
    except RecursionError:
        raise ContentError(path, line, "front-matter", "JSON: nested too deeply", _HINT) from None
    if not isinstance(value, dict):
        raise ContentError(path, line, "front-matter", "JSON: not an object", "write {, keys and values, and }")
    return {key: _text(item) for key, item in value.items()}, end


def _text(value: object) -> object:
    """TOML's and JSON's numbers, booleans and times, as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_text(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _text(item) for key, item in value.items()}
    return str(value)
