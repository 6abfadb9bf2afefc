"""Reading posts from files, a batch at a time: the part of a rebuild that other processes can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from feedsvc.catalogue import Packer
from feedsvc.exceptions import ContentError
from feedsvc.model import ContentRules, Fingerprint, Post, Problem, Site
from feedsvc.parse import parse
from feedsvc.scan import read

STILL = 30_000_000  # ns a file must have rested before it counts as finished
PATIENCE = 2_000_000_000  # ns after which a file that looks unfinished is simply wrong


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to read. ``first_seen`` dates an undated post (epoch seconds); ``digest`` is what it held before."""

    path: str
    first_seen: float
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was read.

    ``post`` has no body: ``packed`` holds it compressed, ``body`` its digest. Exactly one holds of: ``gone``,
    ``unsettled`` (to be read again soon), ``same`` (its bytes are known), ``error``, or it was read (``post``
    None when it is not to be published).
    """

    path: str
    digest: bytes = b""
    fingerprint: Fingerprint | None = None
    post: Post | None = None
    packed: bytes = b""
    body: bytes = b""
    problems: tuple[Problem, ...] = ()
    error: ContentError | None = None
    gone: bool = False
    unsettled: bool = False
    same: bool = False


@dataclass(frozen=True, slots=True)
class Taker:
    """How files are read: the folder, its rules, and ``now`` in nanoseconds."""

    content: Path
    rules: ContentRules
    site: Site
    now: int

    def take(self, batch: Sequence[Wanted]) -> list[Taken]:
        """Read files, in order."""
        packer = Packer()
        return [self._take(wanted, packer) for wanted in batch]

    def _take(self, wanted: Wanted, packer: Packer) -> Taken:
        try:
            found = read(self.content, wanted.path, self.rules.max_bytes)
        except ContentError as error:
            return Taken(wanted.path, unsettled=error.unfinished, error=None if error.unfinished else error)
        if found is None:
            return Taken(wanted.path, gone=True)
        raw, fingerprint = found
        age = self.now - fingerprint.mtime
        if -PATIENCE < age < STILL:
            return Taken(wanted.path, unsettled=True)
        digest = blake2b(raw, digest_size=16).digest()
        if digest == wanted.digest:
            return Taken(wanted.path, digest, fingerprint, same=True)
        return self._parse(
            raw, wanted, Taken(wanted.path, digest, fingerprint), packer, patient=-PATIENCE < age < PATIENCE
        )

    def _parse(self, raw: bytes, wanted: Wanted, taken: Taken, packer: Packer, *, patient: bool) -> Taken:
        first_seen = datetime.fromtimestamp(wanted.first_seen, ZoneInfo(self.site.timezone))
        try:
            parsed = parse(raw, wanted.path, self.rules, self.site, first_seen)
        except ContentError as error:
            if error.unfinished and patient:
                return Taken(wanted.path, unsettled=True)
            return replace(taken, error=error)
        if parsed.post is None:
            return replace(taken, problems=parsed.problems)
        source = parsed.post.body.encode()
        return replace(
            taken,
            post=replace(parsed.post, body=""),
            packed=packer.pack(source),
            body=blake2b(source, digest_size=16).digest(),
            problems=parsed.problems,
        )
