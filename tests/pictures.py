"""The pictures of the README, made from the sample site: pages in a real browser, commands with what they print.

``make pictures`` writes them to ``docs/pictures/``. It needs Chromium and a font with Chinese characters; where
pngquant is installed the files are a third as large.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from tests.e2e.browser import CHROMIUM, Browser
from tests.e2e.server import ROOT, Server, environment

PICTURES = ROOT / "docs" / "pictures"
ADDRESS = "site.url=https://notes.example.org"
PAGES = {"front.png": ("/", "desktop", "en"), "phone.png": ("/tag/%E6%99%B4%2F%E9%9B%A8/", "phone", "zh-CN")}
POST = """\
---
title: "最后一班渡船: "The last ferry""
date: last friday
tags: 渡口, bridges
---
The ferry at the bend has made its last crossing.
"""
FILE = "content/_posts/2026-11-20-ferry.md"
BEFORE = (f"feedsvc build content --set {ADDRESS}",)
AFTER = (f"cat {FILE}", "feedsvc check content")
_COLUMNS = 110
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # which rich would fetch from another server


def main() -> None:
    """Make all pictures."""
    if not CHROMIUM:
        sys.exit("Chromium is needed: on Debian, apt-get install chromium fonts-noto-cjk")
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(ROOT / "content", folder / "content", ignore=shutil.ignore_patterns(".feedsvc"))
        for name, data in (*pages(folder), ("terminal.svg", terminal(folder))):
            (PICTURES / name).write_bytes(data)
            print(f"docs/pictures/{name}: {len(data):,} bytes")


def pages(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What a browser shows of the sample site in a folder, as PNG by name."""
    with Browser(folder / "profile") as browser:
        for name, (path, width, language) in PAGES.items():
            with Server(folder / "content", folder / name, ADDRESS, f"site.language={language}") as server:
                visit = browser.visit(f"http://127.0.0.1:{server.port}{path}", width)
                visit.evaluate("document.documentElement.style.scrollbarWidth = 'none'")
                assert visit.evaluate("document.querySelectorAll('main a').length") > 5, path
                yield name, smaller(visit.picture())


def terminal(folder: Path) -> bytes:
    """A drawing of a terminal: what commands print of the sample site, before and after a broken post came."""
    console = Console(record=True, width=_COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    _run(BEFORE, folder, console)
    (folder / FILE).write_text(POST, encoding="utf-8")
    _run(AFTER, folder, console)
    drawn = _FONTS.sub("", console.export_svg(title="feedsvc", unique_id="terminal"))
    return "".join(f"{line.rstrip()}\n" for line in drawn.splitlines()).encode()


def _run(commands: Sequence[str], folder: Path, console: Console) -> None:
    for command in commands:
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        console.print(Text(printed(command, folder)))


def printed(command: str, folder: Path) -> str:
    """All that a command prints."""
    program, *words = shlex.split(command)
    start = [sys.executable, "-m", program] if program == "feedsvc" else [program]
    done = subprocess.run(
        [*start, *words],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def smaller(picture: bytes) -> bytes:
    """The same picture with 256 colours, where pngquant is installed."""
    if not (program := shutil.which("pngquant")):
        return picture
    return subprocess.run([program, "--speed", "1", "-"], input=picture, stdout=subprocess.PIPE, check=True).stdout


if __name__ == "__main__":
    main()
