"""Chinese prose without sense but with the statistics of news: words by Zipf's law, names that come back in a post."""

from __future__ import annotations

from array import array
from functools import lru_cache
from itertools import cycle, islice
from random import Random

_SLOTS = 1 << 16  # a word for each pair of random bytes: drawing a paragraph is one call
_WORDS = 6_000
_NAMES = 3_000
_PLACES = "".join(chr(0xE000 + number) for number in range(8))  # in the table, for the names that a post is about
_NAMED = 0.15  # of all words are such names
_COMMAS, _STOPS, _NUMBERS, _LATIN = 0.085, 0.03, 0.025, 0.006
_CHARACTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部"
    "度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正"
    "心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长"
    "求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器"
    "压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信"
    "马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支"
    "般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参"
    "红细引听该铁价严"
)


class Prose:
    """A language made from a seed: the same seed says the same things."""

    def __init__(self, seed: int) -> None:
        chance = Random(f"prose {seed}")
        self._names = tuple(_word(chance, chance.choice((2, 3, 4, 5, 6))) for _ in range(_NAMES))
        self._table = _table(chance)
        self._word = self._table.__getitem__

    def names(self, chance: Random) -> tuple[str, ...]:
        """What one post is about, for ``text``."""
        return tuple(chance.choices(self._names, k=len(_PLACES)))

    def text(self, chance: Random, words: int, names: tuple[str, ...]) -> str:
        """Some clauses, without a full stop at their end."""
        drawn = "".join(map(self._word, array("H", chance.randbytes(2 * words))))
        for place, name in zip(_PLACES, names, strict=True):
            drawn = drawn.replace(place, name)
        return drawn.strip("，。")

    def title(self, chance: Random, names: tuple[str, ...]) -> str:
        """A headline."""
        text = self.text(chance, chance.randint(6, 13), names).replace("，", " ", 1)
        return text.replace("，", "").replace("。", "") or "快讯"


@lru_cache(maxsize=4)
def prose(seed: int) -> Prose:
    """The language of a seed, made once in each process."""
    return Prose(seed)


def _word(chance: Random, length: int) -> str:
    """Characters are not equally frequent either: the first of the list make half of all words."""
    return "".join(_CHARACTERS[int(len(_CHARACTERS) * chance.random() ** 1.7)] for _ in range(length))


def _table(chance: Random) -> list[str]:
    """Words, each as often as it is in use."""
    lengths = chance.choices((1, 2, 3, 4), (0.12, 0.68, 0.13, 0.07), k=_WORDS)
    words = dict.fromkeys([*_CHARACTERS[:40], *(_word(chance, length) for length in lengths)])
    numbers = [f"{chance.randint(1, 9999)}" for _ in range(120)] + [f"{chance.random() * 100:.2f}%" for _ in range(120)]
    latin = ["GDP", "A股", "ETF", "AI", "APP", "B2B", "OEM", "IPO", "LED", "CEO", "&amp;", "5G", "NEV", "LNG", "PMI"]
    slots = [
        *islice(cycle(["，"]), int(_SLOTS * _COMMAS)),
        *islice(cycle(["。"]), int(_SLOTS * _STOPS)),
        *islice(cycle(numbers), int(_SLOTS * _NUMBERS)),
        *islice(cycle(latin), int(_SLOTS * _LATIN)),
        *islice(cycle(_PLACES), int(_SLOTS * _NAMED)),
    ]
    left = _SLOTS - len(slots)
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    scale = left / sum(weights)
    for word, weight in zip(words, weights, strict=True):
        slots += [word] * max(1, round(scale * weight))
    slots = slots[:_SLOTS]
    return slots + ["的"] * (_SLOTS - len(slots))
