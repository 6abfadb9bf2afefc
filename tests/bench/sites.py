"""The same posts as files: a site as it really is, for feedsvc, and well-formed ones for Jekyll, Hugo and Pelican."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC
from multiprocessing import get_context
from pathlib import Path

from tests.bench.corpus import BODY_BYTES, HOST, Post, corpus

_CHUNK = 4_320  # posts of a month, which share a folder
_ALONE = 3_000  # posts up to which other processes would start longer than they help
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
CONFIG = (
    f"title: 基准消息 Bench News\nurl: https://{HOST}\ntimezone: Asia/Shanghai\nlang: zh-CN\nauthor: 编辑部\n"
    "description: 生成的文章 Generated posts\n"
)

Form = Callable[[Post], Iterator[tuple[str, str, bytes]]]  # folder, name and content of each file of a post


@dataclass(frozen=True, slots=True)
class Shape:
    """Which site: so many posts of a seed, filed under so many terms, with bodies of about so many bytes."""

    posts: int
    terms: int = 2_000
    seed: int = 1
    body: int = BODY_BYTES


def write_site(folder: Path, shape: Shape, form: Form, *, processes: int | None = None) -> None:
    """Write the posts below ``folder``. The same arguments give the same bytes, whatever the number of processes."""
    folder.mkdir(parents=True, exist_ok=True)
    chunks = [range(start, min(start + _CHUNK, shape.posts)) for start in range(0, shape.posts, _CHUNK)]
    if shape.posts <= _ALONE or processes == 1:
        for chunk in chunks:
            _write(folder, shape, form, chunk)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for written in [pool.submit(_write, folder, shape, form, chunk) for chunk in chunks]:
            written.result()


def _write(folder: Path, shape: Shape, form: Form, numbers: range) -> None:
    """Three system calls for each file."""
    posts, opened = corpus(shape.seed, shape.terms, shape.body), dict[str, int]()
    try:
        for number in numbers:
            for place, name, content in form(posts.post(number)):
                if place not in opened:
                    (folder / place).mkdir(parents=True, exist_ok=True)
                    opened[place] = os.open(folder / place, os.O_RDONLY | os.O_DIRECTORY)
                file = os.open(name, _MAKE, 0o644, dir_fd=opened[place])
                os.write(file, content)
                os.close(file)
    finally:
        for descriptor in opened.values():
            os.close(descriptor)


# -- as it really is ------------------------------------------------------------------------------------------


def real(post: Post) -> Iterator[tuple[str, str, bytes]]:
    """A Jekyll site's post as the crawler wrote it, with its trouble."""
    folder = f"_posts/{post.when:%Y-%m}" if post.trouble != "future" else "_posts/2099"
    name = f"{post.when:%Y-%m-%d}-{post.name}"
    content = _troubled(post)
    yield folder, f"{name}.md", content
    if post.trouble == "twice":
        yield "old_post", f"{name}.md", content


def write_real(folder: Path, shape: Shape, *, processes: int | None = None) -> None:
    """The site that feedsvc is measured with."""
    write_site(folder, shape, real, processes=processes)
    (folder / "_config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "feedsvc.toml").write_text('[content]\ninclude = ["old_post/*.md"]\n')


def _troubled(post: Post) -> bytes:
    text = _matter(post) + _bodied(post)
    match post.trouble:
        case "empty":
            return b""
        case "unclosed":
            return _matter(post).removesuffix("---\n").encode()
        case "gbk":
            return text.encode("gbk", errors="replace")
        case "bom":
            return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        case _:
            return text.encode()


def _matter(post: Post) -> str:
    title = f'{post.title[:4]}："{post.title[4:7]}"{post.title[7:]}\\利率' if post.trouble == "quotes" else post.title
    dates = {"day": " +0800", "zone": f"{post.when:%Y-%m-%d %H:%M:%S}"}
    date = dates.get(post.trouble, f"{post.when:%Y-%m-%d %H:%M:%S} +0800")
    categories = " ".join(post.categories)
    tags = f"[{', '.join(post.tags)}]" if len(post.tags) > 1 else post.tags[0]
    more = "published: false\n" if post.trouble == "unpublished" else ""
    return f'---\nlayout: post\ntitle: "{title}"\ndate: {date}\ncategories: {categories}\ntags: {tags}\n{more}---\n'


def _bodied(post: Post) -> str:
    link = "" if post.trouble == "autolink" else f"http://news.example.com/share.html?infoCode={post.name}"
    home = f"//{HOST}/" if post.trouble != "relative" else "../"
    before = {
        "control": "正文\b与控制字符\x0c。",
        "unsafe": '<p onclick="x()">正文<script>alert(1)</script><iframe src="https://player.example.com/1"></iframe>'
        '<a href="javascript:x()">坏</a> ]]> 末尾</p>',
        "hidden": '<p style="display:none;height:1px;overflow:hidden;"><br /></p><!-- StockImg_Start --><center>'
        f'<img src="//img.example.com/{post.number}.png" border="0" /></center><!-- StockImg_End -->',
    }.get(post.trouble, "")
    return (
        f'{before}{post.body}<p class="em_media">（文章来源：{post.tags[0]}）</p>\n\n<{link}>\n\n'
        f"[返回{post.tags[0]}]({home}category/{post.categories[0]}.html)｜[返回首页]({home})\n"
    )


# -- for others -----------------------------------------------------------------------------------------------


def jekyll(post: Post) -> Iterator[tuple[str, str, bytes]]:
    """The post without its trouble: Jekyll ends at an empty date."""
    yield f"_posts/{post.when:%Y-%m}", f"{post.when:%Y-%m-%d}-{post.name}.md", _mended(post)


def hugo(post: Post) -> Iterator[tuple[str, str, bytes]]:
    """The same for Hugo, in a section."""
    yield f"content/posts/{post.when:%Y-%m}", f"{post.name}.md", _mended(post)


def pelican(post: Post) -> Iterator[tuple[str, str, bytes]]:
    """The same for Pelican, with the metadata that it knows."""
    matter = (
        f"Title: {post.title or '快讯'}\nDate: {post.when:%Y-%m-%d %H:%M:%S}\nSlug: {post.name}\n"
        f"Category: {post.categories[0]}\nTags: {', '.join(post.tags)}\n\n"
    )
    yield f"content/{post.when:%Y-%m}", f"{post.name}.md", (matter + _legal(_bodied(post))).encode()


def _mended(post: Post) -> bytes:
    date = post.when.astimezone(UTC).isoformat()
    lists = "".join(
        f"{key}: {json.dumps(names, ensure_ascii=False)}\n"
        for key, names in (("categories", post.categories), ("tags", post.tags))
    )
    title = json.dumps(post.title or "快讯", ensure_ascii=False)
    return f"---\ntitle: {title}\ndate: {date}\n{lists}---\n{_legal(_bodied(post))}".encode()


def _legal(body: str) -> str:
    """Pelican ends at characters that XML does not have."""
    return body.replace("\b", "").replace("\x0c", "")
