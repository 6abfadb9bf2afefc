"""The nouns of what comes with a post beside its text: pictures, files, and what podcasts say of an episode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from feedsvc.passing import Passed

# the ends of addresses of files that Apple's directory of podcasts takes
PODCAST_FILES = (".m4a", ".mp3", ".mov", ".mp4", ".m4v", ".pdf", ".epub")


@dataclass(frozen=True, slots=True)
class Podcast:
    """What Apple's directory asks of a feed with episodes. ``category`` is Apple's, ``Arts > Books`` with a part."""

    category: str = "Society & Culture"
    email: str = ""
    explicit: bool = False
    image: str = ""


@dataclass(frozen=True, slots=True)
class Image(Passed):
    """A picture that stands for a post: an absolute ASCII URI, and its size in pixels, 0 where nobody says."""

    url: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Enclosure(Passed):
    """A file that comes with a post, at an absolute ASCII URI: bytes and seconds of it, 0 where nobody says."""

    url: str
    media_type: str
    length: int = 0
    duration: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Episode(Passed):
    """What podcasts say of an episode, as Apple defines it; what nobody says is "", 0 or None. Texts are plain."""

    number: int = 0
    season: int = 0
    kind: Literal["full", "trailer", "bonus"] = "full"
    explicit: bool | None = None
    title: str = ""
    subtitle: str = ""
    summary: str = ""
    author: str = ""
    image: str = ""
    block: bool = False


@dataclass(frozen=True, slots=True)
class Media(Passed):
    """What comes with a post beside its text. There is an ``episode`` only where there is an enclosure."""

    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    episode: Episode | None = None

    def __bool__(self) -> bool:
        return self.image is not None or bool(self.enclosures)

    @property
    def tagged(self) -> bool:
        """Whether RSS carries Apple's tags of the episode: W3C's validator warns of them beside any other file."""
        return self.episode is not None and self.enclosures[0].url.endswith(PODCAST_FILES)
