"""The documentation holds what there is: every command, setting, address, exit code and message, and no dead links."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

import click
import pytest

from feedsvc.cli.door import BUSY, COMMANDS, FAILED, INTERRUPTED, USAGE, door
from feedsvc.config import KEYS, TABLE
from feedsvc.config.apple import category
from feedsvc.config.layers import CONFIG, CONTENT, STATE
from feedsvc.config.table import FEED_TABLE
from feedsvc.media import PODCAST_FILES, Enclosure, Episode, Image, Media
from feedsvc.model import FILENAMES, SCHEMES
from feedsvc.parse import __doc__ as parse_codes
from feedsvc.parse import parse
from feedsvc.pipeline.referring import MISSING
from feedsvc.rules import ContentRules, Site
from feedsvc.select import LONGEST_QUERY, MOST_NAMES, MOST_WORDS, OURS
from feedsvc.shelf import Shelf
from feedsvc.web import aliases
from feedsvc.web.app import _LISTS, make_app
from feedsvc.web.asked import LARGEST
from feedsvc.web.pages.home import PARAMETERS
from feedsvc.web.responses import _CODES
from tests.unit.library import Library

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
DEPLOY = tuple(path for path in sorted((ROOT / "deploy").iterdir()) if path.is_file())
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in (*PAGES, *DEPLOY)}
OPERATING, ADDRESSES, README = TEXTS["docs/operating.md"], TEXTS["docs/addresses.md"], TEXTS["README.md"]
CONFIGURATION, MANUAL, PROBLEMS = (TEXTS[f"docs/{name}.md"] for name in ("configuration", "commands", "problems"))
SOURCES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "feedsvc").rglob("*.py"))]
SOURCE = "".join(SOURCES)
_TREE = ast.Module([statement for text in SOURCES for statement in ast.parse(text).body], [])
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
NOON = datetime(2024, 1, 31, 12, tzinfo=UTC)
_LINK = re.compile(r"(?:\]\(|<img src=\")([^)\"\s]+)")
_CELL = re.compile(r"`([^`]+)`")


def prose(text: str) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", text)


def blocks(text: str, language: str) -> Iterator[str]:
    """A page's blocks of code in a language."""
    return (match[2] for match in _FENCE.finditer(text) if match[1] == language)


def anchors(text: str) -> set[str]:
    """What headings may be linked by, as forges make it."""
    titles = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


def calls(*names: str) -> Iterator[ast.Call]:
    """Every call of these in the source."""
    for node in ast.walk(_TREE):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
            yield node


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its rank or a higher one."""
    rank = heading.partition(" ")[0]
    _, found, rest = f"\n{text}".partition(f"\n{heading}\n")
    assert found, heading
    return re.split(rf"^#{{1,{len(rank)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str) -> set[str]:
    """All that stands as code in the first column of a page's tables."""
    return {word for row in re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE) for word in _CELL.findall(row)}


# -- links ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(prose(page.read_text(encoding="utf-8"))):
        place, _, anchor = target.partition("#")
        if ":" in place:
            continue
        path = (page.parent / place).resolve() if place else page
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), target


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or not page.is_file():
            continue
        reached.add(page)
        if page.suffix == ".md":
            places = (target.partition("#")[0] for target in _LINK.findall(page.read_text(encoding="utf-8")))
            ahead += [(page.parent / place).resolve() for place in places if place and ":" not in place]
    assert set(PAGES) - reached == set()


# -- commands -------------------------------------------------------------------------------------------------


def written_commands() -> Iterator[tuple[str, list[str]]]:
    """Every `feedsvc …` that the documentation or a file in deploy/ tells to run, as page and words."""
    for name, text in TEXTS.items():
        lines = [line for block in blocks(text, "sh") for line in block.replace("\\\n", " ").splitlines()]
        lines += re.findall(r"`((?:\S*/)?feedsvc [^`]+)`", prose(text))
        lines += re.findall(r"^Exec\w+=(.*)$", text, re.MULTILINE)
        for line in lines:
            words = list(takewhile(lambda word: word != "|", shlex.split(line, comments=True)))
            if words and words[0].rpartition("/")[2] == "feedsvc":
                yield name, [word for word in words[1:] if word not in ("&", "…")]


def test_commands_in_the_documentation_exist() -> None:
    found = list(written_commands())
    for page, words in found:
        command: click.Command = door
        rest = iter(words)
        while isinstance(command, click.Group) and not (word := next(rest, "--help")).startswith("-"):
            inner = command.get_command(click.Context(command), word)
            assert inner is not None, (page, words)
            command = inner
        options = {flag for parameter in command.params for flag in (*parameter.opts, "--help")}
        given = {word.partition("=")[0] for word in rest if word.startswith("-")}
        assert given <= options, (page, words)
    assert len(found) > 20


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_with_its_options_and_an_example(name: str) -> None:
    command = door.get_command(click.Context(door), name)
    assert command is not None
    said = section(MANUAL, f"## `feedsvc {name}`")
    assert re.search(rf"^feedsvc {name} ", "".join(blocks(said, "sh")), re.MULTILINE)
    parts = command.commands.values() if isinstance(command, click.Group) else (command,)
    options = {
        flag
        for part in parts
        for option in part.params
        for flag in (*option.opts, *option.secondary_opts)
        if flag.startswith("-")
    }
    common = {flag.partition(" ")[0] for flag in first_cells(MANUAL.partition("\n## ")[0])}
    listed = {flag.partition(" ")[0] for flag in first_cells(said)}
    assert listed == options - common
    assert common - options == {"-h", "--help"}


