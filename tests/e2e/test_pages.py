"""Pages in a real browser: without scripts, by keyboard, at every width, in both colour schemes, with many feeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.browser import AXE, CHROMIUM, WIDTHS, Browser, Visit
from tests.e2e.server import Server, Site, post

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed")

SEA = "海 Sea"
BODY = """正文 *第一段* text, with “quotes”。

## 小标题 Heading

![海鸥 a gull](https://elsewhere.example.net/gull.jpg) and [](https://elsewhere.example.net/empty)

| 一 | two |
|---|---|
| 很长很长的格子 | cell |

<ul><p>loose</p><li>item</li></ul><main><h1>Loud</h1><video src="https://elsewhere.example.net/film.mp4"></video></main>

    a very long line of code that does not fit on a telephone, however one turns it, and goes on, and on, and on, and on

"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("pages")
    site = Site.make(root / "site")
    for number in range(16):
        text = post(
            f"第{number}篇 Post {number}",
            categories=f"[{SEA}]",
            tags=f"[标签{number}, Tag {number % 5}]",
            body=BODY * 3,
        )
        site.write(f"p{number}", text, old=True)
    for number in range(60):
        names = ", ".join(f"词{number}-{each} Name" for each in range(64))
        site.write(f"m{number}", post(f"多 {number}", categories="[]", tags=f"[{names}]", body="短。"), old=True)
    with Server(site.root, root / "state") as server:
        yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def at(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.port}{path}"


PAGES = {
    "home": "/",
    "feed": f"/category/{quote(SEA)}/",
    "found": "/?q=ci3",
    "history": "/archive/2024-02/",
    "missing": "/category/Sae/",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_small_quiet_and_asks_nobody_else(server: Server, browser: Browser, name: str) -> None:
    visit = browser.visit(at(server, PAGES[name]))
    assert {url.partition("?")[0].removeprefix(at(server, "/")) for url in visit.requests[1:]} <= {
        "style.css",
        "script.js",
        "favicon.svg",
    }
    assert len(visit.requests) <= 5
    assert visit.received < 60_000
    expected = 1 if name == "missing" else 0  # Chromium tells of the page's own 404
    assert len(visit.told) == expected, visit.told


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not in build/axe: npm install --prefix build/axe axe-core@4")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(server: Server, browser: Browser, name: str, width: str, scheme: str) -> None:
    visit = browser.visit(at(server, PAGES[name]), width, scheme)
    visit.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert visit.violations() == []
    assert visit.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_everything_can_be_done(server: Server, browser: Browser) -> None:
    visit = browser.visit(at(server, "/"), script=False)
    look = "document.querySelector({!r}).{}"
    assert len(visit.requests) <= 4
    assert visit.evaluate(look.format("#address", "value")) == "https://site.example.org/atom.xml"
    assert visit.evaluate("[...document.querySelectorAll('button')].every((each) => each.hidden || each.form)")
    row = visit.evaluate(look.format(".feeds .take", "getAttribute('href')"))
    assert row.endswith("/#subscribe")
    found = browser.visit(at(server, "/?q=haisea"), script=False)
    assert found.evaluate(look.format(".feeds .name", "textContent")) == SEA


def test_the_list_follows_what_is_typed(server: Server, browser: Browser) -> None:
    visit = browser.visit(at(server, "/"))
    visit.evaluate("document.querySelector('#q').focus()")
    visit.call("Input.insertText", text="hai")
    assert visit.until("document.querySelectorAll('.feeds .name').length === 1")
    assert visit.evaluate("document.querySelector('.feeds .name').textContent") == SEA
    assert visit.evaluate("document.querySelector('#announced').textContent") == "共 1 个订阅源"
    assert visit.evaluate("location.search") == "?q=hai"
    assert visit.evaluate("document.activeElement.id") == "q"
    assert visit.told == []


def test_an_address_is_copied(server: Server, browser: Browser) -> None:
    visit = browser.visit(at(server, "/"), clipboard=True)
    visit.evaluate("document.querySelector('button[data-copy]').click()")
    visit.until("document.querySelector('button[data-copy=address]').textContent === '已复制'")
    assert visit.evaluate("navigator.clipboard.readText()") == "https://site.example.org/atom.xml"
    visit.evaluate("document.querySelector('.feeds button').click()")
    visit.until("document.querySelector('.feeds button').textContent === '已复制'")
    place = visit.evaluate("document.querySelector('.feeds .name').getAttribute('href')")
    assert visit.evaluate("navigator.clipboard.readText()") == f"https://site.example.org{place}atom.xml"


def test_the_keyboard_is_enough(server: Server, browser: Browser) -> None:
    visit = browser.visit(at(server, "/"))
    visit.press("Tab")
    assert visit.evaluate("document.activeElement.className") == "skip"
    visit.press("Enter")
    assert visit.until("document.activeElement.id === 'main'")
    seen = walk(visit, "document.activeElement.className === 'take'")
    assert "summary" in seen
    assert "input" in seen
    visit.press("Enter")
    assert visit.until("document.querySelector('dialog').open")
    assert visit.evaluate("document.activeElement.closest('dialog') !== null")
    feedly = visit.evaluate("[...document.querySelectorAll('dialog a')].find((a) => a.text === 'Feedly').href")
    place = visit.evaluate("document.querySelector('.feeds .name').getAttribute('href')")
    assert feedly.endswith(quote(f"https://site.example.org{place}atom.xml", safe=""))
    visit.press("Escape")
    assert visit.until("!document.querySelector('dialog').open")
    assert visit.evaluate("document.activeElement.className") == "take"


def walk(visit: Visit, goal: str) -> set[str]:
    """Press Tab until a condition holds; gives the elements on the way, each of which must show the focus."""
    seen = set[str]()
    for _ in range(80):
        visit.press("Tab")
        assert visit.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        seen.add(visit.evaluate("document.activeElement.localName"))
        if visit.evaluate(goal):
            return seen
    raise AssertionError(goal)


def test_a_post_is_read_in_place(server: Server, browser: Browser) -> None:
    visit = browser.visit(at(server, PAGES["feed"]), "phone")
    visit.evaluate("document.querySelector('article summary').click()")
    assert visit.evaluate("document.querySelector('article .prose').checkVisibility()")
    assert not visit.evaluate("document.querySelector('article .excerpt').checkVisibility()")
    browser.settle()
    assert not [url for url in visit.requests if "elsewhere" in url]
    assert visit.told == []


def test_pictures_of_pages_are_taken(server: Server, browser: Browser, tmp_path: Path) -> None:
    light, dark = (browser.visit(at(server, "/"), "phone", scheme).picture() for scheme in ("light", "dark"))
    assert light[:8] == dark[:8] == b"\x89PNG\r\n\x1a\n"
    assert light != dark
