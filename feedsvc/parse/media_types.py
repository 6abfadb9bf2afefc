"""Media types of files by their names: a table of our own, because that of the system differs between machines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

# IANA's, and where it has none what servers and podcasts use
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "aac": "audio/aac", "aif": "audio/aiff", "aiff": "audio/aiff", "flac": "audio/flac", "m4a": "audio/mp4",
        "m4b": "audio/mp4", "mid": "audio/midi", "mka": "audio/matroska", "mp3": "audio/mpeg", "oga": "audio/ogg",
        "ogg": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav", "weba": "audio/webm", "wma": "audio/x-ms-wma",
        "m3u8": "application/vnd.apple.mpegurl",
        "avi": "video/x-msvideo", "m4v": "video/x-m4v", "mkv": "video/matroska", "mov": "video/quicktime",
        "mp4": "video/mp4", "mpeg": "video/mpeg", "mpg": "video/mpeg", "ogv": "video/ogg", "webm": "video/webm",
        "wmv": "video/x-ms-wmv",
        "avif": "image/avif", "bmp": "image/bmp", "gif": "image/gif", "heic": "image/heic", "jpeg": "image/jpeg",
        "jpg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml", "tif": "image/tiff", "tiff": "image/tiff",
        "webp": "image/webp",
        "7z": "application/x-7z-compressed", "csv": "text/csv", "doc": "application/msword",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "epub": "application/epub+zip", "gz": "application/gzip", "html": "text/html", "ics": "text/calendar",
        "json": "application/json", "odt": "application/vnd.oasis.opendocument.text", "pdf": "application/pdf",
        "ppt": "application/vnd.ms-powerpoint",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "srt": "application/x-subrip", "tar": "application/x-tar", "torrent": "application/x-bittorrent",
        "txt": "text/plain", "vtt": "text/vtt", "xls": "application/vnd.ms-excel",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xml": "application/xml",
        "zip": "application/zip",
    }
)  # fmt: skip
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z")  # RFC 6838, section 4.2


def media_type(url: str) -> str:
    """The type that the name of a file at ``url`` tells, "" where it tells none."""
    name = urlsplit(url).path.rpartition("/")[2]
    _, dot, extension = name.rpartition(".")
    return _TYPES.get(extension.lower(), "") if dot else ""


def as_media_type(text: str) -> str:
    """``text`` as a media type, without parameters; "" where it is none."""
    essence = text.partition(";")[0].strip().lower()
    return essence if _TYPE.match(essence) else ""