def test_exit_codes_are_documented() -> None:
    listed = set(re.findall(r"^\| (\d+) \|", section(MANUAL, "## Exit codes"), re.MULTILINE))
    assert listed == {str(code) for code in (0, FAILED, USAGE, BUSY, INTERRUPTED)}


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    script = (ROOT / ".ci" / "run").read_text()
    for text in (*TEXTS.values(), script):
        told = re.findall(r"(?:^|`)make ([a-z]+)\b", "".join(blocks(text, "sh")) + text, re.MULTILINE)
        assert set(told) <= targets
    assert {"serve", "test"} <= set(re.findall(r"^make (\w+)$", "".join(blocks(README, "sh")), re.MULTILINE))


# -- settings -------------------------------------------------------------------------------------------------


def test_every_setting_is_documented() -> None:
    assert {setting.key for setting in TABLE} - first_cells(CONFIGURATION) == set()
    assert {setting.key for setting in FEED_TABLE} == first_cells(
        section(CONFIGURATION, "## Single feeds").partition("<!-- end")[0]
    )


def test_every_section_of_the_configuration_has_an_example_somewhere() -> None:
    examples = [tomllib.loads(block) for text in TEXTS.values() for block in blocks(text, "toml")]
    for own in ("gone", "moved", "feed"):
        assert any(own in example for example in examples), own
    kinds = {key for example in examples for inner in example.get("feed", {}).values() for key in inner}
    assert {"title", "limit", "content", "hidden", "redirect"} <= kinds <= {setting.key for setting in FEED_TABLE}


def test_settings_in_the_documentation_exist() -> None:
    sections = "|".join(sorted({key.partition(".")[0] for key in KEYS if "." in key}))
    variables = {setting.variable for setting in TABLE} | {CONTENT, STATE, CONFIG, "FEEDSVC_SECTION_NAME"}
    for name, text in TEXTS.items():
        keys = set(re.findall(rf"`((?:{sections})\.(?!sqlite3)\w+)[`=]", text)) - _JEKYLLS
        assert keys <= KEYS, name
        assert set(re.findall(r"\bFEEDSVC_[A-Z_]+\b", text)) <= variables | _INJECTED, name
    for block in (block for text in TEXTS.values() for block in blocks(text, "toml")):
        flat = {f"{section}.{key}" for section, inner in tomllib.loads(block).items() for key in inner}
        assert {key for key in flat if not key.startswith(("gone.", "feed.", "moved."))} <= KEYS, block


_JEKYLLS = {"feed.posts_limit", "feed.excerpt_only", "feed.path", "feed.categories", "feed.tags", "feed.collections"}
_INJECTED = {"FEEDSVC_PORT_", "FEEDSVC_SERVICE_HOST"}  # Kubernetes's own, which a decision tells about


# -- addresses ------------------------------------------------------------------------------------------------


def test_every_address_is_documented(library: Library) -> None:
    app = make_app(Shelf(library.state, 1 << 20), library.state, str)
    rules = {re.sub(r"<int:\w+>", "{id}", rule.rule) for rule in app.url_map.iter_rules()} - {"/<anything:path>"}
    feeds = {f"/{scheme}/{{" for scheme in SCHEMES} | {f"/{name}" for name in FILENAMES.values()}
    wanted = rules | set(_LISTS) | set(aliases._SITE) | feeds
    assert [address for address in sorted(wanted) if f"{address}" not in ADDRESSES] == []


def test_every_alias_of_a_term_is_documented() -> None:
    documented = re.findall(r"`(/[^`]*\{(?:term|tag|category)\}[^`]*)`", ADDRESSES)
    for pattern, scheme, _ in aliases._TERMS:
        examples = [re.sub(r"\{\w+\}", "x", address) for address in documented]
        assert any(pattern.fullmatch(example) for example in examples), (pattern.pattern, scheme)


def test_every_parameter_is_documented_with_its_bounds() -> None:
    said = section(ADDRESSES, "## Feeds of one's own choice")
    listed = {cell.partition("=")[0] for cell in first_cells(said)}
    assert listed == set(OURS) - {"before"}  # which links alone carry
    for bound in (MOST_NAMES, LARGEST, MOST_WORDS, LONGEST_QUERY):
        assert re.search(rf"\b{bound}\b", said), bound
    front = section(ADDRESSES, "## Lists and pages")
    assert [name for name in PARAMETERS if f"`?{name}=" not in front] == []


