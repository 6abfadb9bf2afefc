"""Which coding a request wants: Accept-Encoding, and nothing else, decides (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import re
from functools import lru_cache

from feedsvc.codings import Coding

_ITEM = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?\Z")
_PREFERRED: tuple[Coding, ...] = ("br", "gzip", "identity")  # at equal weight
_SHORT = 256  # characters of a header that is worth remembering


def coding(accept: str | None) -> Coding:
    """The coding to answer with. What is no list of codings is skipped, item by item.

    Where nothing is acceptable the answer is not coded, as RFC 9110 advises: readers would rather have it.
    """
    if not accept:
        return "identity"
    return _short(accept) if len(accept) <= _SHORT else _coding(accept)


@lru_cache(maxsize=1024)
def _short(accept: str) -> Coding:
    return _coding(accept)


def _coding(accept: str) -> Coding:
    weights: dict[str, float] = {}
    for item in accept.split(","):
        match = _ITEM.match(item)
        if match is not None:
            name = match[1].lower()
            weights.setdefault("gzip" if name == "x-gzip" else name, float(match[2] or 1))
    others = weights.get("*", 0.0)
    # What is not named is as welcome as `*` says; not to code at all is always possible, but never preferred.
    identity = weights.get("identity", others if "*" in weights else 0.001)
    offers = {"br": weights.get("br", others), "gzip": weights.get("gzip", others), "identity": identity}
    best = max(_PREFERRED, key=lambda name: offers[name])
    return best if offers[best] > 0 else "identity"
