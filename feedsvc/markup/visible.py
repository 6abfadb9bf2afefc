"""Keeps to what a browser would have shown: hidden elements go, embeds become links to what they embed."""

from __future__ import annotations

import itertools
import re

from feedsvc.markup.allowed import EMBEDS, MEDIA_SCHEMES, VOID
from feedsvc.markup.links import ATTRIBUTE, resolve
from feedsvc.markup.sanitiser import readable_again, with_embeds
from feedsvc.markup.tables import sound_tables

_PLAYERS = ("audio", "video")
_HINTS = ("display", "visibility", "hidden")
# Embeds and players; and elements that are left out, because what they kept apart (a link within a link, a paragraph
# within a paragraph) may meet when they go: a second reading sorts that out.
_LOOK_TWICE = re.compile(
    r"<(?:applet|audio|button|canvas|dialog|dir|embed|fieldset|form|frame|iframe|listing|marquee|math|menu|nobr"
    r"|noscript|object|optgroup|option|plaintext|search|select|svg|template|textarea|video|xmp)"
)
_NOSCRIPT = re.compile(r"</?noscript[^>]*>", re.IGNORECASE)  # readers run no script: its content is what counts
_IFRAME = re.compile(r"(<iframe(?: [a-z-]+=\"[^\"]*\")*>).*?</iframe>", re.DOTALL)
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z][a-z0-9-]*="[^"]*")*)>')
_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)


def visible(raw: str, base: str) -> str:
    """``raw`` without what it hides (``hidden``, ``display: none``) and with links in place of embeds.

    Returns ``raw`` as it is when nothing hints at either, else canonical HTML, which is not yet safe.
    """
    lowered = raw.lower()
    plain = not _LOOK_TWICE.search(lowered) and not any(hint in lowered for hint in _HINTS)
    if plain and sound_tables(lowered):
        return raw
    canonical = with_embeds(_NOSCRIPT.sub("", raw))
    return readable_again(_shown(_IFRAME.sub(r"\1</iframe>", canonical), base))


def _shown(canonical: str, base: str) -> str:
    tags = list(_TAG.finditer(canonical))
    ends = _ends(tags)
    silent = set[int]()  # end tags whose start tags were left out
    written: list[str] = []
    position = number = 0
    while number < len(tags):
        tag = tags[number]
        attributes: dict[str, str] = dict(ATTRIBUTE.findall(tag[3]))
        written.append(canonical[position : tag.start()])
        last = number
        if tag[1]:
            written.append("" if number in silent else tag[0])
        elif "hidden" in attributes or _HIDING.search(attributes.get("style", "")):
            last = ends[number]
        elif tag[2] in EMBEDS:
            link = _link(attributes, base)
            written.append(link)
            last = ends[number] if link else number
        elif tag[2] in _PLAYERS and not _plays(tags, number, base):
            silent.add(ends[number])
        else:
            written.append(tag[0])
        position = tags[last].end()
        number = last + 1
    written.append(canonical[position:])
    return "".join(written)


def _ends(tags: list[re.Match[str]]) -> dict[int, int]:
    """For the number of each start tag that of its end tag, or its own if it has none."""
    ends: dict[int, int] = {}
    begun: list[int] = []
    for number, tag in enumerate(tags):
        if not tag[1]:
            ends[number] = number
            if tag[2] not in VOID:
                begun.append(number)
        elif begun and tags[begun[-1]][2] == tag[2]:
            ends[begun.pop()] = number
    return ends


def _link(attributes: dict[str, str], base: str) -> str:
    address = resolve(attributes.get("src") or attributes.get("data", ""), base, MEDIA_SCHEMES)
    title = attributes.get("title", "").strip() or address
    return f'<a href="{address}">{title}</a>' if address else ""


def _plays(tags: list[re.Match[str]], number: int, base: str) -> bool:
    """Whether an audio or video element has a source that a reader may fetch (HTML, section 4.8.8)."""
    sources = itertools.takewhile(lambda tag: tag[2] in ("source", "track"), tags[number + 1 : number + 20])
    candidates = (
        dict(ATTRIBUTE.findall(tag[3])).get("src", "") for tag in (tags[number], *sources) if tag[2] != "track"
    )
    return any(resolve(source, base, MEDIA_SCHEMES) for source in candidates)