def test_every_status_is_documented() -> None:
    table = "".join(re.findall(r"^\| [\d, ]+ \|", section(ADDRESSES, "## HTTP"), re.MULTILINE))
    written = {int(found) for found in re.findall(r"\d{3}", table)}
    assert written == {*_CODES, 200, 202, 204, 226, 301, 304}


def test_every_metric_is_documented(library: Library) -> None:
    library.publish({})
    app = make_app(Shelf(library.state, 1 << 20), library.state, str, metrics_public=True)
    client = app.test_client()
    shown = {line.split()[2] for line in client.get("/metrics").text.splitlines() if line.startswith("# TYPE")}
    assert len(shown) > 4
    assert {name for name in shown if f"`{name}" not in OPERATING} == set()


# -- messages -------------------------------------------------------------------------------------------------


def test_messages_of_the_troubleshooting_table_exist() -> None:
    table = OPERATING.partition("## Troubleshooting")[2]
    messages = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert len(messages) > 10
    said = "\n".join(texts())
    assert [message for message in messages if message not in said] == []
    unknown = [text for text in raised() if not any(message in text for message in messages)]
    assert sorted(unknown) == []


def texts() -> Iterator[str]:
    """What the program can say: its strings, an f-string's in one piece with ``…`` for what it fills in."""
    described = {id(node.value) for node in ast.walk(_TREE) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(_TREE):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)


def raised() -> Iterator[str]:
    """What errors say that end a command, as far as it does not come from the system."""
    kinds = ("FeedsvcError", "CatalogueError", "CatalogueBusy", "ContentMissing", "OldFeedError")
    for node in calls(*kinds):
        words = [each.value for arg in node.args for each in ast.walk(arg) if isinstance(each, ast.Constant)]
        said = "".join(word for word in words if isinstance(word, str))
        if " " in said.strip():
            yield said


# -- what is installed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ()), ("requirements-dev.lock", ("dev",)), ("requirements-build.lock", None)],
)
def test_locks_hold_what_the_package_asks_for(lock: str, extras: tuple[str, ...] | None) -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = package["build-system"]["requires"] if extras is None else list(package["project"]["dependencies"])
    for extra in extras or ():
        asked += package["project"]["optional-dependencies"][extra]
    text = (ROOT / lock).read_text()
    locked = {_canonical(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    wanted = {_canonical(re.split(r"[<>=!~\[; ]", each)[0]) for each in asked}
    assert wanted - locked == set(), "run `make lock`"
    assert not re.search(r"://|^-", text, re.MULTILINE), "where packages come from is each machine's own business"


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_texts_are_as_they_should_be() -> None:
    for name, text in TEXTS.items():
        assert text == unicodedata.normalize("NFC", text), name
        assert text.endswith("\n"), name
        assert "\t" not in text, name
        assert not re.search(r" +$", text, re.MULTILINE), name


# -- pictures, files and podcasts -----------------------------------------------------------------------------


def test_the_example_of_an_episode_gives_what_the_page_says() -> None:
    (front,) = blocks(TEXTS["docs/media.md"], "yaml")
    site = Site("https://example.org")
    parsed = parse(f"---\n{front}---\n潮\n".encode(), "_posts/2024-01-31-tide.md", ContentRules("jekyll"), site, NOON)
    assert parsed.problems == ()
    assert parsed.post is not None
    assert parsed.post.media == Media(
        Image("https://example.org/assets/tide.jpg"),
        (Enclosure("https://example.org/audio/tide.mp3", "audio/mpeg", 0, 754),),
        Episode(3, 2, explicit=False),
    )


def test_codes_of_problems_are_listed() -> None:
    written = set(re.findall(r'\bnote\(\s*"([a-z-]+)"', SOURCE))
    listed = set(re.findall(r"^([a-z-]+) +(?:error|problem|both) ", parse_codes, re.MULTILINE))
    assert len(written) > 15
    assert written <= listed
    assert first_cells(PROBLEMS) == listed | written | set(codes_elsewhere())


def codes_elsewhere() -> Iterator[str]:
    """The codes of problems that are not of one post's own text: those that calls in the source are given."""
    yield MISSING
    for node in calls("Problem", "ContentError", "cls"):
        given = [*node.args[2:3], *(each.value for each in node.keywords if each.arg == "code")]
        yield from (each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str))


def test_the_page_names_what_apple_takes_and_asks() -> None:
    page = TEXTS["docs/media.md"]
    assert all(f"`{ending}`" in page for ending in PODCAST_FILES)
    (table,) = (tomllib.loads(block) for block in blocks(page, "toml"))
    assert {f"podcast.{name}" for name in table["podcast"]} == {key for key in KEYS if key.startswith("podcast.")}
    assert category(table["podcast"]["category"]) == "News > Tech News"
