"""Filing: which post a file is, whatever happens to files. Ids are minted once, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from feedsvc.catalogue import Writer, read_ledger
from feedsvc.exceptions import ContentMissing
from feedsvc.pipeline import gathering
from tests.unit.desk import CONFIG, LONG, SITE, START, Desk, documents, post


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "site", tmp_path / "state")
    yield made
    made.writer.close()


A, B, C = (f"_posts/2026-01-01-{name}.md" for name in ("alpha", "beta", "gamma"))
ID_A, ID_B = f"{SITE}/2026/01/01/alpha", f"{SITE}/2026/01/01/beta"


# -- ids are minted once ---------------------------------------------------------------------------------------


def test_the_default_id_is_what_jekyll_feed_gives(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.look()
    assert desk.only()["id"] == ID_A


def test_an_id_outlives_everything_that_it_was_made_of(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.look()
    desk.put(A, post("一", date="2026-05-05 00:00:00 +0800", more="permalink: /elsewhere/x.html\n"))
    desk.look()
    assert desk.only()["id"] == ID_A
    assert desk.only()["url"] == f"{SITE}/elsewhere/x.html"
    desk.put("_config.yml", CONFIG + "permalink: /:categories/:title/\nbaseurl: /b\n")
    desk.look()
    assert desk.only()["id"] == ID_A


def test_front_matter_names_the_id(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.look()
    desk.put(A, post("一", more="guid: https://old.example.org/?p=7\n"))
    desk.look()
    assert desk.only()["id"] == "https://old.example.org/?p=7"
    desk.move(A, B)
    desk.look()
    assert desk.only()["id"] == "https://old.example.org/?p=7"


def test_two_files_that_name_the_same_id_are_both_kept(desk: Desk) -> None:
    desk.put(A, post("一", more="guid: https://x.example.org/1\n"))
    desk.put(B, post("二", f"another {LONG}", more="guid: https://x.example.org/1\n"))
    desk.look()
    assert desk.ids() == {"https://x.example.org/1": "一", "https://x.example.org/1-2": "二"}
    assert desk.codes() == [(B, "same-url")]


def test_two_posts_that_claim_one_address_are_both_kept(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.put("_posts/sub/2026-01-01-alpha.md", post("二", f"another {LONG}"))
    desk.look()
    assert set(desk.ids().values()) == {"一", "二"}
    assert sorted(desk.ids()) == [ID_A, f"{ID_A}-2"]
    before = desk.ids()
    assert [code for _, code in desk.codes()] == ["same-url"]
    (later,) = (path for path, _ in desk.codes())
    desk.drop(A if later != A else "_posts/sub/2026-01-01-alpha.md")
    desk.look()
    desk.look()
    ((kept, title),) = desk.ids().items()
    assert before[kept] == title  # whoever is left keeps the id that its subscribers know
    assert kept.endswith("-2")


# -- a moved file is the same post ----------------------------------------------------------------------------


@pytest.mark.parametrize("scoped", [False, True])
@pytest.mark.parametrize("target", ["travel/_posts/2026-01-01-alpha.md", "_posts/deep/2026-01-01-alpha.md", B])
def test_a_moved_file_is_the_same_post(desk: Desk, target: str, scoped: bool) -> None:
    desk.put(A, post("一"))
    desk.look()
    before = desk.only()
    desk.move(A, target)
    report = desk.look(*((A, target) if scoped else ()))
    assert desk.only()["id"] == before["id"]
    assert desk.only()["date_published"] == before["date_published"]
    assert (report.added, report.removed) == (0, 0)


def test_a_moved_and_edited_file_is_the_same_post_by_its_name(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.look()
    desk.drop(A)
    desk.put("travel/_posts/2026-01-01-alpha.md", post("一改", f"{LONG} edited"))
    desk.look()
    assert desk.ids() == {ID_A: "一改"}


def test_a_file_that_comes_back_after_long_is_the_same_post(desk: Desk) -> None:
    desk.put(A, post("一", date=""))
    desk.put(B, post("其他", f"other {LONG}", date="2026-03-03 00:00:00 +0800"))
    desk.look()
    before = {item["id"]: item for item in desk.items()}
    text = (desk.root / A).read_text()
    desk.drop(A)
    desk.look()
    desk.look()
    assert len(desk.items()) == 1
    desk.put("old/_posts/2026-01-01-alpha.md", text)
    desk.look(after=86_400)
    after = {item["id"]: item for item in desk.items()}
    assert after[ID_A]["date_published"] == before[ID_A]["date_published"]


def test_two_files_that_change_places_keep_the_ids_of_their_places(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.put(B, post("二", f"another {LONG}"))
    desk.look()
    desk.move(A, "x.tmp")
    desk.move(B, A)
    desk.move("x.tmp", B)
    desk.look()
    assert desk.ids() == {ID_A: "二", ID_B: "一"}


@pytest.mark.parametrize("order", ["new-first", "old-first"])
def test_a_move_that_is_told_in_two_parts_is_one_move(desk: Desk, order: str) -> None:
    desk.put(A, post("一"))
    desk.look()
    before = desk.only()
    target = "travel/_posts/2026-01-01-alpha.md"
    desk.move(A, target)
    for path in (target, A) if order == "new-first" else (A, target):
        desk.look(path, after=0.1)
    desk.look(after=0.1)
    desk.look(after=5)
    desk.look(after=5)
    assert (desk.only()["id"], desk.only()["date_published"]) == (before["id"], before["date_published"])


@pytest.mark.parametrize("how", ["copied, then deleted", "told in two parts"])
def test_an_undated_post_keeps_its_date_however_it_moves(desk: Desk, how: str) -> None:
    undated = "_posts/alpha.md"
    desk.put(undated, post("一", date=""))
    desk.look()
    before = desk.only()
    target = "travel/_posts/alpha.md"
    desk.put(target, (desk.root / undated).read_bytes())
    if how == "copied, then deleted":
        desk.look()
        desk.drop(undated)
    else:
        desk.drop(undated)
        desk.look(target, after=1.5)
    desk.look()
    desk.look()
    assert (desk.only()["id"], desk.only()["date_published"]) == (before["id"], before["date_published"])


# -- files of one post ----------------------------------------------------------------------------------------


def test_two_files_of_one_post_are_one_entry(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.put("old/_posts/2026-01-01-alpha.md", post("一"))
    desk.look()
    assert desk.only()["id"] == ID_A
    body = desk.items()
    desk.drop(A)
    desk.look()
    desk.look()
    assert desk.only()["id"] == body[0]["id"]


def test_a_copy_that_is_edited_becomes_a_post_of_its_own(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.look()
    desk.put("old/_posts/2026-01-01-alpha.md", post("一"))
    desk.look()
    assert len(desk.items()) == 1
    desk.put("old/_posts/2026-01-01-alpha.md", post("二", f"{LONG} with an ending of its own"))
    desk.look()
    assert len(desk.items()) == 2
    assert desk.ids()[ID_A] == "一"


def test_an_original_that_is_edited_keeps_its_id(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.look()
    desk.put("old/_posts/2026-01-01-alpha.md", post("一"))
    desk.look()
    desk.put(A, post("一改", f"{LONG} edited"))
    desk.look()
    assert desk.ids()[ID_A] == "一改"


# -- nothing is lost ------------------------------------------------------------------------------------------

BAD: list[tuple[str, bytes]] = [
    ("open fence", b"---\ntitle: open\n"),
    ("empty", b""),
    ("not UTF-8", "---\ntitle: 坏\n---\n坏".encode("gbk")),
    ("not YAML", b"---\ntitle: [open\ntags: {\n---\nbody\n"),
    ("too large", b"---\ntitle: x\n---\n" + b"x" * 5_000_000),
]


@pytest.mark.parametrize(("kind", "bad"), BAD, ids=[kind for kind, _ in BAD])
def test_a_post_that_turns_bad_keeps_its_last_good_version(desk: Desk, kind: str, bad: bytes) -> None:
    desk.put(A, post("一"))
    desk.put(B, post("二", f"another {LONG}"))
    desk.look()
    before, validators = desk.items(), desk.writer.validators("/rss.xml", desk.writer.generation)
    desk.put(A, bad)
    desk.put(C, post("三", f"a third {LONG}", date="2025-01-01 00:00:00 +0800"))
    report = desk.look()
    assert [item for item in desk.items() if item["title"] != "三"] == before  # and one bad post stops nobody
    assert [problem.path for problem in report.problems] == [A]
    desk.drop(C)
    desk.look()
    desk.look()
    after = desk.writer.validators("/rss.xml", desk.writer.generation)
    assert validators is not None
    assert after is not None
    assert after.etag == validators.etag
    desk.put(A, post("一好"))
    desk.look()
    assert desk.ids()[ID_A] == "一好"
    assert desk.codes() == []


def test_a_last_good_version_is_kept_through_restarts_settings_and_machines(desk: Desk, tmp_path: Path) -> None:
    desk.put(A, post("一", more="tags: [茶]\n"))
    desk.look()
    desk.put(A, b"---\ntitle: open\n")
    desk.look()
    (tmp_path / "ledger").write_bytes(b"\n".join(desk.writer.ledger.lines()))
    moved = Desk(desk.root, tmp_path / "elsewhere")
    moved.writer.load_ledger(read_ledger(tmp_path / "ledger"))
    moved.now = desk.now + 1000
    moved.look()
    assert moved.items() == desk.items()
    moved.writer.close()


def test_a_bad_post_that_is_deleted_goes_with_its_problem(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.put(B, post("二", f"another {LONG}"))
    desk.look()
    desk.put(A, b"---\ntitle: open\n")
    desk.look()
    desk.drop(A)
    desk.look()
    desk.look()
    assert (desk.only()["title"], desk.codes()) == ("二", [])


def test_the_problem_of_a_file_that_could_never_be_read_goes_with_it(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.put(B, b"x" * 5_000_000)
    desk.look()
    assert desk.codes() == [(B, "too-large")]
    desk.drop(B)
    desk.look()
    desk.look()
    assert desk.codes() == []


def test_a_bad_post_that_is_moved_keeps_its_last_good_version(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.put(B, post("二", f"another {LONG}"))
    desk.look()
    desk.drop(A)
    desk.put("travel/_posts/2026-01-01-alpha.md", b"---\ntitle: open\n")
    desk.look()
    desk.look()
    desk.look()
    assert desk.ids().get(ID_A) == "一"


def test_a_vanished_file_is_removed_only_after_two_seconds(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.put(B, post("二", f"another {LONG}"))
    desk.look()
    text = (desk.root / A).read_bytes()
    for restored in (True, False):
        desk.drop(A)
        report = desk.look(A, after=1)
        assert len(desk.items()) == 2
        assert report.look_again == pytest.approx(desk.now + 2, rel=0, abs=1e-3)
        assert report.settling
        assert len(desk.items()) == 2
        desk.look(B, after=1.9)
        assert len(desk.items()) == 2
        if restored:
            desk.put(A, text)
            desk.look(B, after=1)  # nobody told of it: that it is there is seen when it would be removed
            desk.look(A, after=1)
            assert len(desk.items()) == 2
    report = desk.look(B, after=0.2)
    assert (report.removed, desk.only()["title"]) == (1, "二")


def test_a_grace_goes_on_through_a_restart(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.put(B, post("二", f"another {LONG}"))
    desk.look()
    desk.drop(A)
    desk.look(after=1)
    desk.writer.close()
    desk.writer = Writer(desk.state, "site", desk.now)
    desk.look(after=2.1)
    assert desk.only()["title"] == "二"


@pytest.mark.parametrize("scoped", [False, True])
def test_all_posts_gone_is_no_deletion(desk: Desk, scoped: bool) -> None:
    desk.put(A, post("一"))
    desk.put(B, post("二", f"another {LONG}"))
    desk.look()
    generation = desk.writer.generation
    desk.drop(A)
    desk.drop(B)
    if scoped:
        desk.look(A, B, after=3)  # that they are gone is noted, no more
    for _ in range(2):
        with pytest.raises(ContentMissing, match="no posts any more"):
            desk.look(*((A, B) if scoped else ()), after=3)
    assert len(desk.items()) == 2
    assert desk.writer.generation == generation


# -- files in the making --------------------------------------------------------------------------------------


def test_a_file_of_this_moment_is_read_when_it_is_still(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.look()
    desk.put(B, post("二", f"another {LONG}"), age=-0.985)  # 15 ms old when it is looked at a second from now
    report = desk.look(B, after=1)
    assert (report.unsettled, len(desk.items())) == ((B,), 1)
    assert report.look_again == pytest.approx(desk.now + 0.015, rel=0, abs=1e-3)  # when it has rested for 30 ms
    assert desk.look(*report.unsettled, after=0.04).added == 1


def test_an_open_fence_is_given_two_seconds(desk: Desk) -> None:
    desk.put(A, b"---\ntitle: open\n", age=0)
    assert desk.look(after=1).unsettled == (A,)
    assert desk.codes() == []
    assert desk.look(A, after=1.5).unsettled == ()
    assert desk.codes() == [(A, "open-fence")]


def test_a_file_of_this_moment_is_read_by_new_settings_too(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.look()
    desk.put("_config.yml", CONFIG + "permalink: /new/:title/\n")
    desk.put(A, post("一"), age=-0.985)  # the same bytes again, as the settings change
    report = desk.look(after=1)
    assert report.unsettled == (A,)
    desk.look(*report.unsettled, after=0.04)
    desk.look()
    assert desk.only()["url"] == f"{SITE}/new/alpha/"


class Interrupted(Exception):  # noqa: N818 - it is no error, as KeyboardInterrupt is none
    """Stands for whatever ends a rebuild in its middle."""


def test_an_interrupted_first_build_goes_on_where_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "CHUNK", 10)
    monkeypatch.setattr(gathering, "BATCH", 5)
    for number in range(40):
        desk.put(f"_posts/2026-01-01-p{number:02}.md", post(str(number), f"{number} {LONG}"))

    def interrupt(stage: str, done: int, total: int) -> None:
        if done >= 25:
            raise Interrupted

    with pytest.raises(Interrupted):
        desk.look(progress=interrupt)
    assert len(desk.writer.known()) == 20
    assert desk.look().read == 20
    assert len(desk.ids()) == 40


# -- dates ----------------------------------------------------------------------------------------------------


def test_the_date_first_seen_is_kept_for_ever(desk: Desk) -> None:
    undated = "_posts/alpha.md"
    desk.put(undated, post("一", date="' +0800'"))
    desk.look()
    seen = datetime.fromisoformat(desk.only()["date_published"])
    assert seen.timestamp() == desk.now
    for text in (post("一改", date=""), post("一改", f"{LONG} more", date="nonsense")):
        desk.put(undated, text)
        desk.look(after=100)
        assert datetime.fromisoformat(desk.only()["date_published"]) == seen
    desk.move(undated, "travel/_posts/alpha.md")
    desk.look(after=100)
    assert datetime.fromisoformat(desk.only()["date_published"]) == seen


def test_a_change_that_its_author_does_not_date_is_noticed(desk: Desk) -> None:
    desk.put(A, post("一"))
    desk.look()
    item = desk.only()
    assert item.get("date_modified", item["date_published"]) == item["date_published"]
    for text in (post("一改"), post("一改", f"{LONG} edited")):
        desk.put(A, text)
        desk.look(after=60)
        assert datetime.fromisoformat(desk.only()["date_modified"]).timestamp() == desk.now
    noticed = desk.only()["date_modified"]
    desk.put(A, post("一改", f"{LONG} edited", more="tags: [new]\nlayout: other\n"))
    desk.look(after=60)
    assert desk.only()["date_modified"] == noticed  # what it is filed under is no change of the text
    desk.put(A, post("一又改", f"{LONG} edited", more="last_modified_at: 2026-02-02 00:00:00 +0800\n"))
    desk.look(after=60)
    assert desk.only()["date_modified"] == "2026-02-02T00:00:00+08:00"


def test_updated_never_lies_before_published(desk: Desk) -> None:
    desk.put(A, post("一", more="updated: 2020-01-01 00:00:00 +0800\n"))
    desk.look()
    item = desk.only()
    assert item.get("date_modified", item["date_published"]) == item["date_published"]


def test_a_future_post_waits_and_is_told_when(desk: Desk) -> None:
    due = datetime.fromtimestamp(START + 100).astimezone()
    desk.put(A, post("一", date=due.strftime("%Y-%m-%d %H:%M:%S %z")))
    desk.put(B, post("二", f"another {LONG}"))
    report = desk.look()
    assert (report.look_again, report.settling, len(desk.items())) == (START + 100, False, 1)
    assert desk.look(B, after=89.9).added == 0
    assert desk.look(B, after=0.2).added == 1
    assert desk.look().look_again is None


def test_a_future_post_that_turns_bad_appears_all_the_same(desk: Desk) -> None:
    due = datetime.fromtimestamp(START + 100).astimezone()
    desk.put(A, post("一", date=due.strftime("%Y-%m-%d %H:%M:%S %z")))
    desk.put(B, post("二", f"another {LONG}"))
    desk.look()
    desk.put(A, b"---\ntitle: open\n")
    desk.look()
    desk.look(after=100)
    assert len(desk.items()) == 2


# -- hidden and shown again -----------------------------------------------------------------------------------


@pytest.mark.parametrize("date", ["2026-01-01 08:00:00 +0800", ""])
def test_a_post_that_is_hidden_for_a_while_comes_back_as_it_was(desk: Desk, date: str) -> None:
    desk.put(B, post("二", f"another {LONG}"))
    desk.put(A, post("一", date=date))
    desk.look()
    before = desk.items()
    desk.put(A, post("一", date=date, more="published: false\n"))
    assert desk.look().removed == 1
    assert desk.only()["title"] == "二"
    desk.put(A, post("一", date=date))
    desk.look(after=1000)
    assert desk.items() == before


def test_a_hidden_post_that_turns_bad_stays_hidden(desk: Desk) -> None:
    desk.put(B, post("二", f"another {LONG}"))
    desk.put(A, post("一"))
    desk.look()
    desk.put(A, post("一", more="published: false\n"))
    desk.look()
    desk.put(A, b"---\ntitle: open\n")
    desk.look()
    assert desk.only()["title"] == "二"


# -- and all of it again from the ledger ----------------------------------------------------------------------

HISTORIES: dict[str, Callable[[Desk], None]] = {
    "moved": test_a_file_that_comes_back_after_long_is_the_same_post,
    "clashing": test_two_posts_that_claim_one_address_are_both_kept,
    "copied": test_a_copy_that_is_edited_becomes_a_post_of_its_own,
    "swapped": test_two_files_that_change_places_keep_the_ids_of_their_places,
    "dated": test_the_date_first_seen_is_kept_for_ever,
    "changed": test_a_change_that_its_author_does_not_date_is_noticed,
    "hidden": test_a_hidden_post_that_turns_bad_stays_hidden,
    "waiting": test_a_future_post_that_turns_bad_appears_all_the_same,
}


@pytest.mark.parametrize("history", HISTORIES)
def test_from_the_ledger_and_the_content_come_the_same_bytes(desk: Desk, tmp_path: Path, history: str) -> None:
    HISTORIES[history](desk)
    desk.look()
    (tmp_path / "ledger").write_bytes(b"\n".join(desk.writer.ledger.lines()))
    other = Desk(desk.root, tmp_path / "other")
    (other.root / "_config.yml").write_text(CONFIG)
    other.writer.load_ledger(read_ledger(tmp_path / "ledger"))
    other.now = desk.now + 500
    other.look()
    assert documents(other.writer) == documents(desk.writer)
    assert list(other.writer.ledger.lines()) == list(desk.writer.ledger.lines())
    other.writer.close()
