"""How long something lasts, as authors write it."""

from __future__ import annotations

import re

from feedsvc.parse.source import Source

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,5}):([0-5]?\d)(?:[.,]\d*)?\Z", re.ASCII)
_PLAIN = re.compile(r"(\d{1,7})(?:\.\d*)?(?:\s*(?:s|sec|secs|seconds))?\Z", re.ASCII | re.IGNORECASE)
# ISO 8601's PT1H2M3S, and 1h 2m 3s
_UNITS = re.compile(
    r"(?:PT)?\s*(?:(\d{1,4})\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,5})\s*m(?:in(?:ute)?s?)?)?"
    r"\s*(?:(\d{1,7})(?:\.\d*)?\s*s(?:ec(?:ond)?s?)?)?\Z",
    re.ASCII | re.IGNORECASE,
)


def duration(source: Source, key: str, written: str) -> int:
    """Whole seconds, 0 where nothing is said; noted where it cannot be read."""
    if written.lower() in ("", "none", "null"):
        return 0
    try:
        return seconds(written)
    except ValueError:
        message = f"{written!r} is no duration, and is not used"
        source.note("media-duration", key, message, "write seconds, or such as 1:02:03")
        return 0


def seconds(text: str) -> int:
    """Whole seconds: ``754``, ``12:34`` (minutes and seconds), ``1:02:03``, ``PT12M34S``, ``1h 2m``.

    ValueError where ``text`` is none of these.
    """
    found = _CLOCK.match(text) or (_UNITS.match(text) if re.search(r"\d", text) else None)
    if found is not None:
        hours, minutes, rest = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + rest
    plain = _PLAIN.match(text)
    if plain is None:
        raise ValueError(text)
    return int(plain[1])
