"""What a post says of itself as an episode of a podcast."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from feedsvc.media import PODCAST_FILES, Episode, Media
from feedsvc.parse.durations import duration
from feedsvc.parse.source import Source, one_line, without_html

_PREFIX = re.compile(r"itunes[_:-]?(?=[A-Za-z])", re.IGNORECASE)
_TABLES = ("podcast", "itunes")  # the closer to Apple's, the more it counts
# what posts say beside their files, without "itunes" before it
_PLAIN = ("episode", "season", "episodeType", "episode_type", "explicit", "subtitle")
_NAMES = {"type": "episodetype", "number": "episode", "description": "summary"}
_YES = frozenset(("true", "yes", "explicit", "1", "on"))
_NO = frozenset(("false", "no", "clean", "0", "off"))
_SHORT, _LONG = 255, 4_000  # characters that Apple takes

Address = Callable[[str, str], str]


def episode(source: Source, media: Media, address: Address) -> Media:
    """``media`` with what podcasts say of it, where the front matter says anything of the kind.

    ``address`` makes a reference absolute, given the key that has it and itself.
    """
    facts = _facts(source)
    if not media.enclosures:
        return media
    first = media.enclosures[0]
    if not first.duration and "duration" in facts:
        first = replace(first, duration=duration(source, *facts["duration"]))
    if not facts and not first.duration:
        return media
    made = replace(media, enclosures=(first, *media.enclosures[1:]), episode=_episode(source, facts, address))
    if not made.tagged:
        message = f"Apple's directory takes no file such as {first.url}: the tags for it are left out of RSS"
        source.note(
            "media-podcast",
            next((key for key, _ in facts.values()), "duration"),
            message,
            f"let its address end in one of {', '.join(PODCAST_FILES)}",
        )
    return made


def _facts(source: Source) -> dict[str, tuple[str, str]]:
    """What is said, by Apple's names in lower case without hyphens, each with the key that says it."""
    found: dict[str, tuple[str, str]] = {}
    for key in _PLAIN:
        _put(found, key, key, source.data.get(key))
    for key in _TABLES:
        value = source.data.get(key)
        for name, said in value.items() if isinstance(value, Mapping) else ():
            _put(found, str(name), key, said)
    for key, value in source.data.items():
        prefix = _PREFIX.match(key)
        if prefix:
            _put(found, key[prefix.end() :], key, value)
    return found


def _put(found: dict[str, tuple[str, str]], name: str, key: str, value: object) -> None:
    if isinstance(value, Mapping):  # itunes:image with its href
        value = next((value[part] for part in ("href", "url", "path") if part in value), None)
    if isinstance(value, str) and (text := one_line(value)):
        name = re.sub("[_-]", "", name).lower()
        found[_NAMES.get(name, name)] = (key, text)


def _episode(source: Source, facts: Mapping[str, tuple[str, str]], address: Address) -> Episode:
    said = {name: text for name, (_, text) in facts.items()}
    image = facts.get("image")
    return Episode(
        number=_number(source, facts, "episode"),
        season=_number(source, facts, "season"),
        kind=_kind(source, facts),
        explicit=_explicit(source, facts),
        title=_text(said.get("title", ""), _SHORT),
        subtitle=_text(said.get("subtitle", ""), _SHORT),
        summary=_text(said.get("summary", ""), _LONG),
        author=_text(said.get("author", ""), _SHORT),
        image=address(*image) if image else "",
        block=said.get("block", "").lower() in _YES,
    )


def _text(written: str, most: int) -> str:
    """Plain text within Apple's bounds."""
    text = without_html(written)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _number(source: Source, facts: Mapping[str, tuple[str, str]], name: str) -> int:
    if name not in facts:
        return 0
    key, text = facts[name]
    if re.fullmatch(r"0{0,5}[1-9]\d{0,8}", text, re.ASCII):
        return int(text)
    source.note("media-episode", key, f"the {name} {text!r} is no number from 1 on, and is left out", "write a number")
    return 0


def _kind(source: Source, facts: Mapping[str, tuple[str, str]]) -> Literal["full", "trailer", "bonus"]:
    key, text = facts.get("episodetype", ("", "full"))
    match text.lower():
        case "full" | "trailer" | "bonus" as kind:
            return kind
    source.note("media-episode", key, f"the kind of episode {text!r} is unknown", "write full, trailer or bonus")
    return "full"


def _explicit(source: Source, facts: Mapping[str, tuple[str, str]]) -> bool | None:
    if "explicit" not in facts:
        return None
    key, text = facts["explicit"]
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    source.note(
        "media-episode", key, f"explicit: {text!r} is neither yes nor no, and is left out", "write true or false"
    )
    return None
