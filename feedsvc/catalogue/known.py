"""What is known of files, of which there may be a million: packed, it takes half of what objects would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from struct import Struct

from feedsvc.model import Fingerprint, Known

_LOOKS = Struct("=5q")  # the fingerprint's four numbers, and when the file was read

FileLook = tuple[str, int, int, int, int, bytes, int]


class KnownFiles(Mapping[str, Known]):
    """Files by their paths, from rows of path, size, mtime, ctime, inode, digest and looked."""

    def __init__(self, rows: Iterable[FileLook]) -> None:
        pack = _LOOKS.pack
        self._packed = {
            path: pack(size, mtime, ctime, inode, looked) + digest
            for path, size, mtime, ctime, inode, digest, looked in rows
        }

    def __getitem__(self, path: str) -> Known:
        """What is known of one file."""
        packed = self._packed[path]
        size, mtime, ctime, inode, looked = _LOOKS.unpack_from(packed)
        return Known(Fingerprint(size, mtime, ctime, inode), packed[_LOOKS.size :], looked)

    def __contains__(self, path: object) -> bool:
        """Whether anything is."""
        return path in self._packed

    def __iter__(self) -> Iterator[str]:
        """The paths."""
        return iter(self._packed)

    def __len__(self) -> int:
        """How many files are known."""
        return len(self._packed)
