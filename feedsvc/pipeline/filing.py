"""Which post a file is: ids minted once, moves followed, duplicates joined, bad files kept at their last good."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import blake2b

import orjson
from xxhash import xxh3_128_digest

from feedsvc.catalogue import Draft, Filed, FileRow, LedgerPost, Standing, Writer, dump, instant, load
from feedsvc.exceptions import ContentError
from feedsvc.model import Fingerprint, Post, Problem, Term
from feedsvc.pipeline.overlay import Overlay
from feedsvc.pipeline.referring import MISSING, due_to_change, problems, resolved, unresolved
from feedsvc.pipeline.taking import Taken
from feedsvc.plan import terms_of
from feedsvc.rules import ContentRules, Site
from feedsvc.scan import SCANNED

NEVER = Fingerprint(0, 0, 0, 0)  # of a file that could not be read
DISTINCT = 48  # bytes of a compressed body from which on equal bodies mean the same post


class Filing:
    """Turns files that were read into drafts of the catalogue's rows. ``now`` in epoch seconds.

    ``recipe`` stands for settings and renderer. ``retake`` reads a file again with the first-seen time that its
    history tells.
    """

    def __init__(
        self,
        writer: Writer,
        rules: ContentRules,
        site: Site,
        recipe: bytes,
        now: float,
        *,
        retake: Callable[[str, float], Taken],
    ) -> None:
        self._writer = writer
        self._rules = rules
        self._moved = dict(rules.moved)
        self._site = site
        self._recipe = recipe
        self._now = now
        self._retake = retake
        self._ahead = Overlay(writer)
        self._ids: set[str] = set()  # whose posts changed: which of them is in the feeds is settled at the end

        self.took = False  # whether any file was there

    def first_seen(self, path: str) -> float:
        """When the post of a file was first seen, in whole seconds; now for a new one."""
        row = self._ahead.at(path)
        return math.floor(self._now) if row is None else row.first_seen

    def missing(self) -> dict[str, float]:
        """Files that have not been found, and since when."""
        return dict(self._ahead.missing)

    # -- what may happen to a file -------------------------------------------------------------------------

    def miss(self, path: str) -> None:
        """A file was not found. It is forgotten only when it is still gone later."""
        if self._ahead.missing.get(path, math.inf) > self._now:
            self._ahead.miss(path, self._now)

    def find(self, path: str) -> None:
        """A file that was missing is back."""
        del self._ahead.missing[path]
        self._ahead.draft.missing[path] = None
        self.took = True

    def note(self, problems: Iterable[Problem]) -> None:
        """What the scan could not look at, in place of what it could not before."""
        now = {problem.path: (problem,) for problem in problems}
        found = self._writer.problems_where("code IN (?, ?)", *SCANNED)
        before = {problem.path: (problem,) for problem in found}
        for path in now.keys() | before.keys():
            if now.get(path, ()) != before.get(path, ()):
                self._ahead.draft.problems[path] = now.get(path, ())

    def forget(self, path: str) -> None:
        """A file is gone for good: its post leaves its feeds, its row in the ledger stays."""
        self._drop(path)
        row = self._ahead.at(path)
        if row is not None and row.vanished is None:
            self._ahead.keep(row._replace(vanished=self._now, last_good=None))
            self._change(row.number, None)

    def take(self, taken: Taken) -> None:
        """File what was read from a file that is there."""
        draft, path = self._ahead.draft, taken.path
        self.took = True
        # one that could not be read is known, so that it is missed when it goes, but not trusted
        looked = math.floor(self._now * 1e9) if taken.fingerprint else 0
        draft.files[path] = FileRow(path, taken.fingerprint or NEVER, taken.digest, looked)
        if taken.same:
            return
        draft.problems[path], draft.beside[path] = taken.problems, taken.beside
        draft.templated[path] = taken.templated
        if taken.error is not None:
            self._take_bad(path, taken.error)
        elif taken.post is not None:
            self._take_post(taken, taken.post)
        else:
            self._take_hidden(path)

    def due(self, filed: Filed) -> None:
        """A post's time has come."""
        self._ids.add(filed.id)

    def finish(self) -> Draft:
        """Settle which post of each id is in its feeds, and give the draft: to be written before filing goes on."""
        for id_ in sorted(self._ids):
            self._settle(id_)
        self._ids.clear()
        for filed in due_to_change(self._ahead, self._writer):
            self._refer(filed)
        draft = self._ahead.finish()
        if self._site.provisional:
            draft.ledger = {number: row._replace(id=None) for number, row in draft.ledger.items()}
        for old, new in draft.changed_posts():
            draft.touched.update(_touched(old, new))
        return draft

    def _refer(self, filed: Filed) -> None:
        """Put the addresses of other posts into one that refers to them, and tell of those that are not there."""
        draft, path = self._ahead.draft, filed.post.path
        refers = resolved(filed.post, self._ahead, self._site.url, self._rules.collections_dir)
        post = filed.post._replace(refers=refers)
        if post != filed.post:
            version = _version(self._recipe, filed.id, post, filed.updated, filed.digest)
            self._ahead.put(filed.number, filed._replace(post=post, version=version))
        known = draft.problems.get(path, self._writer.problems_where("path = ?", path))
        told = (*(each for each in known if each.code != MISSING), *problems(post))
        if told != known:
            draft.problems[path] = told

    # -- the three kinds of files --------------------------------------------------------------------------

    def _take_bad(self, path: str, error: ContentError) -> None:
        """Keep the last good version: in the feeds and, for a start from scratch, in the ledger."""
        self._ahead.draft.problems[path] = (Problem.of(error),)
        row, packer = self._ahead.at(path) or self._follow(path), self._writer.packer
        if row is None or row.vanished is not None:
            return
        current = self._ahead.post(row.number)
        if row.last_good is None and current is not None:
            body = (
                packer.unpack(current.packed).decode()
                if current.packed
                else self._writer.bodies([row.number])[row.number]
            )
            good = dump(unresolved(current.post)._replace(body=body), with_body=True)
            row = row._replace(last_good=packer.pack(good))
        if row.last_good is not None:
            post = load(path, packer.unpack(row.last_good))
            self._file(self._ahead.keep(row), post._replace(body=""), packer.pack(post.body.encode()))

    def _follow(self, path: str) -> LedgerPost | None:
        """The post whose file moved here and broke at once: one of those missing that has this file's name."""
        name = path.rpartition("/")[2]
        for gone in sorted(self._ahead.missing):
            row = self._ahead.at(gone)
            if row is not None and row.vanished is None and gone.rpartition("/")[2] == name:
                self._drop(gone)
                return row._replace(path=path)
        return None

    def _take_hidden(self, path: str) -> None:
        """A file that says it is not to be published; it keeps its row, for when it says otherwise."""
        row = self._ahead.at(path)
        if row is not None and row.vanished is None:
            self._change(row.number, None)
            self._ahead.keep(row._replace(last_good=None))

    def _take_post(self, taken: Taken, post: Post) -> None:
        twins = self._ahead.twins(post.name, taken.body)
        row = self._ahead.at(taken.path) or (None if twins else self._match(taken, post))
        kin = row or (self._ahead.numbered(twins[0].number) if twins else None)
        if kin is not None and not post.dated and kin.first_seen != post.published.timestamp():
            again = self._retake(taken.path, kin.first_seen)
            if again.post is not None and again.digest == taken.digest:
                taken, post = again, again.post
        content = xxh3_128_digest(post.title.encode() + b"\0" + taken.body)
        declared = post.updated.isoformat() if post.updated else None
        if row is None:
            kept = twins[0].id if twins else None
            first_seen, changed = (kin.first_seen, kin.changed) if kin else (float(math.floor(self._now)), None)
        else:
            if row.path != post.path and row.path in self._ahead.missing:
                self._drop(row.path)
            kept, first_seen, changed = self._kept_id(row, taken.body), row.first_seen, row.changed
            if declared != row.declared:
                changed = None
            elif content != row.content:
                changed = math.floor(self._now)  # nobody says when: this is when it was noticed
        number = self._ahead.new_number() if row is None else row.number
        id_ = self._identify(kept, post, {number, *(twin.number for twin in twins)})
        row = LedgerPost(number, post.path, post.name, id_, first_seen, content, declared, changed, taken.body)
        self._file(self._ahead.keep(row), post, taken.packed)

    # -- identity ------------------------------------------------------------------------------------------

    def _match(self, taken: Taken, post: Post) -> LedgerPost | None:
        """The post whose file has become this one: of those gone, one of the same name, else body, else id."""
        gone = self._ahead.gone(post.name, taken.body, post.guid)
        named = sorted((row for row in gone if row.name == post.name), key=lambda row: row.body != taken.body)
        alike = [row for row in gone if row.body == taken.body and len(taken.packed) >= DISTINCT]
        placed = [row for row in gone if row.id == post.guid]
        return next(iter([*named, *alike, *placed]), None)

    def _kept_id(self, row: LedgerPost, body: bytes) -> str | None:
        """The id a post has; None for a copy that was edited: it has become a post of its own."""
        if row.id is None or body == row.body:
            return row.id
        older = (other for other in self._ahead.group(row.id) if other.number < row.number)
        return None if any(other.digest != body for other in older) else row.id

    def _identify(self, kept: str | None, post: Post, allowed: set[int]) -> str:
        """The post's id: its front matter's, else the one it has, else its own or, where that is taken, one like it.

        Posts of the numbers ``allowed`` may have it too.
        """
        if kept is not None and (not post.claims_guid or kept == post.guid):
            id_ = kept
        else:
            id_, count = post.guid, 1
            while self._ahead.owners(id_) - allowed:
                count += 1
                id_ = f"{post.guid}-{count}"
        if id_ != post.guid and (rivals := self._ahead.group(post.guid)):
            self._report_clash(post, rivals[0], id_)
        return id_

    def _report_clash(self, post: Post, rival: Filed, id_: str) -> None:
        problem = Problem(
            path=post.path,
            line=1,
            code="same-url",
            message=f"{rival.post.path} has the same address, {post.url}",
            hint=f"both are kept, this one with the id {id_}: rename one of the files",
        )
        self._ahead.draft.problems[post.path] = (*self._ahead.draft.problems[post.path], problem)

    # -- the draft -----------------------------------------------------------------------------------------

    def _file(self, row: LedgerPost, post: Post, packed: bytes) -> None:
        """Put a post into the draft; whether it is in its feeds is settled at the end."""
        if self._moved:
            post = post._replace(terms=tuple(dict.fromkeys(self._moved.get(term, term) for term in post.terms)))
        id_ = row.id or post.guid
        updated = post.updated or post.published
        if row.changed is not None:
            updated = datetime.fromtimestamp(row.changed, UTC).astimezone(post.published.tzinfo)
        updated = max(post.published, updated)
        version = _version(self._recipe, id_, post, updated, row.body)
        # most posts are due and have no double: settling seldom has to say otherwise
        published = instant(post.published)
        filed = Filed(row.number, id_, post, updated, version, row.body, Standing.LIVE, published, packed)
        self._change(row.number, filed)

    def _change(self, number: int, filed: Filed | None) -> None:
        self._ids.update(each.id for each in (self._ahead.post(number), filed) if each is not None)
        self._ahead.put(number, filed)

    def _settle(self, id_: str) -> None:
        """Of the posts with one id the first is in its feeds, from the time it is due until it expires."""
        for place, filed in enumerate(self._ahead.group(id_)):
            standing = Standing.SHADOW if place else self._at_this_time(filed)
            if standing is not filed.standing:
                self._ahead.put(filed.number, filed._replace(standing=standing))

    def _at_this_time(self, filed: Filed) -> Standing:
        now, begins, ends = self._now * 1_000_000, filed.begins, filed.ends
        if begins is not None and begins > now and not self._rules.future:
            return Standing.WAITING
        return Standing.ENDED if ends is not None and ends <= now else Standing.LIVE

    def _drop(self, path: str) -> None:
        """Nothing is at ``path`` any more."""
        draft = self._ahead.draft
        self._ahead.missing.pop(path, None)
        draft.missing.pop(path, None)
        draft.files[path] = None
        draft.problems[path] = draft.beside[path] = ()


def _touched(old: Filed | None, new: Filed | None) -> tuple[Term, ...]:
    """The feeds in which a change shows."""
    before = terms_of(old.post.terms) if old and old.live else ()
    after = terms_of(new.post.terms) if new and new.live else ()
    if old and new and before and after:
        same = (old.version, old.published, old.tie) == (new.version, new.published, new.tie)
        return () if same else (*before, *after)
    return (*before, *after)


def _version(recipe: bytes, id_: str, post: Post, updated: datetime, body: bytes) -> bytes:
    """Digests all that an entry's bytes depend on. A file's place is no part of it: moving one changes nothing."""
    facts: tuple[object, ...] = (
        id_,
        post.url,
        post.title,
        post.published.isoformat(),
        updated.isoformat(),
        post.summary,
        post.excerpt,
        post.markup,
        [tuple(term) for term in post.terms],
        [(person.name, person.email, person.uri) for person in post.authors],
        [each.url for each in post.refers],
    )
    if post.media:
        facts = (*facts, post.media)
    return blake2b(orjson.dumps(facts) + body, digest_size=8, key=recipe).digest()
