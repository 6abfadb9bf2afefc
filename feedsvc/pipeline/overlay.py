"""The catalogue as it will be once a draft is written: each question is answered by the draft, then the catalogue."""

from __future__ import annotations

from collections.abc import Collection

from feedsvc.catalogue import Draft, Filed, LedgerPost, Writer


class Overlay:
    """A draft on top of the catalogue. ``missing`` tells since when files have not been found (epoch seconds)."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.missing = writer.missing()
        self._lost: dict[str | bytes | None, set[int]] = {}  # posts of missing files, by name, body and id
        self._vanished = writer.ledger.any_vanished()
        self._next = writer.ledger.next_number()
        # In a first build, hashes of the names and ids that were filed: what is not among them is not there.
        self._blank = self._next == 1
        self._filed: set[int] = set()
        self._begin()
        for path in self.missing:
            self._lose(path)

    def _begin(self) -> None:
        self.draft = Draft()
        self._stored_below = self._next  # numbers from here on are the draft's own
        self._at: dict[str, int] = {}
        self._named: dict[tuple[str, bytes], set[int]] = {}
        self._by_name: dict[str, set[int]] = {}
        self._holders: dict[str, set[int]] = {}

    def finish(self) -> Draft:
        """Give the draft, to be written before anything else is asked; a new one is begun."""
        draft = self.draft
        if self._blank:
            self._filed.update(hash(key) for key in (*self._holders, *(name for name, _ in self._named)))
        self._vanished = self._vanished or any(row.vanished is not None for row in draft.ledger.values())
        self._begin()
        return draft

    def miss(self, path: str, now: float) -> None:
        """A file was not found, for the first time."""
        self.missing[path] = self.draft.missing[path] = now
        self._lose(path)

    def _lose(self, path: str) -> None:
        row = self.at(path)
        if row is not None:
            for key in (row.name, row.body, row.id):
                self._lost.setdefault(key, set()).add(row.number)

    # -- the ledger ----------------------------------------------------------------------------------------

    def at(self, path: str) -> LedgerPost | None:
        """The ledger's row for a file, also for one that is gone."""
        if path in self._at:
            return self.draft.ledger[self._at[path]]
        row = None if self._blank else self._writer.ledger.at(path)
        return None if row is None or row.number in self.draft.ledger else row

    def numbered(self, number: int) -> LedgerPost | None:
        """The ledger's row of that number."""
        if number in self.draft.ledger or number >= self._stored_below:
            return self.draft.ledger.get(number)
        return self._writer.ledger.numbered(number)

    def gone(self, name: str, body: bytes, id_: str) -> list[LedgerPost]:
        """Posts whose files are not there and that share a name, a body or an id; the longest gone last."""
        if not self._vanished and not self._lost:
            return []
        rows = self._writer.ledger.vanished(name=name, body=body, id_=id_) if self._vanished else []
        numbers = {row.number for row in rows}
        for key in (name, body, id_):
            numbers |= self._lost.get(key, set())
        current = {number: now for number in numbers if (now := self.numbered(number))}
        found = [row for row in current.values() if row.vanished is not None or row.path in self.missing]
        return sorted(found, key=lambda row: (-(row.vanished or float("inf")), row.number))

    def new_number(self) -> int:
        """A number for a new post."""
        self._next += 1
        return self._next - 1

    def keep(self, row: LedgerPost) -> LedgerPost:
        """Put a ledger row into the draft."""
        old = self.numbered(row.number)
        if old is not None and old.path != row.path:
            self._at.pop(old.path, None)
        self.draft.ledger[row.number] = row
        self._at[row.path] = row.number
        if row.id is not None:
            self._holders.setdefault(row.id, set()).add(row.number)
        return row

    # -- posts ---------------------------------------------------------------------------------------------

    def stored(self, number: int) -> Filed | None:
        """A post as the catalogue has it."""
        if number in self.draft.before:
            return self.draft.before[number]
        return None if number >= self._stored_below else self._writer.posts([number]).get(number)

    def post(self, number: int) -> Filed | None:
        """A post as it will be."""
        return self.draft.posts[number] if number in self.draft.posts else self.stored(number)

    def put(self, number: int, filed: Filed | None) -> None:
        """Put a post into the draft; None takes it out of the catalogue."""
        if number not in self.draft.before:
            self.draft.before[number] = self.stored(number)
        self.draft.posts[number] = filed
        if filed is not None:
            self._named.setdefault((filed.post.name, filed.digest), set()).add(number)
            self._by_name.setdefault(filed.post.name, set()).add(number)
            self._holders.setdefault(filed.id, set()).add(number)

    def twins(self, name: str, body: bytes) -> list[Filed]:
        """Posts of this name and body whose files are there, in order of their numbers."""
        stored = self._writer.twins(name, body) if self._may_hold(name) else ()
        found = self._posts(stored, self._named.get((name, body), ()))
        return [
            filed
            for filed in found
            if (filed.post.name, filed.digest) == (name, body) and filed.post.path not in self.missing
        ]

    def named(self, name: str) -> list[Filed]:
        """Posts of this name, in order of their numbers."""
        stored = self._writer.named(name) if self._may_hold(name) else ()
        return [filed for filed in self._posts(stored, self._by_name.get(name, ())) if filed.post.name == name]

    def group(self, id_: str) -> list[Filed]:
        """The posts with an id, in order of their numbers."""
        stored = self._writer.holders(id_) if self._may_hold(id_) else ()
        return [filed for filed in self._posts(stored, self._holders.get(id_, ())) if filed.id == id_]

    def owners(self, id_: str) -> set[int]:
        """Posts that have an id, or had it when their files were there."""
        stored = self._writer.owners(id_) if self._may_hold(id_) else ()
        return {number for number in {*stored, *self._holders.get(id_, ())} if self._owns(number, id_)}

    def _posts(self, stored: Collection[int], drafted: Collection[int]) -> list[Filed]:
        """The posts of these numbers, in their order."""
        numbers = sorted({*stored, *drafted}) if stored else sorted(drafted) if len(drafted) > 1 else drafted
        return [filed for number in numbers if (filed := self.post(number))]

    def _may_hold(self, key: str) -> bool:
        """Whether the catalogue is worth asking for a name or an id."""
        return not self._blank or hash(key) in self._filed

    def _owns(self, number: int, id_: str) -> bool:
        filed = self.post(number)
        row = None if filed else self.numbered(number)
        return bool((filed and filed.id == id_) or (row and row.id == id_))
