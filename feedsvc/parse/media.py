"""Pictures and files that come with a post, from its front matter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import unquote

from feedsvc.media import Enclosure, Image, Media
from feedsvc.model import Beside
from feedsvc.parse.durations import duration
from feedsvc.parse.episode import episode
from feedsvc.parse.media_types import as_media_type, media_type
from feedsvc.parse.place import kept_at
from feedsvc.parse.source import Source, one_line, without_html
from feedsvc.uris import absolute

MOST = 50  # files that come with a post
_IMAGES = ("image", "images", "cover", "featured_image", "thumbnail")
_FILES = ("enclosure", "enclosures", "audio", "video")
_FLAGS = ("audio", "video")  # may also be true, a page at YouTube, or what it is called there
_UNKNOWN = "application/octet-stream"
_KEYS = (*_IMAGES, *_FILES)
_PLACES = ("path", "url", "src", "href", "link", "file", "image")
_LENGTHS = ("length", "size", "bytes", "sizeinbytes", "filesize")
_NONE = frozenset(("", "false", "no", "none", "null", "true", "yes"))
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_WEB = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:[/?#]|\Z)")
_ODD_HOST = re.compile(r"https?://[^/?#]*_")  # RFC 1123, section 2.1: W3C's validator refuses it in RSS's enclosure
_NUMBER = re.compile(r"\d{1,3}(?:[,_ ]\d{3})+\Z|\d{1,15}\Z", re.ASCII)
_PIXELS = re.compile(r"\d{1,5}(?=(?:px)?\Z)", re.ASCII)
_URL_HINT = "write a path on the site, or an http address"


def media(source: Source, url: str) -> Media:
    """What comes with the post at ``url``; files of the content folder whose sizes it lacks are noted."""
    if not any(key in source.data for key in _KEYS):
        return Media()
    found: dict[str, tuple[str, Enclosure]] = {}
    for key in _FILES:
        for item in _items(source.data.get(key)):
            if each := _enclosure(source, url, key, item):
                found.setdefault(each.url, (key, each))
    named = list(found.values())[:MOST]
    enclosures = tuple(_completed(source, each) if not place else each for place, (_, each) in enumerate(named))
    for (key, _), each in zip(named, enclosures, strict=True):
        path = "" if each.length else _path(source, each.url)
        if path:
            source.beside.append(Beside(each.url, path, source.matter.line_of(key)))
    return episode(source, Media(_image(source, url), enclosures), partial(_address, source, url))


def _image(source: Source, base: str) -> Image | None:
    for key in _IMAGES:
        for item in _items(source.data.get(key)):
            facts = _facts(item)
            url = _address(source, base, key, facts.get("url", ""))
            if url:
                return Image(url, _pixels(facts.get("width", "")), _pixels(facts.get("height", "")))
    return None


def _enclosure(source: Source, base: str, key: str, item: object) -> Enclosure | None:
    facts = _facts(item)
    if isinstance(item, Mapping) and not facts["url"]:
        source.note("media-url", key, f"{key} names no file", "write its address as url")
    url = _address(source, base, key, facts.get("url", ""))
    if _ODD_HOST.match(url):
        source.note("media-url", key, f"{url} is left out: names of hosts hold no underscore", _URL_HINT)
        return None
    type_ = _type(source, key, url, facts.get("type") or facts.get("mimetype", "")) if url else ""
    if not type_:
        return None
    return Enclosure(
        url,
        type_,
        length=_length(source, key, next((facts[name] for name in _LENGTHS if name in facts), "")),
        duration=duration(source, key, facts.get("duration") or facts.get("durationinseconds", "")),
        title=without_html(facts.get("title", "")),
    )


def _completed(source: Source, first: Enclosure) -> Enclosure:
    """The first of the files, with what the front matter says beside it."""
    length = first.length
    for key in ("length", "size"):
        length = length or _length(source, key, source.value(key))
    lasting = first.duration or duration(source, "duration", source.value("duration"))
    return replace(first, length=length, duration=lasting)


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def _facts(item: object) -> Mapping[str, str]:
    """What is said of a file: its address alone, with lines for its length and type as WordPress has them, or each
    by its name.
    """
    if isinstance(item, str):
        lines = [line for written in item.splitlines() if (line := one_line(written))]
        return dict(zip(("url", "length", "type"), lines, strict=False))
    if not isinstance(item, Mapping):
        return {}
    facts = {
        re.sub(r"[\s_-]", "", str(name)).lower(): one_line(value)
        for name, value in item.items()
        if isinstance(value, str)
    }
    return facts | {"url": next((facts[name] for name in _PLACES if facts.get(name)), "")}


def _address(source: Source, base: str, key: str, written: str) -> str:
    """The absolute address of a picture or file, "" where there is none; noted where it cannot be one.

    In a Jekyll site a path is one of the site, as ``absolute_url`` makes it for jekyll-feed; elsewhere it leads
    from the post, as links in its text do.
    """
    if written.lower() in _NONE:
        return ""
    reference = written
    if source.jekyll and not _SCHEME.match(written):
        reference = f"{source.site.root}/{written.removeprefix('/')}"
    address = "" if "{{" in written or "{%" in written else absolute(base, reference)
    if _WEB.match(address):
        return address
    source.note("media-url", key, f"{written[:80]!r} cannot be the address of a file, and is left out", _URL_HINT)
    return ""


def _path(source: Source, url: str) -> str:
    """Where in the content folder the file at ``url`` should be, "" if it is not the site's."""
    root = f"{source.site.root}/"
    if not url.startswith(root):
        return ""
    return kept_at(unquote(re.split("[?#]", url.removeprefix(root), maxsplit=1)[0]), source.path, source.rules)


def _type(source: Source, key: str, url: str, written: str) -> str:
    """The type of a file as its post or its name tells; where neither does, "" unless it must be a file."""
    given, told = as_media_type(written), media_type(url)
    hint = "write its type, such as audio/mpeg"
    if written and not given:
        source.note("media-type", key, f"{written!r} is no media type, and is not used", hint)
    if given or told:
        return given or told
    message = f"nothing tells what {url} is"
    if key in _FLAGS:
        source.note("media-type", key, f"{message}: it is left out", hint)
        return ""
    source.note("media-type", key, f"{message}: {_UNKNOWN} is told", hint)
    return _UNKNOWN


def _length(source: Source, key: str, written: str) -> int:
    if not written or written.lower() in _NONE:
        return 0
    if _NUMBER.match(written):
        return int(re.sub("[,_ ]", "", written))
    source.note("media-length", key, f"{written!r} is no length, and is not used", "write a whole number of bytes")
    return 0


def _pixels(written: str) -> int:
    found = _PIXELS.match(written)
    return int(found[0]) if found else 0
