"""Marks that stand in a body for another post's address, which is known only once all posts are.

No file can hold one: reading drops control characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARK = re.compile("\x1a([0-9]{1,5})\x1a")
_PLACED = re.compile(f"(\\]\\(|=[\"'])?{_MARK.pattern}")
_NOWHERE = "x-nowhere:"  # which sanitising takes away: the words stay, and are no link


def reference(number: int) -> str:
    """The mark for the body's reference of that number."""
    return f"\x1a{number}\x1a"


def starts_with_reference(text: str) -> bool:
    """Whether an address is another post's."""
    return _MARK.match(text) is not None


def with_references(body: str, urls: Sequence[str]) -> str:
    """``body`` with addresses in place of its marks; where there is none a link is none, and a text empty."""
    if "\x1a" not in body:
        return body

    def filled(mark: re.Match[str]) -> str:
        before, number = mark[1] or "", int(mark[2])
        return before + ((urls[number] if number < len(urls) else "") or (_NOWHERE if before else ""))

    return _PLACED.sub(filled, body)
