"""Reading posts from files, a batch at a time: the part of a rebuild that other processes can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from xxhash import xxh3_128_digest

from feedsvc.catalogue import Packer
from feedsvc.exceptions import ContentError
from feedsvc.media import Media
from feedsvc.model import Beside, Fingerprint, Post, Problem
from feedsvc.parse import parse
from feedsvc.rules import ContentRules, Site, Templates
from feedsvc.scan import read, size

STILL = 30_000_000  # ns a file must have rested before it counts as finished
PATIENCE = 2_000_000_000  # ns after which a file that looks unfinished is simply wrong


class Wanted(NamedTuple):
    """A file to read. ``first_seen`` dates an undated post (epoch seconds); ``digest`` is what it held before."""

    path: str
    first_seen: float
    digest: bytes | None


class Taken(NamedTuple):
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


class _Seen(NamedTuple):
    """A file that is to be parsed."""

    path: str
    raw: bytes
    digest: bytes
    fingerprint: Fingerprint
    first_seen: float


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
        seen = [self._see(wanted) for wanted in batch]  # all at first: see Printer on doing things together
        return [each if isinstance(each, Taken) else self._parse(each, packer) for each in seen]

    def _see(self, wanted: Wanted) -> _Seen | Taken:
        """A file's bytes, if they are new and to be parsed; what is known without, if not."""
        path = wanted.path
        try:
            found = read(self.content, path, self.rules.max_bytes)
        except ContentError as error:
            if error.unfinished:
                return Taken(path, unsettled=True)
            return Taken(path, error.code.encode(), error=error)
        if found is None:
            return Taken(path, gone=True)
        raw, fingerprint = found
        if -PATIENCE < self.now - fingerprint.mtime < STILL:
            return Taken(path, fingerprint=fingerprint, unsettled=True)
        digest = xxh3_128_digest(raw)
        if digest == wanted.digest:
            return Taken(path, digest, fingerprint, same=True)
        return _Seen(path, raw, digest, fingerprint, wanted.first_seen)

    def _parse(self, seen: _Seen, packer: Packer) -> Taken:
        moment = _moment(seen.first_seen, self.site.timezone)
        path, digest, fingerprint = seen.path, seen.digest, seen.fingerprint
        try:
            parsed = parse(seen.raw, path, self.rules, self.site, moment, self.templates)
        except ContentError as error:
            if error.unfinished and self._fresh(fingerprint):
                return Taken(path, unsettled=True)
            return Taken(path, digest, fingerprint, error=error)
        except Exception as error:  # a fault of ours in one post must not stop the rest
            return Taken(path, digest, fingerprint, error=ContentError.fault(path, error))
        if parsed.post is None:
            return Taken(path, digest, fingerprint, problems=parsed.problems)
        post, sizes, problems = parsed.post, {}, parsed.problems
        body = post.body.encode()
        if parsed.beside:
            sizes = {each.path: size(self.content, each.path) for each in parsed.beside}
            post = post._replace(media=_sized(post.media, {each.url: sizes[each.path] for each in parsed.beside}))
            problems = (*problems, *(_lost(path, each) for each in parsed.beside if sizes[each.path] < 0))
        return Taken(
            path=path,
            digest=digest,
            fingerprint=fingerprint,
            post=post._replace(body=""),
            packed=packer.pack(body),
            body=xxh3_128_digest(body),
            problems=problems,
            beside=tuple(sorted(sizes.items())),
            templated=parsed.templated,
        )

    def _fresh(self, fingerprint: Fingerprint) -> bool:
        return abs(self.now - fingerprint.mtime) < PATIENCE


@lru_cache(maxsize=64)
def _moment(seconds: float, timezone: str) -> datetime:
    return datetime.fromtimestamp(seconds, ZoneInfo(timezone))


def _sized(media: Media, sizes: Mapping[str, int]) -> Media:
    """The media with the lengths of files that were looked at."""
    told = (replace(each, length=max(0, sizes[each.url])) if each.url in sizes else each for each in media.enclosures)
    return replace(media, enclosures=tuple(told))


def _lost(path: str, file: Beside) -> Problem:
    message = f"there is no file {file.path} in the content folder: the length of {file.url} is unknown"
    return Problem(path, file.line, "media-missing", message, "put it there, or write its length in bytes")
