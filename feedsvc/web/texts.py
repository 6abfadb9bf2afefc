"""What pages say, in English and in Chinese."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of a page; ``{…}`` are filled in by the template."""

    subscribe: str
    how: str
    latest: str
    nothing: str
    all_feeds: str
    most_used: str
    category: str
    tag: str
    author: str
    entries: str
    opml: str
    json: str
    home: str


_ENGLISH = Texts(
    subscribe="Subscribe",
    how="This is a feed. Copy one of these addresses into a feed reader, and new posts come to you.",
    latest="Latest posts",
    nothing="No posts at the moment. Subscriptions stay valid.",
    all_feeds="All feeds",
    most_used="The most used are shown; the complete list:",
    category="Categories",
    tag="Tags",
    author="Authors",
    entries="posts",
    opml="OPML, for import into a reader",
    json="JSON, for programs",
    home="All feeds",
)
_CHINESE = Texts(
    subscribe="订阅",
    how="这是一个订阅源。把下面任意一个地址复制到阅读器里，新文章就会自动送达。",
    latest="最新文章",
    nothing="目前没有文章。已有的订阅仍然有效。",
    all_feeds="全部订阅源",
    most_used="这里只列出最常用的；完整列表：",
    category="分类",
    tag="标签",
    author="作者",
    entries="篇",
    opml="OPML，可导入阅读器",
    json="JSON，供程序使用",
    home="全部订阅源",
)


def texts(language: str) -> Texts:
    """The words for a language tag (``zh-CN``, ``en``): Chinese for Chinese, English for all others."""
    return _CHINESE if language.lower().replace("_", "-").split("-")[0] == "zh" else _ENGLISH


def spoken(language: str) -> str:
    """The language of those words themselves, as a language tag."""
    return "zh" if texts(language) is _CHINESE else "en"
