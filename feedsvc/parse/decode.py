"""Bytes to text: UTF-8 with or without a BOM, LF newlines, no control characters."""

from __future__ import annotations

import codecs
import re

from feedsvc.exceptions import ContentError

_CONTROLS = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
_NONCHARACTERS = ("\ufffe", "\uffff")  # which XML cannot hold either
_BOMS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_C1 = re.compile(rb"[\x80-\x9f]")  # controls in Latin-1, and typographic marks in Windows-1252
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
# strictest first: what decodes as GB 2312 or Big5 without a fault hardly is anything else
_CANDIDATES = (("gb2312", "GBK"), ("big5", "Big5"), ("shift_jis", "Shift_JIS"), ("gb18030", "GBK"))


def decode(raw: bytes, path: str) -> str:
    """The file's text; ContentError ``empty`` or ``encoding`` (naming the likely one)."""
    while raw.startswith(codecs.BOM_UTF8):  # some tools add one at each save
        raw = raw[3:]
    if b"\0" in raw and raw.count(b"\0") * 8 > len(raw):  # ASCII in UTF-16 is UTF-8 with NULs
        raise _not_utf8(raw, path, 0)
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = raw.translate(None, _CONTROLS).decode("utf-8")
    except UnicodeDecodeError as error:
        line = _first_bad_line(raw)
        if error.reason == "unexpected end of data":
            hint = "write its end again: it was cut in the middle of a character"
            raise ContentError(path, line, "encoding", "the UTF-8 ends too soon", hint, unfinished=True) from None
        raise _not_utf8(raw, path, line) from None
    for noise in _NONCHARACTERS:
        if noise in text:
            text = text.replace(noise, "")
    if not text or text.isspace():
        hint = "write the post, or delete the file"
        raise ContentError(path, 0, "empty", "the file is empty", hint, unfinished=True)
    return text


def _first_bad_line(raw: bytes) -> int:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return raw.count(b"\n", 0, error.start) + 1
    return 0


def _not_utf8(raw: bytes, path: str, line: int) -> ContentError:
    encoding = likely_encoding(raw)
    if encoding == "UTF-8":
        return ContentError(path, line, "encoding", "damaged UTF-8: bytes are missing", "write this line again")
    hint = "is it a post?" if encoding == "binary" else f"convert it: iconv -f {encoding.upper()} -t UTF-8"
    return ContentError(path, line, "encoding", f"not UTF-8; it looks like {encoding}", hint)


def likely_encoding(raw: bytes) -> str:
    """The encoding that ``raw``, which is not UTF-8, looks like; "binary" if like none."""
    for bom, name in _BOMS:
        if raw.startswith(bom):
            return name
    if b"\0" in raw:
        return "binary" if b"\0\0\0" in raw else "UTF-16"
    sound = raw.decode("utf-8", "replace")
    if len(sound) - len(sound.encode("ascii", "ignore")) > 8 * sound.count("\ufffd"):
        return "UTF-8"
    runs = _HIGH_RUNS.findall(raw)
    if sum(map(len, runs)) < 1.5 * len(runs):  # accented letters stand alone, ideographs take two bytes each
        return "Windows-1252" if _C1.search(raw) else "Latin-1"
    for codec, name in _CANDIDATES:
        try:
            raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return name
    return "binary"
