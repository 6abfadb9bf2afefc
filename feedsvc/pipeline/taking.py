"""Reading posts from files, a batch at a time: the part of a rebuild that other processes can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from xxhash import xxh3_128_digest

from feedsvc.catalogue import Packer
from feedsvc.exceptions import ContentError
from feedsvc.media import Media
from feedsvc.model import Beside, ContentRules, Fingerprint, Post, Problem, Site, Templates
from feedsvc.parse import parse
from feedsvc.passing import Passed
from feedsvc.scan import read, size

STILL = 30_000_000  # ns a file must have rested before it counts as finished
PATIENCE = 2_000_000_000  # ns after which a file that looks unfinished is simply wrong


@dataclass(frozen=True, slots=True)
class Wanted(Passed):
    """A file to read. ``first_seen`` dates an undated post (epoch seconds); ``digest`` is what it held before."""

    path: str
    first_seen: float
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class Taken(Passed):
    """A file that was read.

    ``post`` has no body: ``packed`` holds it compressed, ``body`` its digest. ``beside`` are the files whose sizes
    it tells, with these, -1 for one that is not there. Exactly one holds of: ``gone``, ``unsettled`` (to be read
    again soon; with a fingerprint where it only has to rest), ``same`` (its bytes are known), ``error``, or it was
    read (``post`` None when it is not to be published).
    """

    path: str
    digest: bytes = b""
    fingerprint: Fingerprint | None = None
    post: Post | None = None
    packed: bytes = b""
    body: bytes = b""
    problems: tuple[Problem, ...] = ()
    beside: tuple[tuple[str, int], ...] = ()
    templated: bool = False
    error: ContentError | None = None
    gone: bool = False
    unsettled: bool = False
    same: bool = False


@dataclass(frozen=True, slots=True)
class Taker:
    """How files are read: the folder, its rules, what posts' Liquid may use, and ``now`` in nanoseconds."""

    content: Path
    rules: ContentRules
    site: Site
    now: int
    templates: Callable[[], Templates] = Templates

    def take(self, batch: Sequence[Wanted]) -> list[Taken]:
        """Read files, in order."""
        packer = Packer()
        seen = [(wanted, *self._see(wanted)) for wanted in batch]  # all at first: see Printer on doing things together
        return [
            taken if raw is None else self._parse(raw, taken, wanted.first_seen, packer) for wanted, raw, taken in seen
        ]

    def _see(self, wanted: Wanted) -> tuple[bytes | None, Taken]:
        """A file's bytes, if they are new and to be parsed, and what is known without."""
        try:
            found = read(self.content, wanted.path, self.rules.max_bytes)
        except ContentError as error:
            if error.unfinished:
                return None, Taken(wanted.path, unsettled=True)
            return None, Taken(wanted.path, error.code.encode(), error=error)
        if found is None:
            return None, Taken(wanted.path, gone=True)
        raw, fingerprint = found
        if -PATIENCE < self.now - fingerprint.mtime < STILL:
            return None, Taken(wanted.path, fingerprint=fingerprint, unsettled=True)
        digest = xxh3_128_digest(raw)
        same = digest == wanted.digest
        return None if same else raw, Taken(wanted.path, digest, fingerprint, same=same)

    def _parse(self, raw: bytes, seen: Taken, first_seen: float, packer: Packer) -> Taken:
        moment = datetime.fromtimestamp(first_seen, ZoneInfo(self.site.timezone))
        try:
            parsed = parse(raw, seen.path, self.rules, self.site, moment, self.templates)
        except ContentError as error:
            if error.unfinished and self._fresh(seen):
                return Taken(seen.path, unsettled=True)
            return replace(seen, error=error)
        except Exception as error:  # a fault of ours in one post must not stop the rest
            return replace(seen, error=ContentError.fault(seen.path, error))
        if parsed.post is None:
            return replace(seen, problems=parsed.problems)
        sizes = {each.path: size(self.content, each.path) for each in parsed.beside}
        media = _sized(parsed.post.media, {each.url: sizes[each.path] for each in parsed.beside})
        body = parsed.post.body.encode()
        return Taken(
            path=seen.path,
            digest=seen.digest,
            fingerprint=seen.fingerprint,
            post=replace(parsed.post, body="", media=media),
            packed=packer.pack(body),
            body=xxh3_128_digest(body),
            problems=(*parsed.problems, *(_lost(seen.path, each) for each in parsed.beside if sizes[each.path] < 0)),
            beside=tuple(sorted(sizes.items())),
            templated=parsed.templated,
        )

    def _fresh(self, seen: Taken) -> bool:
        return seen.fingerprint is not None and abs(self.now - seen.fingerprint.mtime) < PATIENCE


def _sized(media: Media, sizes: Mapping[str, int]) -> Media:
    """The media with the lengths of files that were looked at."""
    if not sizes:
        return media
    told = (replace(each, length=max(0, sizes[each.url])) if each.url in sizes else each for each in media.enclosures)
    return replace(media, enclosures=tuple(told))


def _lost(path: str, file: Beside) -> Problem:
    message = f"there is no file {file.path} in the content folder: the length of {file.url} is unknown"
    return Problem(path, file.line, "media-missing", message, "put it there, or write its length in bytes")
