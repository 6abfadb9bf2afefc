"""Takes the ids of a feed that is live elsewhere into the ledger, for the posts that are its entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from feedsvc.adoption import Adoption, Candidate, How, adopt
from feedsvc.catalogue import Filed, Writer
from feedsvc.model import OldEntry


@dataclass(frozen=True, slots=True)
class AdoptReport:
    """What became of each entry; and ``strangers``, the paths of posts that no entry is though the old feed goes back
    as far: to its subscribers they would be new.
    """

    entries: tuple[Adoption, ...]
    strangers: tuple[str, ...]

    def count(self, how: How) -> int:
        """Entries whose posts were found by this."""
        return sum(each.how == how for each in self.entries)

    @property
    def taken(self) -> int:
        """Ids that posts have from now on."""
        return sum(each.taken for each in self.entries)


def take_over(writer: Writer, entries: Iterable[OldEntry]) -> AdoptReport:
    """Give posts the ids that their entries had elsewhere. Shown from the next rebuild on."""
    entries = list(entries)
    posts = [Candidate(filed.number, filed.id, filed.post) for filed in writer.posts_where("p.standing <> 2")]
    adoptions = adopt(entries, posts, writer.owners)
    writer.reidentify({each.was: each.id for each in adoptions if each.taken})
    return AdoptReport(tuple(adoptions), tuple(_strangers(entries, adoptions, writer)))


def _strangers(entries: Iterable[OldEntry], adoptions: Iterable[Adoption], writer: Writer) -> Iterable[str]:
    dates = [entry.published for entry in entries if entry.published]
    known = {each.path for each in adoptions}
    if not dates:
        return ()
    oldest = round(min(dates).timestamp() * 1_000_000)
    newer: list[Filed] = writer.posts_where("p.standing = 1 AND p.published >= ?", oldest)
    return (filed.post.path for filed in newer if filed.post.path not in known)
