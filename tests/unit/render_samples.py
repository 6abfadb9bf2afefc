"""Feeds and entries to render: what the tests of rendering share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from feedsvc.media import Enclosure, Episode, Image, Media, Podcast
from feedsvc.model import FILENAMES, FORMATS, Entry, Feed, Format, Person, Term
from feedsvc.render import RenderRules

CHINA = timezone(timedelta(hours=8))
BASE = "https://feeds.example.org"
RULES = RenderRules(BASE, authors=(Person("示例财经"),), podcast=Podcast("News > Tech News", "podcast@example.org"))
SUMMARIES = replace(RULES, full_content=False)


def urls(path: str) -> tuple[tuple[Format, str], ...]:
    return tuple((name, f"{BASE}{path}/{FILENAMES[name]}") for name in FORMATS)


FEED = Feed(
    term=Term("tag", "货币 政策"),
    id=f"{BASE}/tag/%E8%B4%A7%E5%B8%81%20%E6%94%BF%E7%AD%96/atom.xml",
    title="货币 政策 – Example & Co",
    description="Posts about <货币政策>",
    language="zh-CN",
    home=f"{BASE}/tag/%E8%B4%A7%E5%B8%81%20%E6%94%BF%E7%AD%96/",
    urls=urls("/tag/%E8%B4%A7%E5%B8%81%20%E6%94%BF%E7%AD%96"),
    updated=datetime(2024, 3, 6, 9, 30, tzinfo=CHINA),
    authors=(),
    hubs=("https://hub.example.net/", "https://hub.example.com/?a=1&b=2"),
)
BARE = Feed(
    term=Term("site", ""),
    id=f"{BASE}/atom.xml",
    title="",
    description="",
    language="",
    home=f"{BASE}/",
    urls=urls(""),
    updated=datetime(2024, 1, 1, tzinfo=UTC),
    authors=(),
)

RICH = Entry(
    number=7,
    version=b"\x07",
    id="https://www.example.org/2024/03/05/rate",
    url="https://www.example.org/2024/03/05/rate.html",
    title='港口:"涨潮" <释放> R&D]]>',
    published=datetime(2024, 3, 5, 17, 33, 4, tzinfo=CHINA),
    updated=datetime(2024, 3, 6, 9, 30, tzinfo=CHINA),
    terms=(
        Term("category", "Money"),
        Term("tag", "货币 政策"),
        Term("tag", "C#/R&D"),
        Term("author", "李 记者"),
    ),
    authors=(Person("李 记者", "li@example.org", "https://www.example.org/li"), Person("Ann")),
    summary="A cut of 50 points & <more>.",
    html='<p>港口 cut &amp; ran: <a href="https://www.example.org/a?b=1&amp;c=2">链接</a> ]]&gt; 😀</p>\n',
)
PLAIN = Entry(
    number=3,
    version=b"\x03",
    id="https://www.example.org/2024/03/04/plain",
    url="https://www.example.org/2024/03/04/plain",
    title="Plain 一篇",
    published=datetime(2024, 3, 4, 23, 59, 59, tzinfo=UTC),
    updated=datetime(2024, 3, 4, 23, 59, 59, tzinfo=UTC),
    terms=(),
    authors=(),
    summary="",
    html="<p>Only HTML, 没有摘要。</p>",
)
EMPTY = Entry(
    number=1,
    version=b"\x01",
    id="tag:example.org,2024:empty",
    url="https://www.example.org/2024/03/03/empty",
    title="没有正文 Empty",
    published=datetime(2024, 3, 3, 8, 0, tzinfo=CHINA),
    updated=datetime(2024, 3, 3, 8, 0, tzinfo=CHINA),
    terms=(Term("category", "Money"), Term("tag", "Money")),
    authors=(),
    summary="",
    html="",
)
ENTRIES = (RICH, PLAIN, EMPTY)

# what comes with posts; none of it changes how the rest is told
COVER = Image("https://www.example.org/a%20b.png?x=1&y=2", 1200, 630)
TALK = Enclosure("https://www.example.org/audio/%E6%BD%AE.mp3", "audio/mpeg", 1_234_567, 754, "第 3 集 R&D")
FILM = Enclosure("https://cdn.example.org/film.webm", "video/webm", 0, 60)
SHEET = Enclosure("https://www.example.org/sheet.pdf", "application/pdf", 5_000)
ILLUSTRATED = replace(RICH, number=8, id=f"{RICH.id}-8", media=Media(image=COVER))
EPISODE = replace(
    PLAIN,
    number=9,
    id=f"{PLAIN.id}-9",
    summary="R&D, 一集",
    media=Media(
        COVER,
        (TALK, FILM, SHEET),
        Episode(3, 2, "bonus", True, "<i>R&D</i> 3", "短 & short", "R&D, 一集", "A & B", "https://e.org/3.jpg", True),
    ),
)
OGG = replace(
    EMPTY,
    number=10,
    id=f"{EMPTY.id}-10",
    media=Media(None, (replace(TALK, url="https://www.example.org/a.ogg", media_type="audio/ogg"),), Episode(4)),
)
WITH_MEDIA = (ILLUSTRATED, EPISODE, OGG)
