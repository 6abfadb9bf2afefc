"""How documents lie in the catalogue: small frames, and entries that many of them share."""

from __future__ import annotations

import re
import struct

from xxhash import xxh3_64_intdigest

from feedsvc.model import FORMATS, EntryKeys, Format

_KEY = struct.Struct("<q8s")
_LENGTHS = struct.Struct("<3I")
_MONTH = re.compile(r"((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])", re.ASCII)

Rendered = dict[Format, bytes]
"""An entry's bytes in every format."""


def pack_keys(keys: EntryKeys) -> bytes:
    """Sixteen bytes an entry: number and version."""
    return b"".join(_KEY.pack(*key) for key in keys)


def unpack_keys(data: bytes) -> EntryKeys:
    """What ``pack_keys`` was given."""
    return tuple(_KEY.iter_unpack(data))


def pack_three(pieces: tuple[bytes, bytes, bytes]) -> bytes:
    """Three pieces as one."""
    return b"".join((_LENGTHS.pack(*map(len, pieces)), *pieces))


def unpack_three(data: bytes) -> tuple[bytes, bytes, bytes]:
    """What ``pack_three`` was given."""
    first, second, _ = _LENGTHS.unpack_from(data)
    start = _LENGTHS.size
    return data[start : start + first], data[start + first : start + first + second], data[start + first + second :]


def pack_rendered(rendered: Rendered) -> bytes:
    """An entry's formats as one, so that what they have in common is compressed together."""
    one, two, three = (rendered[format_] for format_ in FORMATS)
    return pack_three((one, two, three))


def unpack_rendered(data: bytes) -> Rendered:
    """What ``pack_rendered`` was given."""
    return dict(zip(FORMATS, unpack_three(data), strict=True))


def key_of(id_: str | None) -> int | None:
    """What an index holds of an id: 8 bytes in place of some 70.

    Ids that tell a month, as most do, lie by months: what comes together is stored together.
    """
    if id_ is None:
        return None
    month = _MONTH.search(id_)
    number = 12 * int(month[1]) + int(month[2]) if month else 0
    return number << 48 | xxh3_64_intdigest(id_.encode()) >> 16


def row_id(version: bytes) -> int:
    """A version as the 64-bit number that rows are found by."""
    return int.from_bytes(version, "big", signed=True)


def version_of(row: int) -> bytes:
    """The version whose ``row_id`` this is."""
    return row.to_bytes(8, "big", signed=True)
