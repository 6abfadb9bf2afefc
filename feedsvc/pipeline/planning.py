"""What each feed is to hold, from the catalogue and the posts that are not in it yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from feedsvc.catalogue import Filed, Inquiry, choose
from feedsvc.model import Term, entry_key
from feedsvc.particulars import particulars
from feedsvc.pipeline.rendering import Job
from feedsvc.plan import Slot, content_of, feed, merge, reach, rules_of, terms_of, window
from feedsvc.rules import FeedRules, Site
from feedsvc.select import Selection


class Planner:
    """Plans feeds. ``staged`` posts take the place of the catalogue's, None takes one out. ``now`` in epoch seconds."""

    def __init__(
        self, reader: Inquiry, site: Site, rules: FeedRules, now: int, staged: Mapping[int, Filed | None]
    ) -> None:
        self._reader = reader
        self._site = site
        self._rules = rules
        self._now = now
        self._replaced = staged.keys()
        self._staged: dict[Term, list[Slot]] = {}
        for filed in filter(None, staged.values()):
            slot = Slot(filed.published, filed.tie, filed.number, filed.version, filed.updated.isoformat(), filed.id)
            for term in terms_of(filed.post.terms) if filed.live else ():
                self._staged.setdefault(term, []).append(slot)

    def job(self, term: Term) -> Job:
        """A feed and its entries."""
        about = particulars(term, self._site, self._rules.tables)
        rules, content = rules_of(about, self._rules), content_of(about, self._rules)
        stored = choose(self._reader, Selection.of(term), limit=reach(rules, len(self._replaced)))
        merged = merge([Slot(*row) for row in stored], self._staged.get(term, ()), self._replaced)
        slots = window(merged, rules)
        emptied = None if slots else self._emptied(term)
        keys = tuple((slot.number, entry_key(slot.version, content)) for slot in slots)
        older = len(merged) > len(slots)
        return Job(feed(term, slots, self._site, rules, emptied, older=older), keys, content, older)

    def _emptied(self, term: Term) -> datetime:
        facts = self._reader.feed(term)
        known = facts.emptied if facts and facts.emptied else None
        return known or datetime.fromtimestamp(self._now, UTC)
