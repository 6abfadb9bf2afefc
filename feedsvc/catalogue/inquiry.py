"""What a rebuild asks of the catalogue, beside what every reader does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from feedsvc.catalogue.known import FileLook, KnownFiles
from feedsvc.catalogue.packing import key_of
from feedsvc.catalogue.reader import Reader
from feedsvc.catalogue.records import Filed
from feedsvc.model import Known, Term


class Inquiry(Reader):
    """The catalogue, for whoever is about to change it."""

    def recipe(self) -> bytes | None:
        """What all documents were made with, None before the first generation."""
        value = self.meta("recipe")
        return value if isinstance(value, bytes) else None

    def missing(self) -> dict[str, float]:
        """Files that were not found, and since when (epoch seconds)."""
        rows = self.connection.execute("SELECT path, missing FROM files WHERE missing IS NOT NULL ORDER BY +path")
        return dict(rows.fetchall())

    def touched(self) -> list[Term]:
        """Feeds whose posts changed and whose documents have not been made yet."""
        rows = self.connection.execute("SELECT scheme, name FROM touched JOIN feeds ON number = feed ORDER BY feed")
        return [Term(*row) for row in rows]

    def twins(self, name: str, body: bytes) -> list[int]:
        """The numbers of posts with this name and body digest."""
        rows = self.connection.execute("SELECT number FROM posts WHERE name = ? AND digest = ?", (name, body))
        return [number for (number,) in rows]

    def holders(self, id_: str) -> list[int]:
        """The numbers of posts with this id."""
        rows = self.connection.execute("SELECT number FROM posts WHERE key = ? AND id = ?", (key_of(id_), id_))
        return [number for (number,) in rows]

    def owners(self, id_: str) -> list[int]:
        """The numbers of posts that have this id, or had it when their files were there."""
        rows = self.connection.execute(
            "SELECT number FROM ledger_posts WHERE key = ?1 AND id = ?2 "
            "UNION SELECT number FROM posts WHERE key = ?1 AND id = ?2",
            (key_of(id_), id_),
        )
        return [number for (number,) in rows]

    def named(self, name: str) -> list[int]:
        """The numbers of posts with this name."""
        return [number for (number,) in self.connection.execute("SELECT number FROM posts WHERE name = ?", (name,))]

    def any_refers(self) -> bool:
        """Whether any post refers to another."""
        return bool(self.connection.execute("SELECT EXISTS (SELECT 1 FROM refers)").fetchone()[0])

    def referring(self, names: Iterable[str]) -> set[int]:
        """The numbers of posts that refer to any of these names."""
        rows = (self.connection.execute("SELECT post FROM refers WHERE name = ?", (name,)) for name in names)
        return {number for found in rows for (number,) in found}

    def due(self, now: float) -> list[Filed]:
        """Posts whose time to come or to go has come since they were filed."""
        return self.posts_where("p.turn <= ?", round(now * 1_000_000))

    def next_due(self) -> float | None:
        """When the next post comes or goes by itself, in epoch seconds."""
        (turn,) = self.connection.execute("SELECT min(turn) FROM posts WHERE turn IS NOT NULL").fetchone()
        return None if turn is None else turn / 1_000_000

    def known(self, paths: Iterable[str] | None = None) -> Mapping[str, Known]:
        """What is known of files: all of them, or those that ``paths`` name and those below them."""
        query = "SELECT path, size, mtime, ctime, inode, digest, looked FROM files"
        if paths is None:
            return KnownFiles(self.connection.execute(query))
        found: list[FileLook] = []
        for path in paths:
            found += self.connection.execute(f"{query} WHERE path = ?", (path,))
            # everything below a folder sorts between "folder/" and "folder0", "0" being next after "/"
            found += self.connection.execute(f"{query} WHERE path > ? AND path < ?", (f"{path}/", f"{path}0"))
        return KnownFiles(found)

    def any_file(self) -> bool:
        """Whether any file is known to be there."""
        return self.connection.execute("SELECT 1 FROM files WHERE missing IS NULL LIMIT 1").fetchone() is not None

    def beside(self, paths: Iterable[str] | None = None) -> list[tuple[str, str, int]]:
        """Posts, the files beside them that are told, and their sizes: all, or those of files that ``paths`` name."""
        query = "SELECT path, file, size FROM beside"
        if paths is None:
            return self.connection.execute(f"{query} ORDER BY path, file").fetchall()
        found: list[tuple[str, str, int]] = []
        for path in paths:
            found += self.connection.execute(
                f"{query} WHERE file = ? OR (file > ? AND file < ?)", (path, f"{path}/", f"{path}0")
            ).fetchall()
        return found

    def together(self, terms: Iterable[Term]) -> list[Term]:
        """Feeds in the order of their newest posts, so that those with the same post are neighbours."""
        rows = self.connection.execute(
            "SELECT scheme, name, (SELECT post FROM post_terms t WHERE t.feed = f.number "
            "ORDER BY t.published DESC, t.tie DESC, t.post DESC LIMIT 1) FROM feeds f"
        )
        newest = {Term(scheme, name): post or 0 for scheme, name, post in rows}
        return sorted(terms, key=lambda term: newest.get(term, 0), reverse=True)

    def all_terms(self) -> list[Term]:
        """Every feed there ever was."""
        return [facts.term for facts in self.feeds()]
