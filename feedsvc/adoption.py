"""Which post an entry of an old feed is: by its id, else its link, else its title and date. Decides, no more."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from feedsvc.model import OldEntry, Post

How = Literal["id", "link", "title", ""]

APART = timedelta(hours=26)  # between the same time of day at the two ends of the world's zones
_INDEX = re.compile(r"/index\.(?:html?|php)\Z")
# RFC 3986: an absolute URI, its characters and its escapes
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#\[\]-]|%[0-9A-Fa-f]{2})+\Z")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that an entry may be: with its number in the ledger and the id it has."""

    number: int
    id: str
    post: Post


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of an entry of an old feed.

    ``how`` tells by what a post was found, "" where none was; ``was`` is the id that the post had. With a
    ``reason`` the entry's id is not taken over.
    """

    id: str
    title: str
    link: str
    how: How = ""
    path: str = ""
    was: str = ""
    reason: str = ""

    @property
    def taken(self) -> bool:
        """Whether a post's id changes."""
        return bool(self.how) and self.how != "id" and not self.reason


def adopt(
    entries: Iterable[OldEntry], posts: Sequence[Candidate], owned: Callable[[str], object] = lambda _: False
) -> list[Adoption]:
    """What becomes of each entry, in order; those that are there twice (in two files) come once.

    ``owned`` says whether any post has or had an id, also one whose file is gone.
    """
    old = list({(entry.id, entry.links[:1], entry.title): entry for entry in entries}.values())
    found = {place: _Match("", None, "another entry has the same id") for place in _repeated(old)}
    distinct = [(place, entry) for place, entry in enumerate(old) if place not in found]
    for how, match in _WAYS:
        left = [(place, entry) for place, entry in distinct if place not in found or found[place].post is None]
        missed = posts if how != "title" else _without(posts, found.values())
        found |= {place: _Match(how, *outcome) for place, outcome in match(left, missed)}
    return _once_each([_adoption(entry, found.get(place), owned) for place, entry in enumerate(old)])


def _repeated(entries: Sequence[OldEntry]) -> set[int]:
    """The places of entries whose id an entry before them has."""
    first: dict[str, int] = {}
    return {place for place, entry in enumerate(entries) if entry.id and first.setdefault(entry.id, place) != place}


def link_key(link: str) -> str:
    """What links to one page have in common, however they are written; "" for what is no web address."""
    try:
        parts = urlsplit(link)
    except ValueError:  # a bracket where none belongs
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return ""
    path = unicodedata.normalize("NFC", unquote(parts.path))
    path = _INDEX.sub("/", path).rstrip("/")
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith("utm_")]
    return f"{parts.hostname.removeprefix('www.')}{path}?{sorted(query)}"


def title_key(title: str) -> str:
    """What is left of a title when case, spaces and punctuation count for nothing: quotes are curled by some."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", title).casefold()))


# -- ways to find a post ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Match:
    how: How
    post: Candidate | None
    reason: str = ""


_Left = Sequence[tuple[int, OldEntry]]
_Outcomes = Iterator[tuple[int, tuple[Candidate] | tuple[None, str]]]


def _by_id(entries: _Left, posts: Iterable[Candidate]) -> _Outcomes:
    ids = {post.id: post for post in posts}
    return ((place, (ids[entry.id],)) for place, entry in entries if entry.id in ids)


def _by_link(entries: _Left, posts: Iterable[Candidate]) -> _Outcomes:
    linked = _grouped(posts, lambda post: link_key(post.post.url))
    for place, entry in entries:
        key = next((key for key in map(link_key, entry.links) if key and key in linked), None)
        if key is not None:
            same = linked[key]
            yield place, (same[0],) if len(same) == 1 else (None, "several posts have its link")


def _by_title(entries: _Left, posts: Iterable[Candidate]) -> _Outcomes:
    """The nearest in time first; a post is found once, and none where two are equally near."""
    titled = _grouped(posts, lambda post: title_key(post.post.title))
    pairs: list[tuple[timedelta, int, Candidate]] = []
    for place, entry in entries:
        near = [
            (apart, post) for post in titled.get(title_key(entry.title), ()) if (apart := _apart(entry, post)) <= APART
        ]
        nearest = min((apart for apart, _ in near), default=APART)
        if sum(apart == nearest for apart, _ in near) > 1:
            yield place, (None, "several posts have its title and date")
        else:
            pairs += [(apart, place, post) for apart, post in near]
    done: set[tuple[str, int]] = set()
    for _, place, post in sorted(pairs, key=lambda pair: pair[:2]):
        if not done & {("entry", place), ("post", post.number)}:
            done |= {("entry", place), ("post", post.number)}
            yield place, (post,)


def _apart(entry: OldEntry, candidate: Candidate) -> timedelta:
    """How far apart in time they are; where the entry has no date, the title alone must do."""
    return abs(entry.published - candidate.post.published) if entry.published else timedelta()


def _grouped(posts: Iterable[Candidate], key: Callable[[Candidate], str]) -> dict[str, list[Candidate]]:
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for post in posts:
        if found := key(post):
            groups[found].append(post)
    return groups


def _without(posts: Iterable[Candidate], found: Iterable[_Match]) -> list[Candidate]:
    taken = {match.post.number for match in found if match.post}
    return [post for post in posts if post.number not in taken]


_WAYS: tuple[tuple[How, Callable[[_Left, Iterable[Candidate]], _Outcomes]], ...] = (
    ("id", _by_id),
    ("link", _by_link),
    ("title", _by_title),
)


# -- whether its id can be taken over --------------------------------------------------------------------------


def _adoption(entry: OldEntry, match: _Match | None, owned: Callable[[str], object]) -> Adoption:
    made = Adoption(entry.id, entry.title, next(iter(entry.links), ""))
    if match is None or match.post is None:
        return replace(made, reason=match.reason if match else "no post has its link, or its title and date")
    post = match.post.post
    made = replace(made, how=match.how, path=post.path, was=match.post.id)
    if not entry.id:
        return replace(made, reason="it has no id")
    if not _URI.match(entry.id):
        return replace(made, reason="its id is no absolute URI: Atom and JSON could not have the same")
    if post.claims_guid and post.guid != entry.id:
        return replace(made, reason=f"the post's front matter says that its id is {post.guid}")
    if match.how != "id" and owned(entry.id):  # of posts that are there, it would have been found by it
        return replace(made, reason="a post that is gone has its id")
    return made


def _once_each(adoptions: Sequence[Adoption]) -> list[Adoption]:
    """One id for a post; the entry that has its id already comes first."""
    taken, made = set[str](), dict[int, Adoption]()
    for place, each in sorted(enumerate(adoptions), key=lambda pair: pair[1].how != "id"):
        again = bool(each.how) and not each.reason and each.path in taken
        made[place] = replace(each, reason="another entry is the same post") if again else each
        if each.how and not each.reason:
            taken.add(each.path)
    return [made[place] for place in range(len(adoptions))]
