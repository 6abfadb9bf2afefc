"""Step by step equals from scratch with the same ledger: every document, byte for byte."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feedsvc.catalogue import Reader, Writer, read_ledger
from feedsvc.config import Settings
from feedsvc.config.loading import load
from feedsvc.pipeline import rebuild

START = 1_900_000_000.0  # far from the clock of the machine: no file looks as though it were being written
CONFIG = "title: 步步\nurl: https://steps.example.org\ntimezone: Asia/Shanghai\nlang: zh-CN\n"
HUGO = 'title = "步步"\nbaseURL = "https://steps.example.org/"\ntimeZone = "Asia/Shanghai"\nlanguageCode = "zh-CN"\n'
SLUGS = ("alpha", "beta", "gamma", "茶", "Delta")
TERMS = ("tea", "Tea", "桥", "A/B", "C#")
BODIES = (
    "First words. 你好。",
    "Second <b>text</b>, a good deal longer than the first was, 第二段。",
    "",
    "third *one*",
    "see [a]({% post_url 2026-01-01-alpha %}), {% link _posts/2026-01-02-beta.md %} {% include note.html %}",
)
DATES = (
    "2026-01-01 08:00:00 +0800",
    "2026-01-01 08:00:00 +0800",
    "2026-02-03 09:10:11",
    "2031-05-05 00:00:00 +0000",
    "+0800",
)
SINGLE = (
    "",
    '[feed."tag/*"]\ncontent = "summary"\nlimit = 1\n[feed."tag/A/B"]\ntitle = "甲乙"\ncontent = "full"\n',
    '[feed.site]\ncontent = "summary"\nhidden = true\n[feed."category/[Tt]ea"]\nimage = "https://e.org/i.png"\n',
    '[feed."*"]\ncontent = "full"\nredirect = "https://e.org/"\nmax_age = 5\n[feed.site]\nlimit = 2\nlanguage = "fr"\n',
    '[moved]\n"tag/tea" = "tag/桥"\n"category/Tea" = "tag/A/B"\n"category/桥" = "category/tea"\n',
)
KINDS = [
    "add",
    "edit",
    "rename",
    "move",
    "retag",
    "redate",
    "break",
    "mend",
    "delete",
    "copy",
    "touch",
    "hide",
    "swap",
    "away",
    "configure",
    "enclose",
    "record",
    "limit",
    "refer",
    "include",
]

small = st.integers(0, 7)
Step = tuple[str, int, int, int]


def steps(*more: str) -> st.SearchStrategy[list[Step]]:
    one = st.tuples(st.sampled_from([*KINDS, *more]), small, small, small)
    return st.lists(one, min_size=1, max_size=9)


class Folder:
    """A content folder that is changed as authors and crawlers change theirs."""

    folders = ("_posts", "travel/_posts", "_posts/deep")
    configured, config = "_config.yml", CONFIG
    changes = ("", "exclude: [travel]\n", "permalink: /:title/\n", "feed: {excerpt_only: true}\n")

    def __init__(self, root: Path) -> None:
        self.root = root
        self.whole: dict[Path, str] = {}  # what broken files held before
        (root / self.folders[0]).mkdir(parents=True)
        (root / self.configured).write_text(self.config)

    def apply(self, step: Step) -> set[str]:
        """Do one thing; gives the paths it concerned."""
        kind, one, two, three = step
        files = sorted(path for path in self.root.rglob("*.md"))
        if kind == "add":
            return self._add(one, two, three)
        if not files:
            return set()
        path = files[one % len(files)]
        done: Callable[[Path, int, int], set[Path]] = getattr(self, f"_{kind}")
        concerned = {path, *done(path, two, three)}
        return {each.relative_to(self.root).as_posix() for each in concerned}

    def _add(self, one: int, two: int, three: int) -> set[str]:
        folder = self.folders[one % len(self.folders)]
        path = self.root / folder / f"2026-01-0{1 + two % 3}-{SLUGS[three % len(SLUGS)]}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        tags = ", ".join(f'"{TERMS[(one + each) % len(TERMS)]}"' for each in range(three % 3))
        path.write_text(
            f'---\ntitle: "题 {SLUGS[three % len(SLUGS)]}"\ndate: {DATES[two % len(DATES)]}\n'
            f"categories: {TERMS[two % 3]}\ntags: [{tags}]\nenclosures: [/audio/{one % 2}.mp3]\n---\n"
            f"{BODIES[one % len(BODIES)]}\n"
        )
        return {path.relative_to(self.root).as_posix()}

    def _edit(self, path: Path, two: int, three: int) -> set[Path]:
        text = path.read_text(errors="replace")
        more = text + f"\n{BODIES[two % len(BODIES)]} {three}\n"
        path.write_text(more if two % 2 else text.replace("题", f"题{three}"))
        return set()

    def _rename(self, path: Path, two: int, three: int) -> set[Path]:
        target = path.with_name(f"2026-01-0{1 + two % 3}-{SLUGS[three % len(SLUGS)]}.md")
        path.rename(target)
        return {target}

    def _move(self, path: Path, two: int, three: int) -> set[Path]:
        target = self.root / self.folders[two % len(self.folders)] / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
        return {target}

    def _retag(self, path: Path, two: int, three: int) -> set[Path]:
        lines = path.read_text(errors="replace").splitlines()
        changed = [f'tags: ["{TERMS[two % len(TERMS)]}"]' if line.startswith("tags:") else line for line in lines]
        path.write_text("\n".join(changed) + "\n")
        return set()

    def _redate(self, path: Path, two: int, three: int) -> set[Path]:
        lines = path.read_text(errors="replace").splitlines()
        changed = [f"date: {DATES[two % len(DATES)]}" if line.startswith("date:") else line for line in lines]
        path.write_text("\n".join(changed) + "\n")
        return set()

    def _break(self, path: Path, two: int, three: int) -> set[Path]:
        self.whole.setdefault(path, path.read_text(errors="replace"))
        path.write_bytes((b"", b"---\ntitle: open\n", "---\ntitle: 坏\n---\n".encode("gbk"))[two % 3])
        return set()

    def _mend(self, path: Path, two: int, three: int) -> set[Path]:
        for broken, text in self.whole.items():
            if broken.exists():
                broken.write_text(text)
        return {*self.whole}

    def _delete(self, path: Path, two: int, three: int) -> set[Path]:
        path.unlink()
        return set()

    def _copy(self, path: Path, two: int, three: int) -> set[Path]:
        target = self.root / self.folders[two % len(self.folders)] / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        return {target}

    def _touch(self, path: Path, two: int, three: int) -> set[Path]:
        path.write_bytes(path.read_bytes())
        return set()

    def _hide(self, path: Path, two: int, three: int) -> set[Path]:
        text = path.read_text(errors="replace")
        shown = text.replace("published: false\n", "")
        path.write_text(shown if shown != text else text.replace("---\n", "---\npublished: false\n", 1))
        return set()

    def _swap(self, path: Path, two: int, three: int) -> set[Path]:
        other = sorted(self.root.rglob("*.md"))[two % len(list(self.root.rglob("*.md")))]
        mine, theirs = path.read_bytes(), other.read_bytes()
        path.write_bytes(theirs)
        other.write_bytes(mine)
        return {other}

    def _away(self, path: Path, two: int, three: int) -> set[Path]:
        """A folder goes, or one that went comes back."""
        folder, away = self.root / self.folders[two % len(self.folders)], self.root.parent / "away"
        if away.exists():
            target = self.root / "back" / "_posts" if folder.exists() else folder
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                away.rename(target)
        elif folder.exists():
            folder.rename(away)
        return {folder, self.root / "back"}

    def _enclose(self, path: Path, two: int, three: int) -> set[Path]:
        """A post gets other files, which may be there or not, or loses them."""
        files = ", ".join(f"/audio/{each % 2}.mp3" for each in range(two, two + three % 3))
        lines = path.read_text(errors="replace").splitlines()
        changed = [f"enclosures: [{files}]" if line.startswith("enclosures:") else line for line in lines]
        path.write_text("\n".join(changed) + "\n")
        return set()

    def _refer(self, path: Path, two: int, three: int) -> set[Path]:
        """A post names another, that may be there, and where it may be."""
        name = f"2026-01-0{1 + two % 3}-{SLUGS[three % len(SLUGS)]}"
        mark = (f"post_url {name}", f"post_url travel/{name}", f"link _posts/{name}.md")[three % 3]
        with path.open("ab") as file:
            file.write(f"\n[茶]({{% {mark} %}})\n".encode())
        return set()

    def _include(self, path: Path, two: int, three: int) -> set[Path]:
        """What posts include comes, changes or goes."""
        note = self.root / "_includes" / "note.html"
        note.parent.mkdir(exist_ok=True)
        if two % 4:
            note.write_text(f"<b>{two}</b>{{{{ site.title }}}}")
        else:
            note.unlink(missing_ok=True)
        return {note}

    def _record(self, path: Path, two: int, three: int) -> set[Path]:
        """A file beside the posts comes, changes its size, or goes."""
        sound = self.root / "audio" / f"{two % 2}.mp3"
        sound.parent.mkdir(exist_ok=True)
        if three:
            sound.write_bytes(b"x" * three)
        else:
            sound.unlink(missing_ok=True)
        return {sound}

    def _configure(self, path: Path, two: int, three: int) -> set[Path]:
        """Other settings, which may be those before; of single feeds too."""
        (self.root / self.configured).write_text(self.config + self.changes[two % 4])
        (self.root / "feedsvc.toml").write_text(SINGLE[three % len(SINGLE)])
        return set()

    def _limit(self, path: Path, two: int, three: int) -> set[Path]:
        """A post is to come at one time, and to go at another; or at none."""
        lines = path.read_text(errors="replace").splitlines()
        kept = [line for line in lines if not line.startswith(("publishDate:", "expiryDate:"))]
        comes, goes = (datetime.fromtimestamp(START + 6 * each, UTC).isoformat() for each in (two, three))
        if kept and kept[0] == "---" and two + three < 12:
            kept[1:1] = [f"publishDate: {comes}", f"expiryDate: {goes}"][: 1 + three % 2]
        path.write_text("\n".join(kept) + "\n")
        return set()


class HugoFolder(Folder):
    """The same as a Hugo site, where a file may take in all that lies beside it."""

    folders = ("content/posts", "content/travel", "content/posts/deep")
    configured, config = "hugo.toml", HUGO
    changes = ("", "buildFuture = true\n", "uglyURLs = true\n", "buildExpired = true\n")

    def _bundle(self, path: Path, two: int, three: int) -> set[Path]:
        index = path.with_name("index.md")
        if index.exists():
            index.unlink()
        elif path != index:
            path.rename(index)
        return {index}


def settings_for(content: Path, state: Path) -> Settings:
    return replace(load(content, state=state, environ={}), processes=1)


def documents(state: Path) -> dict[str, bytes]:
    reader = Reader(state)
    try:
        generation = reader.generation
        found = {address: reader.document(address, generation) for address, _ in reader.etags(generation)}
        return {address: document.body for address, document in found.items() if document}
    finally:
        reader.close()


def ledger_lines(writer: Writer) -> list[bytes]:
    return list(writer.ledger.lines())


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps(), st.sets(small), st.sets(small))
@example([("copy", 0, 2, 0), ("hide", 0, 0, 0), ("away", 0, 1, 0)], set(), set())  # a copy goes on bearing the entry
@example([("copy", 0, 2, 0), ("hide", 0, 0, 0), ("away", 0, 1, 0), ("rename", 1, 1, 0)], set(), {0, 1, 2, 3})
def test_step_by_step_equals_from_scratch(sequence: list[Step], scoped: set[int], quick: set[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        check_equivalence(Path(name), Folder, sequence, scoped, quick)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps("limit", "limit", "bundle"), st.sets(small), st.sets(small))
def test_so_does_a_site_of_hugos(sequence: list[Step], scoped: set[int], quick: set[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        check_equivalence(Path(name), HugoFolder, sequence, scoped, quick)


def check_equivalence(tmp: Path, kind: type[Folder], sequence: list[Step], scoped: set[int], quick: set[int]) -> None:
    """``scoped`` steps are told by their paths, ``quick`` ones follow the last within the grace for vanished files."""
    folder = kind(tmp / "site")
    folder.apply(("add", 0, 0, 0))
    folder.apply(("add", 4, 1, 1))  # which refers to the first
    settings = settings_for(tmp / "site", tmp / "one")
    now = START
    writer = Writer(settings.state, "site", now)
    try:
        rebuild(writer, settings, now)
        for place, step in enumerate(sequence):
            now += 0.5 if place in quick else 5.0
            paths = folder.apply(step)
            settings = settings_for(tmp / "site", tmp / "one")
            rebuild(writer, settings, now, paths=frozenset(paths) if place in scoped else None, allow_empty=True)
            writer.tidy(now)
        now += 60.0  # when all that is to come or to go by itself has done so
        for _ in range(2):
            now += 5.0
            rebuild(writer, settings, now, allow_empty=True)
        generation = writer.generation
        report = rebuild(writer, settings, now + 1, allow_empty=True)
        assert (report.read, report.rendered, report.generation) == (0, 0, generation)
        before = ledger_lines(writer)
    finally:
        writer.close()

    (tmp / "ledger").write_bytes(b"\n".join(before))
    settings = settings_for(tmp / "site", tmp / "two")
    writer = Writer(settings.state, "site", now)
    try:
        writer.load_ledger(read_ledger(tmp / "ledger"))
        rebuild(writer, settings, now + 2, allow_empty=True)
        assert ledger_lines(writer) == before
    finally:
        writer.close()
    assert documents(tmp / "two") == documents(tmp / "one")
