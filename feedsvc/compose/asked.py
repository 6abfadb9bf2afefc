"""What can be asked for beyond the documents that lie ready, and its one address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from feedsvc.model import FILENAMES, Term
from feedsvc.select import Selection
from feedsvc.uris import Bound, archive_path, page_path

_SELECTIONS = "/select/"


@dataclass(frozen=True, slots=True)
class Asked:
    """A document that is not kept ready.

    ``term`` names the feed, None for a ``selection``'s. What is None is as the feed's settings say: ``limit`` is the
    number of entries, ``full`` whether they carry their content. With ``before`` it is a part of the feed's history.
    """

    term: Term | None
    selection: Selection
    limit: int | None = None
    full: bool | None = None
    before: Bound | None = None

    @property
    def composed(self) -> bool:
        """Whether it differs from the documents that lie ready."""
        return self.term is None or (self.limit, self.full, self.before) != (None, None, None)

    @property
    def query(self) -> str:
        """The parameters that belong to its address, in their one order."""
        parameters = [] if self.term else list(self.selection.canonical())
        if self.full is not None:
            parameters.append(("content", "full" if self.full else "summary"))
        if self.limit is not None and self.before is None:
            parameters.append(("limit", str(self.limit)))
        return urlencode(parameters, quote_via=quote, safe="")

    def path(self, filename: str) -> str:
        """Its percent-encoded path, without the query."""
        page = page_path(self.term) if self.term else _SELECTIONS
        return archive_path(page, self.before, filename) if self.before else page + filename

    def address(self, filename: str) -> str:
        """Its path with its query."""
        return f"{self.path(filename)}?{self.query}" if self.query else self.path(filename)


def read_selection_path(path: str) -> str | None:
    """The file name in the path of a selection's document, None where it is none."""
    filename = path.removeprefix(_SELECTIONS)
    return filename if path.startswith(_SELECTIONS) and filename in FILENAMES.values() else None
