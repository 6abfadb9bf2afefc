"""The content folder against what is known of it: which files to read, which have vanished."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from feedsvc.exceptions import ContentError, ContentMissing
from feedsvc.model import Fingerprint, Known, Problem
from feedsvc.rules import ContentRules
from feedsvc.selection import is_folder, is_post, settles_folder

SCANNED = ("closed", "name-encoding")  # the codes of problems that a scan finds
RACY = 2_000_000_000  # ns: a file modified this shortly before it was read may change again unnoticed
_TURNS = 3  # in which a link may be switched while it is followed
_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)  # gone since it was listed, or a link to nothing


_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # plain calls: open() takes three times as long


@dataclass(frozen=True, slots=True)
class Changes:
    """Files to read, in order of their paths; known files that are not there; and all that are.

    ``problems`` are of what could not be looked at. Nothing below a folder that is closed counts as vanished.
    """

    suspect: tuple[str, ...]
    vanished: tuple[str, ...]
    present: Set[str]
    problems: tuple[Problem, ...]


def scan(
    content: Path,
    rules: ContentRules,
    known: Mapping[str, Known],
    *,
    skip: Path,
    paths: Iterable[str] | None = None,
) -> Changes:
    """Look at the whole folder, or at ``paths`` and what lies below them.

    ``known`` holds the files of that scope. ``skip`` is the state folder, never entered. Raises ContentMissing
    where the folder is not there, or is closed to us.
    """
    walk = _walk(content, rules, skip)
    present, suspect = set[str](), set[str]()
    for path, fingerprint in walk.below("") if paths is None else walk.at(paths):
        present.add(path)
        if not _unchanged(known.get(path), fingerprint):
            suspect.add(path)
    if "" in walk.closed:
        raise ContentMissing(f"{content}: cannot be looked at: {walk.closed['']}")
    shut = tuple(f"{folder}/" for folder in walk.closed)
    vanished = sorted(path for path in known if path not in present and not path.startswith(shut))
    return Changes(tuple(sorted(suspect)), tuple(vanished), present, tuple(walk.problems()))


def any_post(content: Path, rules: ContentRules, skip: Path) -> bool:
    """Whether there is any file in the folder that may be a post."""
    return next(_walk(content, rules, skip).below(""), None) is not None


def exists(content: Path, rules: ContentRules, skip: Path, path: str) -> bool:
    """Whether a file is there, and may be a post."""
    walk = _walk(content, rules, skip)
    return next(walk.at([path]), None) is not None or bool(walk.closed)


def read(content: Path, path: str, max_bytes: int) -> tuple[bytes, Fingerprint] | None:
    """A file's bytes and how it looked while it was read; None where it is gone.

    Raises ContentError for a file that cannot be read, is too large, or changed under the reader (unfinished).
    """
    try:
        descriptor = os.open(f"{content}/{path}", _READ)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ContentError(path, 0, "unreadable", "not a file")
            before = _fingerprint(status)
            if before.size > max_bytes:
                reason = f"{before.size:,} bytes, at most {max_bytes:,} are read"
                raise ContentError(path, 0, "too-large", reason, "raise content.max_bytes")
            raw = os.read(descriptor, before.size + 1)
            after = _fingerprint(os.fstat(descriptor))
        finally:
            os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ContentError(
            path, 0, "unreadable", error.strerror or str(error), "check the file's permissions"
        ) from error
    if before != after or len(raw) != after.size:
        raise ContentError(path, 0, "unfinished", "changed while it was read", unfinished=True)
    return raw, after


def size(content: Path, path: str) -> int:
    """The size of a file in bytes; -1 where there is none, where it is hidden, or where links lead out of the folder.

    ``content`` is the folder itself, not a link to it.
    """
    if any(part.startswith(".") for part in path.split("/")):
        return -1
    try:
        target = os.path.realpath(f"{content}/{path}")
        status = os.stat(target)  # noqa: PTH116 - a Path takes twice as long
    except (OSError, ValueError):  # a name with NUL, or too long
        return -1
    inside = target.startswith(f"{str(content).rstrip('/')}/")
    return status.st_size if inside and stat.S_ISREG(status.st_mode) else -1


def _resolve(content: Path) -> Path:
    try:
        root = content.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        raise ContentMissing(f"{content}: no such folder: is it mounted, and is the name right?") from error
    if not root.is_dir():
        raise ContentMissing(f"{content}: not a folder; give the folder that holds your posts as CONTENT")
    return root


def _unchanged(known: Known | None, fingerprint: Fingerprint) -> bool:
    if known is None or not known.looked or known.fingerprint != fingerprint:
        return False
    return abs(known.looked - fingerprint.mtime) > RACY


def _fingerprint(status: os.stat_result) -> Fingerprint:
    return Fingerprint(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def real(path: str | Path) -> Path:
    """Where a path leads through all links, as far as they can be followed: unlike Path.resolve, circles raise nothing.

    Nor does a link that is switched meanwhile, for which Python's ``realpath`` raises.
    """
    for _ in range(_TURNS):
        with suppress(OSError):
            return Path(os.path.realpath(path))
    return Path(os.path.abspath(path))  # noqa: PTH100 - it is not what links lead to


def _walk(content: Path, rules: ContentRules, skip: Path) -> _Walk:
    return _Walk(_resolve(content), rules, real(skip))


class _Walk:
    """A walk over the posts of a folder that follows no link out of it and enters no folder twice.

    ``closed`` collects folders that could not be looked into, and why; ``unnamed`` names that no text can hold.
    """

    def __init__(self, root: Path, rules: ContentRules, skip: Path) -> None:
        self._root = root
        self._rules = rules
        self._skip = skip
        self.closed: dict[str, str] = {}
        self.unnamed: list[str] = []

    def below(self, folder: str) -> Iterator[tuple[str, Fingerprint]]:
        """Every post in ``folder`` ("" is the root) and its sub-folders."""
        stack, entered = [folder], {str(real(self._root / folder))}
        while stack:
            here = stack.pop()
            before = f"{here}/" if here else ""
            for entry in self._of_bundle(here, self._entries(here)):
                path = before + entry.name
                try:
                    if entry.is_dir():
                        if self._may_enter(entry, path, entered):
                            stack.append(path)
                    elif self._named(path) and is_post(path, self._rules) and (fingerprint := self._file(entry)):
                        yield path, fingerprint
                except OSError as error:
                    self._note(path, error)

    def at(self, paths: Iterable[str]) -> Iterator[tuple[str, Fingerprint]]:
        """The posts that ``paths`` name: files, or folders with all below them."""
        for path in paths:
            target = self._root / path
            try:
                if not self._named(path) or not self._reachable(path):
                    continue
                if target.is_dir():
                    yield from self.below(path)
                elif is_post(path, self._rules):
                    status = target.stat()
                    if stat.S_ISREG(status.st_mode):
                        yield path, _fingerprint(status)
            except OSError as error:
                self._note(path, error)

    def problems(self) -> Iterator[Problem]:
        """What kept the walk from looking."""
        for folder, reason in sorted(self.closed.items()):
            yield Problem(folder, 0, "closed", f"cannot be looked at: {reason}", "check its permissions")
        for path in sorted(self.unnamed):
            yield Problem(path, 0, "name-encoding", "the file's name is not UTF-8", "rename it: convmv -t utf8")

    def _note(self, path: str, error: OSError) -> None:
        """Note what is closed to us; what went meanwhile was never there."""
        if error.errno not in _NOTHING_THERE:
            self.closed[path] = error.strerror or str(error)

    def _named(self, path: str) -> bool:
        if path.isascii():
            return True
        try:
            path.encode()
        except UnicodeEncodeError:
            shown = path.encode(errors="surrogateescape").decode(errors="backslashreplace")
            if is_post(shown, self._rules):
                self.unnamed.append(shown)
            return False
        return True

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root / folder) as entries:
                return list(entries)
        except OSError as error:
            self._note(folder, error)
            return []

    def _of_bundle(self, folder: str, entries: list[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """The entries of a folder, or of a bundle those that decide over the others."""
        if not folder or self._rules.layout != "hugo":
            return entries
        return [entry for entry in entries if settles_folder(f"{folder}/{entry.name}", self._rules)] or entries

    def _may_enter(self, entry: os.DirEntry[str], path: str, entered: set[str]) -> bool:
        if not is_folder(path, self._rules):
            return False
        if not entry.is_symlink():
            return Path(entry.path) != self._skip
        target = real(entry.path)
        if str(target) in entered or not self._inside(target) or target in (self._root / path).parents:
            return False
        entered.add(str(target))
        return target != self._skip

    def _file(self, entry: os.DirEntry[str]) -> Fingerprint | None:
        if entry.is_symlink() and not self._inside(real(entry.path)):
            return None
        status = entry.stat()
        return _fingerprint(status) if stat.S_ISREG(status.st_mode) else None

    def _inside(self, target: Path) -> bool:
        return target.is_relative_to(self._root)

    def _reachable(self, path: str) -> bool:
        """Whether a walk over the whole folder would come to ``path``."""
        target = real(self._root / path)
        if not self._inside(target) or target.is_relative_to(self._skip):
            return False
        parents = path.split("/")[:-1]
        folders = ["/".join(parents[: depth + 1]) for depth in range(len(parents))]
        if target.is_dir():
            folders.append(path)
        if not all(is_folder(folder, self._rules) for folder in folders):
            return False
        return self._rules.layout != "hugo" or settles_folder(path, self._rules) or not self._bundled(folders)

    def _bundled(self, folders: Iterable[str]) -> bool:
        """Whether one of these folders is a bundle, so that what lies in it is no page of its own."""
        return any(
            self._of_bundle(folder, entries) != entries for folder in folders if (entries := self._entries(folder))
        )
