"""The list of feeds that have posts, a part at a time, without the cost of all that is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from feedsvc.catalogue.reader import Reader
from feedsvc.model import SITE, Term

Order = Literal["entries", "updated"]

_ORDERS: dict[Order, str] = {
    "entries": "entries DESC, name, scheme",
    "updated": "julianday(updated) DESC, entries DESC, name, scheme",  # as instants: offsets differ
}
_LISTED = f"SELECT scheme, name, entries, updated FROM feeds WHERE entries > 0 AND scheme <> '{SITE.scheme}'"


@dataclass(frozen=True, slots=True)
class Listed:
    """A feed that has posts. ``changed`` is when, as ISO 8601, "" where that is not known."""

    term: Term
    entries: int
    changed: str

    @property
    def updated(self) -> datetime | None:
        """When its newest entry was last changed."""
        return datetime.fromisoformat(self.changed) if self.changed else None


def totals(reader: Reader) -> dict[str, int]:
    """How many feeds of terms have posts, by scheme."""
    return dict(
        reader.connection.execute(
            "SELECT scheme, count(*) FROM feeds WHERE entries > 0 AND scheme <> ? GROUP BY scheme", (SITE.scheme,)
        )
    )


def listed(
    reader: Reader, scheme: str = "", *, by: Order = "entries", limit: int = -1, offset: int = 0
) -> list[Listed]:
    """Feeds of terms that have posts, of one scheme or of all: the fullest first, or those that changed last."""
    query = f"{_LISTED}{' AND scheme = ?' if scheme else ''} ORDER BY {_ORDERS[by]} LIMIT ? OFFSET ?"
    rows = reader.connection.execute(query, (*([scheme] if scheme else []), limit, offset))
    return [Listed(Term(scheme, name), entries, updated or "") for scheme, name, entries, updated in rows]
