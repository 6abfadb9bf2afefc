"""How bytes are compressed for HTTP, one recipe each: whoever serves a document sends the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import brotli
import deflate

Coding = Literal["identity", "gzip", "br"]

# What an ETag adds for each coding. It names the recipe too: other bytes must have another tag (RFC 9110, 8.8.3.3).
CODINGS: Mapping[Coding, str] = MappingProxyType({"identity": "", "gzip": "-gzip6ld", "br": "-br5"})


def encode(coding: Coding, body: bytes) -> bytes:
    """A body in a coding."""
    return _ENCODERS[coding](body)


def _gzip(body: bytes) -> bytes:
    return bytes(deflate.gzip_compress(body, 6))  # no time in it: the same bytes give the same bytes


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=5))


_ENCODERS: Mapping[Coding, Callable[[bytes], bytes]] = MappingProxyType(
    {"identity": bytes, "gzip": _gzip, "br": _brotli}
)
