"""The posts of a busy news site, made from a seed: post ``number`` is the same in a site of any size."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import accumulate
from random import Random

from tests.bench.prose import Prose, prose

NEWEST = datetime(2025, 6, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))  # the date of post 0
INTERVAL = timedelta(minutes=10)  # between posts: a million go back nineteen years
HOST = "bench.example.org"
BODY_BYTES = 3_950  # with front matter and footer a post has 4.4 KB
TROUBLED = 0.03

# No post is entirely without a date: it would be dated when it is first seen, a year after the others, and so be the
# newest everywhere. What is wrong with a troubled post, beside what is with all: links without a scheme,
# Markdown between HTML.
TROUBLES = (
    "quotes", "quotes", "quotes", "quotes",  # title: "央行："降准"释放…"
    "title", "day", "zone", "autolink", "autolink", "relative", "bom", "control", "unsafe", "hidden", "hidden",
    "strings", "scalars", "twice", "unpublished", "future", "empty", "unclosed", "gbk",
)  # fmt: skip
SCALARS = ("00700", "no", "12:30", "C#", "A股/港股", "1.10")  # tags that YAML takes for something else


@dataclass(frozen=True, slots=True)
class Post:
    """What an author meant. ``trouble`` is what went wrong when it was written down, empty if nothing did."""

    number: int
    when: datetime
    name: str
    title: str
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    body: str
    trouble: str


class Corpus:
    """All posts of a seed."""

    def __init__(self, seed: int, terms: int, body: int) -> None:
        self._seed, self._body = seed, body
        self._prose = prose(seed)
        chance = Random(f"terms {seed}")
        self.categories = _categories(chance, terms)
        self.tags = _tags(chance, terms, self._prose)
        self._weights = tuple(accumulate(1 / rank for rank in range(1, terms + 1)))

    def post(self, number: int) -> Post:
        """The post before ``number`` newer ones."""
        chance = Random((self._seed << 32) + number)
        when = NEWEST - INTERVAL * number + timedelta(seconds=chance.randrange(300))
        trouble = chance.choice(TROUBLES) if chance.random() < TROUBLED else ""
        names = self._prose.names(chance)
        return Post(
            number=number,
            when=when.replace(year=2096) if trouble == "future" else when,
            name=f"NW{when:%Y%m%d%H%M}{number % 1_000_000:06d}",
            title="" if trouble == "title" else self._prose.title(chance, names),
            categories=self._some(chance, self.categories, 2 if trouble == "strings" else 1),
            tags=(*self._some(chance, self.tags, 1), *(SCALARS if trouble == "scalars" else ())),
            body=_body(chance, self._prose, names, self._body),
            trouble=trouble,
        )

    def _some(self, chance: Random, terms: tuple[str, ...], count: int) -> tuple[str, ...]:
        ranks = (bisect(self._weights, chance.random() * self._weights[-1]) for _ in range(count))
        return tuple(dict.fromkeys(terms[rank] for rank in ranks))


@lru_cache(maxsize=4)
def corpus(seed: int, terms: int, body: int) -> Corpus:
    """The posts of a seed, filed under so many categories and as many tags; made once in each process."""
    return Corpus(seed, terms, body)


def _categories(chance: Random, count: int) -> tuple[str, ...]:
    """Names in pinyin. One in fifty has brackets; one in fifty differs from its neighbour in case alone."""
    syllables = [
        "cai",
        "jing",
        "xin",
        "wen",
        "gang",
        "kou",
        "tie",
        "lu",
        "nong",
        "ye",
        "ke",
        "ji",
        "shi",
        "chang",
        "bao",
        "dao",
        "he",
        "nan",
        "guang",
        "dong",
        "zheng",
        "quan",
    ]
    found: dict[str, None] = {}
    while len(found) < count:
        name = "".join(chance.choices(syllables, k=chance.randint(3, 5)))
        if len(found) % 50 == 17:
            name += "(xianggang)"
        if len(found) % 50 == 33:
            name = [*found][-1].capitalize()
        found[name] = None
    return tuple(found)


def _tags(chance: Random, count: int, language: Prose) -> tuple[str, ...]:
    found: dict[str, None] = {}
    while len(found) < count:
        text = language.text(chance, 3, language.names(chance))
        name = "".join(character for character in text if "一" <= character <= "鿿")[:8]
        if name:
            found[f"{name}新闻"] = None
    return tuple(found)


def _body(chance: Random, language: Prose, names: tuple[str, ...], usual: int) -> str:
    """Paragraphs as a crawler finds them, HTML mostly; half to one and a half times the usual size."""
    parts, left = [], int(usual * (0.5 + chance.random()))
    while left > 0:
        part = _paragraph(chance, language.text(chance, chance.randint(12, 90), names))
        parts.append(part)
        left -= len(part.encode())
    return "".join(parts)


def _paragraph(chance: Random, text: str) -> str:
    kind, some = chance.random(), chance.randint(1, 99_999)
    if kind < 0.78:
        return f"<p>{text}。</p> "
    if kind < 0.84:
        return f"<p><strong>{text[:14]}</strong></p> <p>{text}。</p>"
    if kind < 0.89:
        link = f'<a href="http://quote.example.com/unify/r/{some}" class="keytip" data-code="{some}">{text[:5]}</a>'
        return f'<p><span id="stock_{some}">{link}</span>{text[5:]}。</p>'
    if kind < 0.92:
        image = f'<img src="//img.example.com/download/D{some:020d}_w800h555.jpg" alt="{text[:4]}" width="552" />'
        return f'<p style="text-align:center;">{image}</p>'
    if kind < 0.95:
        return f"\n\n**{text[:10]}** {text}。\n\n"
    if kind < 0.97:
        return "\n\n" + "".join(f"- {item}\n" for item in text.split("，")) + "\n"
    if kind < 0.99:
        return f"\n\n> {text}。（记者 {text[:3]}）\n\n"
    cells = (text.split("，") * 4)[:4]
    return f"<table><tr><td>{cells[0]}</td><td>{some}</td></tr><tr><td>{cells[1]}</td><td>{cells[2]}</td></tr></table>"
