"""Which characters may go into a document."""

from __future__ import annotations

import re

# XML 1.0, section 2.2: what a document cannot hold, then what its note asks authors to avoid (C1 controls,
# noncharacters) with U+FFFD: HTML calls the former parse errors, and the W3C validator warns of all of them.
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
_ILLEGAL = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff" + "\x7f-\x9f\ufffd" + _NONCHARACTERS
_DROPPED = re.compile(f"[{_ILLEGAL}]")
# A few ranges of what nearly every text is made of: a tenth of the time that the many of the set above take.
_SUSPECT = re.compile("[^\t\n -~\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffc\U00010000-\U0001fffd]")


def legal(text: str) -> str:
    """``text`` without the characters that XML 1.0 (section 2.2) forbids or discourages, CRLF and CR as LF."""
    if not _SUSPECT.search(text):
        return text
    return _DROPPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
