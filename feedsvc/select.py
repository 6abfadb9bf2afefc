"""What a reader chose to follow: posts under some terms, not under others, in which some words occur."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from feedsvc.exceptions import SelectionError
from feedsvc.model import SCHEMES, SITE, Term
from feedsvc.terms import LONGEST, clean_name

MOST_NAMES = 20
LONGEST_QUERY = 100  # characters
MOST_WORDS = 8

_NOT = "not-"
_CHOOSING = (*SCHEMES, *(f"{_NOT}{scheme}" for scheme in SCHEMES), "q")
OURS = (*_CHOOSING, "limit", "content", "before")
_MEANT = {"query": "q", "search": "q", "word": "q", "words": "q", "keyword": "q", "keywords": "q", "text": "q"}
# Most texts in Chinese are normal but for their punctuation, and to normalise a whole text takes longer than all else
# that is done with it. None of these forms a character with one after it; nor does what is no _ODD with its neighbours,
# but for a letter with marks that follow.
_WIDE = "，：；！？（）％～｜＋－／…"
_PUNCTUATION = tuple((wide, unicodedata.normalize("NFKC", wide)) for wide in _WIDE)
_ODD = re.compile(r"[\x00-\x7f]?[^\x00-\x7f\u2013-\u201d\u3001-\u3003\u3007-\u3017\u4e00-\u9fff]+")
_ALIKE = 0.75  # of difflib's ratio: "categories" is as like "category" as this


@dataclass(frozen=True, slots=True)
class Selection:
    """Which posts a feed holds. A post must be under at least one term of each group, and under none of ``none_of``.

    A group holds terms of one scheme, sorted, each once. ``words`` are folded and parted by single spaces: all must
    occur in a post; "" asks for none.
    """

    groups: tuple[tuple[Term, ...], ...] = ()
    none_of: tuple[Term, ...] = ()
    words: str = ""

    @classmethod
    def of(cls, term: Term) -> Selection:
        """The posts of a term's own feed; of the site's: all."""
        return cls() if term == SITE else cls(groups=((term,),))

    def renamed(self, names: Mapping[Term, Term]) -> Selection:
        """The same posts, by the names that terms have now: of any scheme, for choosing, not for an address."""

        def now(terms: tuple[Term, ...]) -> tuple[Term, ...]:
            return tuple(sorted({names.get(term, term) for term in terms}))

        return replace(self, groups=tuple(map(now, self.groups)), none_of=now(self.none_of)) if names else self

    def canonical(self) -> tuple[tuple[str, str], ...]:
        """The parameters that ask for it, in the one order that its address has; ``read`` gives it back."""
        wanted = [(term.scheme, term.name) for group in self.groups for term in group]
        unwanted = [(f"{_NOT}{term.scheme}", term.name) for term in self.none_of]
        return (*wanted, *unwanted, *([("q", self.words)] if self.words else ()))


def read(parameters: Sequence[tuple[str, str]]) -> Selection:
    """The selection that a query's parameters ask for: names of one kind are alternatives, kinds add up.

    Empty values are ignored, and so are parameters that are none of ours and resemble none. Raises SelectionError
    for one that does, and for what is too long or too much.
    """
    chosen: dict[str, list[str]] = {name: [] for name in _CHOOSING}
    for name, value in parameters:
        if name in chosen:
            chosen[name].append(value)
        elif name not in OURS and (meant := _meant(name)):
            raise SelectionError(name, f"There is no parameter “{name}” here: did you mean “{meant}”?")
    wanted = {scheme: _terms(scheme, scheme, chosen[scheme]) for scheme in SCHEMES}
    unwanted = [_terms(f"{_NOT}{scheme}", scheme, chosen[f"{_NOT}{scheme}"]) for scheme in SCHEMES]
    groups = tuple(terms for terms in wanted.values() if terms)
    none_of = tuple(term for terms in unwanted for term in terms)
    if sum(map(len, groups)) + len(none_of) > MOST_NAMES:
        last = next(name for name in reversed(_CHOOSING) if name != "q" and any(chosen[name]))
        raise SelectionError(last, f"These are too many names: one feed can choose among up to {MOST_NAMES}.")
    return Selection(groups, none_of, _words(" ".join(chosen["q"])))


def fold(text: str) -> str:
    """``text`` as it is compared in searches: without differences of case and of width (Unicode's NFKC_Casefold)."""
    if text.isascii():
        return text.lower()
    for wide, narrow in _PUNCTUATION:
        text = text.replace(wide, narrow)
    return _normal(_normal(text).casefold())


def _normal(text: str) -> str:
    if unicodedata.is_normalized("NFKC", text):
        return text
    return _ODD.sub(lambda odd: unicodedata.normalize("NFKC", odd[0]), text)


def _terms(parameter: str, scheme: str, names: Iterable[str]) -> tuple[Term, ...]:
    clean = {name for each in names if (name := clean_name(each))}
    if any(len(name) > LONGEST for name in clean):
        raise SelectionError(parameter, f"A name of “{parameter}” is too long: names have up to {LONGEST} characters.")
    return tuple(Term(scheme, name) for name in sorted(clean))


def _words(query: str) -> str:
    words = list(dict.fromkeys(fold(clean_name(query[: LONGEST_QUERY + 1])).split()))
    if len(query) > LONGEST_QUERY or len(" ".join(words)) > LONGEST_QUERY:  # folding may make it longer
        raise SelectionError("q", f"The query is too long: “q” takes up to {LONGEST_QUERY} characters.")
    if len(words) > MOST_WORDS:
        raise SelectionError("q", f"These are too many words: “q” takes up to {MOST_WORDS}.")
    if words and not all(any(char.isalnum() for char in word) for word in words):
        raise SelectionError("q", "Each word of “q” needs a letter or a digit.")
    return " ".join(words)


def _meant(name: str) -> str | None:
    """The parameter of ours that this one looks like."""
    plain = name.strip().lower().replace("_", "-")
    if plain in _MEANT:
        return _MEANT[plain]
    likeness = {ours: SequenceMatcher(None, plain, ours).ratio() for ours in OURS if abs(len(ours) - len(plain)) <= 2}
    best = max(likeness, key=lambda ours: likeness[ours], default=None)
    return best if best is not None and likeness[best] >= _ALIKE else None
