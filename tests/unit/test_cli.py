"""The command: what it prints, how it exits, and that every error is one line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import orjson
import pytest
from click.testing import CliRunner, Result

from feedsvc.cli.door import COMMANDS, door
from feedsvc.config import TABLE
from feedsvc.exceptions import CatalogueError, FeedsvcError
from feedsvc.web import create_app

POST = """\
---
title: {title}
date: 2024-01-31 12:00:00 +0800
categories: [要闻]
tags: [A股, news]
---
正文 of {title}.
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A folder of two posts, with an address."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "feedsvc.toml").write_text('[site]\nurl = "https://example.org"\ntitle = "财经 news"\n')
    write(folder, "一")
    write(folder, "two")
    return folder


def write(folder: Path, title: str, text: str = POST) -> None:
    """Put a post there, old enough to look finished."""
    path = folder / f"{title}.md"
    path.write_text(text.format(title=title), encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))


def run(*args: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(door, [str(arg) for arg in args])


def line(result: Result, status: int) -> str:
    """The one line of an error."""
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("feedsvc: ")
    return lines[0].removeprefix("feedsvc: ")


# -- help -----------------------------------------------------------------------------------------------------


def test_help_says_what_to_try_first() -> None:
    for result in (run(), run("--help")):
        assert result.exit_code == 0
        assert "Try this first" in result.stdout
        assert all(f"  {name} " in result.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_summary_a_paragraph_and_examples(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    command = door.get_command(click.Context(door), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(200).rstrip(".") == COMMANDS[name].rstrip(".")


def test_the_help_of_serve_lists_every_setting() -> None:
    shown = run("serve", "--help").stdout
    assert [entry.key for entry in TABLE if f"\n  {entry.key}" not in shown] == []
    plain = " ".join(shown.split())
    assert "[default: 127.0.0.1]" in plain
    assert "see Single feeds in docs/configuration.md." in plain
    assert "](" not in plain


def test_help_imports_nothing_that_is_slow() -> None:
    slow = ("pydantic", "yaml", "flask", "rich", "lxml", "sqlite3", "granian", "orjson")
    code = (
        "import sys\nfrom feedsvc.cli.door import door\n"
        "try: door.main(['--help'])\n"
        f"finally: print([name for name in {slow} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


# -- errors ---------------------------------------------------------------------------------------------------


def test_wrong_usage_is_one_line_and_exits_with_2(content: Path) -> None:
    assert line(run("biuld"), 2).startswith("No such command 'biuld'. Did you mean `feedsvc build`?")
    assert "Did you mean `feedsvc serve content`?" in line(run("content"), 2)
    assert "--jsn" in line(run("build", "--jsn"), 2)
    alone = run("ledger")
    assert (alone.exit_code, alone.stdout) == (2, "")
    assert "    feedsvc ledger save ledger.txt\n" in alone.stderr
    assert "'limit' is not NAME=VALUE" in line(run("build", "--set", "limit"), 2)
    assert "Missing argument 'DEST'" in line(run("export"), 2)
    assert line(run("build", content, "--config", "none.toml"), 2).endswith("none.toml: no such configuration file")


def test_a_wrong_setting_exits_with_2_and_names_the_key(content: Path) -> None:
    assert line(run("build", content, "--set", "feeds.limt=3"), 2) == (
        "feeds.limt: no such setting; did you mean feeds.limit? (on the command line)"
    )
    assert line(run("check", content, "--set", "feeds.limit=x"), 2) == (
        "feeds.limit: should be a whole number, not 'x' (on the command line)"
    )


def test_a_missing_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    assert line(run("build"), 1) == (
        f"{tmp_path / 'content'}: no such folder; give the folder that holds your posts as CONTENT"
    )
    (tmp_path / "_posts").mkdir()
    assert line(run("build"), 1).endswith("for the site here, say `.` as CONTENT")
    (tmp_path / "_posts").rmdir()
    (tmp_path / "hugo.toml").touch()
    assert line(run("build"), 1).endswith("for the site here, say `.` as CONTENT")
    (tmp_path / "file").write_text("")
    assert "file: not a folder" in line(run("build", "file"), 1)


@pytest.mark.parametrize("command", ["build", "check"])
@pytest.mark.parametrize(
    ("beside", "where"),
    [
        ("notes.txt", "Posts are Markdown or HTML files"),
        ("_config.yml", "files of folders named _posts"),
        ("hugo.toml", "the pages of content"),
        ("pelicanconf.py", "the articles of this folder"),
    ],
)
def test_a_folder_without_any_post_may_be_the_wrong_one(command: str, beside: str, where: str, tmp_path: Path) -> None:
    folder = tmp_path / "wrong"
    folder.mkdir()
    (folder / beside).touch()
    result = run(command, folder, "--set", "site.url=https://example.org")
    assert result.exit_code == 0
    assert f"No posts in {folder}: is it the right folder? " in result.stderr
    assert where in result.stderr


def test_feeds_before_the_first_build_says_so(content: Path) -> None:
    assert "nothing has been built here yet" in line(run("feeds", content), 1)


def test_a_state_folder_that_cannot_be_made_is_one_line(content: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file") in line(run("build", content, "--state", tmp_path / "file"), 1)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (FeedsvcError("two\nlines"), 1, "two lines"),
        (CatalogueError("/state", "is from a newer feedsvc"), 1, "/state: is from a newer feedsvc"),
        (PermissionError(13, "Permission denied", "/x"), 1, "/x: Permission denied"),
        (OSError("plain"), 1, "plain"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("0"), 1, "unexpected ZeroDivisionError at test_cli.py:"),
    ],
)
def test_no_error_is_a_traceback(
    error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.group(cls=type(door))
    def raising() -> None:
        raise error

    with pytest.raises(SystemExit) as caught:
        raising.main(["build", "--help"])
    assert caught.value.code == status
    assert capsys.readouterr().err.strip().startswith(f"feedsvc: {said}")


def test_a_port_in_use_is_found_out_before_building(content: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = line(run("serve", content, "--port", str(port)), 1)
    assert said == f"cannot listen at 127.0.0.1:{port}: another program listens there; choose a port with --port"
    assert not (content / ".feedsvc").exists()


# -- commands -------------------------------------------------------------------------------------------------


def test_build_says_what_it_did_and_writes_nothing_when_nothing_changed(content: Path) -> None:
    first = run("build", content)
    assert first.exit_code == 0, first.output
    assert first.stdout.startswith("2 posts: 2 added; 4 feeds changed, 12 documents written; ")
    assert run("build", content).stdout.startswith("2 posts: nothing new; no feed changed; ")
    report = orjson.loads(run("build", content, "--json").stdout)
    assert (report["posts"], report["written"], report["problems"]) == (2, 0, [])


def test_build_tells_the_first_problems_and_strict_makes_them_an_error(content: Path) -> None:
    for number in range(7):
        write(content, f"bad-{number}", "---\ntitle: 未完 never closed\n")
    result = run("build", content)
    assert result.exit_code == 0
    assert "bad-0.md:1: open-fence: " in result.stderr
    assert result.stderr.splitlines()[-1] == "and 2 more problems: `feedsvc check` lists all."
    assert run("build", content, "--strict").exit_code == 1


def test_build_without_an_address_says_that_it_is_a_trial(content: Path) -> None:
    (content / "feedsvc.toml").unlink()
    assert "site.url is not set" in run("build", content).stderr


def test_a_dry_run_shows_what_subscribers_would_see_and_changes_nothing(content: Path) -> None:
    assert "  + 一" in run("build", content, "--dry-run").stdout
    assert not (content / ".feedsvc").exists()
    run("build", content)
    assert run("build", content, "--dry-run").stdout == "No feed would change.\n"
    write(content, "三")
    shown = run("build", content, "--dry-run").stdout
    assert "/category/要闻/atom.xml\n  + 三\n/tag/" in shown
    assert shown.endswith("4 feeds would change.\n")
    changes = orjson.loads(run("build", content, "--dry-run", "--json").stdout)
    assert changes[0]["entries_added"] == ["三"]
    fewer = run("build", content, "--dry-run", "--set", "feeds.limit=1", "--set", "feeds.window=0").stdout
    assert "\n  - " in fewer
    assert run("build", content).stdout.startswith("3 posts: 1 added; ")


def test_posts_that_are_all_gone_are_only_published_as_such_when_told(content: Path) -> None:
    run("build", content)
    for path in content.glob("*.md"):
        path.unlink()
    assert str(content) in line(run("build", content), 1)
    assert run("build", content, "--allow-empty").exit_code == 0


def test_check_prints_problems_as_compilers_do(content: Path) -> None:
    clean = run("check", content)
    assert (clean.exit_code, clean.stdout, clean.stderr) == (0, "", "No problems.\n")
    write(content, "坏", "---\ntitle: 未完\n")
    result = run("check", content)
    assert (result.exit_code, result.stderr) == (1, "1 problem.\n")
    assert result.stdout.startswith("坏.md:1: open-fence: ")
    assert orjson.loads(run("check", content, "--json").stdout)[0]["path"] == "坏.md"
    assert not (content / ".feedsvc").exists()


def test_feeds_lists_every_feed_with_its_address(content: Path) -> None:
    run("build", content)
    lines = run("feeds", content).stdout.splitlines()
    assert lines[0] == "2  2024-01-31 12:00  https://example.org/atom.xml"
    assert lines[1].endswith("/category/%E8%A6%81%E9%97%BB/atom.xml  要闻")
    listed = orjson.loads(run("feeds", content, "--json").stdout)["feeds"]
    assert [feed["term"] for feed in listed] == ["", "要闻", "A股", "news"]
    assert listed[0]["rss"] == "https://example.org/rss.xml"


def test_feeds_as_json_are_what_the_server_lists(content: Path) -> None:
    write(content, "short", POST.replace("要闻", "短 lived"))
    run("build", content)
    (content / "short.md").unlink()
    assert run("build", content).exit_code == 0
    assert "(empty since" in run("feeds", content).stdout
    shown = run("feeds", content, "--json").stdout
    assert shown.encode() == create_app(content).test_client().get("/feeds.json").data + b"\n"
    assert [feed["html"] for feed in orjson.loads(shown)["feeds"]][:2] == [
        "https://example.org/",
        "https://example.org/category/%E8%A6%81%E9%97%BB/",
    ]


def test_markdown_without_front_matter_is_told_where_nothing_is_a_post(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("甲", "乙", "c", "d"):
        write(folder, name, "# 笔记 {title}\n")
    (folder / "page.html").write_text("<p>x</p>")
    for command in ("check", "build"):
        result = run(command, folder)
        assert result.exit_code == 0
        assert "No posts: 4 Markdown files have no front matter: c.md, d.md, 乙.md, … (start" in result.stderr
    write(folder, "post")
    for command in ("check", "build"):
        assert "no front matter" not in run(command, folder).stderr


def test_markdown_without_front_matter_is_not_told_beside_a_draft(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    write(folder, "a", "# 笔记\n")
    write(folder, "draft", POST.replace("tags:", "draft: true\ntags:"))
    assert "0 posts" in run("build", folder).stdout
    assert "no front matter" not in run("build", folder).stderr


def test_export_builds_and_writes_only_what_changed(content: Path, tmp_path: Path) -> None:
    assert run("export", "public", content).stdout.startswith("27 files written, 0 removed, 0 as they were")
    assert (tmp_path / "public" / "tag" / "A股" / "atom.xml").is_file()
    assert orjson.loads(run("export", "public", content, "--json").stdout) == {
        "written": 0,
        "removed": 0,
        "kept": 27,
        "left_out": [],
        "in_the_way": [],
    }


def test_the_ledger_moves_to_another_state(content: Path) -> None:
    run("build", content)
    assert run("ledger", "save", "ledger", content).exit_code == 0
    assert run("ledger", "load", "ledger", content, "--state", "other").exit_code == 0
    assert run("build", content, "--state", "other").exit_code == 0
    assert "has a ledger already" in line(run("ledger", "load", "ledger", content, "--state", "other"), 1)


def test_every_command_takes_settings(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("build", content)
    shown = run("feeds", content, "--set", "feeds.url=https://feeds.example.org").stdout
    assert "https://feeds.example.org/atom.xml" in shown
    monkeypatch.setenv("FEEDSVC_FEEDS_URL", "https://env.example.org")
    monkeypatch.setenv("FEEDSVC_CONTENT", str(content))
    assert "https://env.example.org/atom.xml" in run("feeds").stdout


# -- beside another process -----------------------------------------------------------------------------------


@pytest.fixture
def watching(content: Path) -> Iterator[subprocess.Popen[str]]:
    """A ``build --watch`` that has built once."""
    command = [sys.executable, "-m", "feedsvc", "build", str(content), "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("2 posts")
        yield process
        process.kill()


def test_build_asks_a_running_one_and_waits_and_ctrl_c_ends_that_cleanly(
    content: Path, watching: subprocess.Popen[str]
) -> None:
    write(content, "三")
    result = run("build", content, "--json")
    assert result.exit_code == 0, result.output
    assert orjson.loads(result.stdout)["posts"] == 3
    assert "another feedsvc is writing here" in line(run("build", content, "--watch"), 75)
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate(timeout=10)
    assert watching.returncode == 130
    assert errors.splitlines()[-1] == "feedsvc: interrupted"
    assert "Traceback" not in errors


def test_output_into_a_closed_pipe_is_no_traceback(content: Path) -> None:
    run("build", content)
    command = f"{sys.executable} -m feedsvc feeds {content} | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_python_m_feedsvc_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "feedsvc", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("feedsvc, version ")
