"""Pictures, files and podcasts as Media RSS and Apple's tags: what feedgen's own extensions would not write right.

Its ``podcast`` writes ``explicit`` as yes or no, where Apple and W3C's validator want true or false, and refuses
pictures by their names; its ``media`` means to group files, and a group of one is an error to the validator.
"""

from __future__ import annotations

from typing import Any

from lxml.etree import SubElement

from feedsvc.media import Enclosure, Image, Media, Podcast

MEDIA = "http://search.yahoo.com/mrss/"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_KINDS = ("audio", "video", "image")
_END = b"</itunes:episodeType></item>"


def add_image(parent: Any, image: Image | None) -> None:
    """A thumbnail and the picture itself, as jekyll-feed has them."""
    if image is None:
        return
    size = _filled(width=image.width, height=image.height)
    SubElement(parent, f"{{{MEDIA}}}thumbnail", url=image.url, **size)
    SubElement(parent, f"{{{MEDIA}}}content", url=image.url, medium="image", **size)


def add_contents(item: Any, media: Media) -> None:
    """The files beyond the one that ``enclosure`` holds, and that one too if nothing else tells how long it lasts."""
    untold = media.enclosures[:1] if not media.tagged and any(each.duration for each in media.enclosures[:1]) else ()
    for each in (*untold, *media.enclosures[1:]):
        kind = each.media_type.partition("/")[0]
        facts = _filled(fileSize=each.length, medium=kind if kind in _KINDS else "", duration=each.duration)
        SubElement(item, f"{{{MEDIA}}}content", url=each.url, type=each.media_type, **facts)


def add_links(entry: Any, enclosures: tuple[Enclosure, ...]) -> None:
    """Atom's links to files (RFC 4287, section 4.2.7): feedgen's lose all but their address."""
    for each in enclosures:
        facts = _filled(length=each.length, title=each.title)
        SubElement(entry, "link", rel="enclosure", href=each.url, type=each.media_type, **facts)


def add_episode(item: Any, media: Media) -> None:
    """Apple's tags of an episode, its type last: by that ``is_episode`` knows an item."""
    episode = media.episode
    if episode is None or not media.tagged:
        return
    image = episode.image or (media.image.url if media.image else "")
    texts = {
        "title": episode.title,
        "subtitle": episode.subtitle,
        "summary": episode.summary,
        "author": episode.author,
        "duration": str(media.enclosures[0].duration or ""),
        "episode": str(episode.number or ""),
        "season": str(episode.season or ""),
        "explicit": "" if episode.explicit is None else _said(episode.explicit),
        "block": "yes" if episode.block else "",
    }
    if image:
        SubElement(item, f"{{{ITUNES}}}image", href=image)
    for name, text in texts.items():
        if text:
            SubElement(item, f"{{{ITUNES}}}{name}").text = text
    SubElement(item, f"{{{ITUNES}}}episodeType").text = episode.kind


def is_episode(item: bytes) -> bool:
    """Whether a rendered item carries Apple's tags."""
    return item.endswith(_END)


def add_show(channel: Any, podcast: Podcast, authors: tuple[str, ...]) -> None:
    """Apple's tags of a channel that holds episodes: all that W3C's validator misses otherwise."""
    owner = SubElement(channel, f"{{{ITUNES}}}owner")
    if authors:
        SubElement(channel, f"{{{ITUNES}}}author").text = ", ".join(authors)[:255]
        SubElement(owner, f"{{{ITUNES}}}name").text = authors[0][:255]
    SubElement(owner, f"{{{ITUNES}}}email").text = podcast.email
    category, _, part = podcast.category.partition(" > ")
    kind = SubElement(channel, f"{{{ITUNES}}}category", text=category)
    if part:
        SubElement(kind, f"{{{ITUNES}}}category", text=part)
    SubElement(channel, f"{{{ITUNES}}}explicit").text = _said(podcast.explicit)
    if podcast.image:
        SubElement(channel, f"{{{ITUNES}}}image", href=podcast.image)


def _said(truth: bool) -> str:  # noqa: FBT001
    return "true" if truth else "false"


def _filled(**facts: int | str) -> dict[str, str]:
    """The attributes that have something to say."""
    return {name: str(value) for name, value in facts.items() if value}
