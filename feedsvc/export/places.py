"""Where an address is as a file, and how files come there: whole, with the time that their validators are made of."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from feedsvc.codings import Coding, encode

OWN = ".feedsvc-export"  # the folder with what an export has to remember
SUFFIXES: tuple[tuple[Coding, str], ...] = (("gzip", ".gz"), ("br", ".br"))
_INDEX = "index.html"
_PARTIAL = "partial-"
_IMPOSSIBLE = (errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY, errno.EILSEQ)
_COMMENT = 0x10  # the flag of a gzip member with a comment (RFC 1952, section 2.3)


class ImpossibleError(Exception):
    """No file can have this address: a name is too long for one, or needs a folder where another has a file."""


class Places:
    """The files below a folder, by address. For any number of threads, each with addresses of its own."""

    def __init__(self, dest: Path) -> None:
        self._dest = dest
        self._own = dest / OWN
        self._changing = threading.Lock()  # held where a file and those beside it must not be seen apart
        for left in self._own.glob(f"{_PARTIAL}*"):  # by one that was killed
            left.unlink()

    def read(self, address: str) -> bytes | None:
        """What is there, None where nothing is. Raises ImpossibleError."""
        place = self._place(address)
        try:
            return place.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _impossible(error) from error

    def write(self, address: str, body: bytes, modified: int) -> None:
        """Put a file in place, without compressed ones beside it. ``modified`` in epoch seconds.

        Whoever asks for one of those gets what they got before, then this. Raises ImpossibleError.
        """
        place = self._place(address)
        with self._changing:
            self._replace(place, body, modified)
            for _, suffix in SUFFIXES:
                _unlink(place.with_name(place.name + suffix))

    def compress(self, address: str) -> None:
        """Put compressed files beside the one that is there, of the same time; where they are smaller.

        nginx makes an ETag of a file's time and size: two of one size would have the same. Where another file is
        written meanwhile, or it is removed, none comes beside that.
        """
        try:
            place = self._place(address)
            before = _identity(place)
            body = self.read(address)
        except ImpossibleError:
            return
        if body is None or before is None:
            return
        sizes = {len(body)}
        for coding, suffix in reversed(SUFFIXES):
            coded = encode(coding, body)
            if len(coded) in sizes and coding == "gzip":
                coded = _a_byte_longer(coded)
            if len(coded) < len(body):
                sizes.add(len(coded))
                try:
                    with self._changing:
                        if _identity(place) != before:
                            return
                        self._replace(place.with_name(place.name + suffix), coded, before[0] // 1_000_000_000)
                except ImpossibleError:
                    continue  # a longer name: who asks for it gets the file as it is

    def remove(self, address: str) -> None:
        """Remove a file, those beside it, and the folders that are empty then."""
        try:
            place = self._place(address)
        except ImpossibleError:
            return
        with self._changing:
            for path in (place, *(place.with_name(place.name + suffix) for _, suffix in SUFFIXES)):
                _unlink(path)
        for folder in place.parents:
            if folder == self._dest:
                break
            try:
                folder.rmdir()
            except OSError:
                break  # something else is in it, or it is no more

    def _place(self, address: str) -> Path:
        """Where a static server looks for an address, each segment decoded."""
        path = unquote(address).removeprefix("/")
        segments = (path + _INDEX if path.endswith("/") or not path else path).split("/")
        if any(segment in ("", ".", "..") or "\0" in segment for segment in segments) or segments[0] == OWN:
            raise ImpossibleError
        return self._dest.joinpath(*segments)

    def _replace(self, place: Path, body: bytes, modified: int) -> None:
        partial = self._own / f"{_PARTIAL}{threading.get_ident()}"
        try:
            partial.write_bytes(body)
            os.utime(partial, (modified, modified))
            try:
                partial.replace(place)
            except FileNotFoundError:
                place.parent.mkdir(parents=True, exist_ok=True)
                partial.replace(place)
        except OSError as error:
            _quietly(partial.unlink)
            raise _impossible(error) from error


def _identity(place: Path) -> tuple[int, int] | None:
    """What tells a file from any that had its name before: its time in nanoseconds, its inode. None without a file."""
    try:
        status = place.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def _unlink(path: Path) -> None:
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return  # nothing of ours
    except OSError as error:
        if error.errno not in (*_IMPOSSIBLE, errno.EPERM) or not (error.errno != errno.EPERM or path.is_dir()):
            raise


def _impossible(error: OSError) -> Exception:
    return ImpossibleError() if error.errno in _IMPOSSIBLE else error


def _quietly(remove: Callable[[], None]) -> None:
    try:
        remove()
    except OSError:
        return  # what went wrong before is told


def _a_byte_longer(member: bytes) -> bytes:
    """A gzip member with an empty comment."""
    return member[:3] + bytes([member[3] | _COMMENT]) + member[4:10] + b"\0" + member[10:]
