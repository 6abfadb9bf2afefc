"""Writes a seeded Jekyll site in the shape of a busy news site: Zipf over terms, HTML and Markdown mixed."""

from __future__ import annotations

import argparse
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

_CONFIG = "title: 基准消息\nurl: https://bench.example.org\ntimezone: Asia/Shanghai\nlang: zh-CN\nauthor: Bench\n"
_START = datetime(2024, 1, 1, tzinfo=UTC)
_SYLLABLES = [
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
]
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


def write_corpus(folder: Path, posts: int, *, terms: int = 2000, size: int = 4400, seed: int = 1) -> None:
    """Write ``posts`` posts of about ``size`` bytes into ``folder``/_posts. The same arguments give the same bytes."""
    chance = random.Random(seed)
    (folder / "_posts").mkdir(parents=True, exist_ok=True)
    (folder / "_config.yml").write_text(_CONFIG)
    categories = [_pinyin(chance, number) for number in range(terms)]
    tags = [_words(chance, 4) + str(number) for number in range(terms)]
    weights = [1 / (rank + 1) for rank in range(terms)]
    paragraphs = [_paragraph(chance) for _ in range(400)]
    for number in range(posts):
        when = _START + timedelta(seconds=600 * number)
        rank = chance.choices(range(terms), weights)[0]
        name = f"{when:%Y-%m-%d}-NW{when:%Y%m%d%H%M}{number:06d}.md"
        text = _post(chance, when, categories[rank], tags[rank], paragraphs, size)
        (folder / "_posts" / name).write_text(text, encoding="utf-8")


def _post(chance: random.Random, when: datetime, category: str, tag: str, paragraphs: list[str], size: int) -> str:
    body, length = [], 0
    while length < size - 300:
        paragraph = chance.choice(paragraphs)
        body.append(paragraph)
        length += len(paragraph.encode())
    title = _words(chance, chance.randint(10, 24))
    return (
        f'---\nlayout: post\ntitle: "{title}"\ndate: {when:%Y-%m-%d %H:%M:%S} +0800\n'
        f"categories: {category}\ntags: {tag}\n---\n{''.join(body)}\n\n<http://news.example.com/{when:%Y%m%d%H%M%S}.html>\n\n"
        f"[返回{tag}](//bench.example.org/category/{category}.html)｜[返回首页](//bench.example.org/)\n"
    )


def _paragraph(chance: random.Random) -> str:
    kind = chance.random()
    text = "，".join(_words(chance, chance.randint(6, 18)) for _ in range(chance.randint(4, 9))) + "。"
    if kind < 0.6:
        return f"<p>{text}</p> "
    if kind < 0.7:
        return f'<p style="text-align:center"><img src="//img.example.com/{chance.randint(1, 9999)}.jpg" alt="图"/></p>'
    if kind < 0.8:
        link = f"http://quote.example.com/{chance.randint(1, 9999)}"
        return f'<p><strong>{text[:12]}</strong><a href="{link}">{text}</a></p>'
    if kind < 0.9:
        return f"\n\n**{text[:8]}** {text}\n\n"
    return f"\n\n- {text[:20]}\n- {text[20:40]}\n\n"


def _words(chance: random.Random, count: int) -> str:
    return "".join(chance.choice(_CHARACTERS) for _ in range(count))


def _pinyin(chance: random.Random, number: int) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(3)) + str(number)


def main() -> None:
    """Write a corpus from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("posts", type=int)
    parser.add_argument("--terms", type=int, default=2000)
    arguments = parser.parse_args()
    write_corpus(arguments.folder, arguments.posts, terms=arguments.terms)


if __name__ == "__main__":
    main()
