"""Posts that name others by their files show those posts' addresses, whatever becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.desk import SITE, Desk, post

FROM = "_posts/2026-01-05-from.md"
TO = "_posts/2026-01-01-潮-tide.md"
NAME = "2026-01-01-潮-tide"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "site", tmp_path / "state")
    yield desk
    desk.writer.close()


def links(desk: Desk, title: str = "from") -> list[str]:
    """Where the links of a post lead."""
    (item,) = [item for item in desk.items() if item["title"] == title]
    html: str = item["content_html"]
    return [part.partition('"')[0] for part in html.split('href="')[1:]]


def named(desk: Desk, title: str) -> dict[str, Any]:
    (item,) = [item for item in desk.items() if item["title"] == title]
    return item


def told(desk: Desk) -> list[tuple[str, int, str]]:
    return [(problem.path, problem.line, problem.code) for problem in desk.writer.problems()]


def refer(mark: str) -> str:
    return post("from", f"first\n\n[a]({mark})", date="2026-01-05 00:00:00 +0800")


@pytest.mark.parametrize(
    "mark", [f"{{% post_url {NAME} %}}", f"{{% link {TO} %}}", f"{{{{ site.url }}}}{{% link {TO} %}}"]
)
def test_an_address_follows_its_post(mark: str, desk: Desk) -> None:
    desk.put(TO, post("to"))
    desk.put(FROM, refer(mark))
    desk.look()
    assert links(desk) == [f"{SITE}/2026/01/01/%E6%BD%AE-tide.html"]
    assert told(desk) == []
    before = named(desk, "from")
    desk.put(TO, post("to", more="permalink: /新/\n"))
    report = desk.look(TO)
    assert links(desk) == [f"{SITE}/%E6%96%B0/"]
    assert report.changed == 2
    assert named(desk, "from")["date_modified"] == before["date_modified"]  # its author changed nothing
    desk.drop(TO)
    desk.look()
    desk.look()
    assert told(desk) == [(FROM, 7, "link-missing")]
    assert "tide" not in named(desk, "from")["content_html"]
    assert links(desk) == ([SITE] if "site.url" in mark else [])
    assert "a</a>" in named(desk, "from")["content_html"]
    desk.put(TO, post("to"))
    desk.look(TO)
    assert links(desk) == [f"{SITE}/2026/01/01/%E6%BD%AE-tide.html"]
    assert told(desk) == []


def test_it_comes_when_the_other_is_due(desk: Desk) -> None:
    desk.put("_posts/2031-01-01-soon.md", post("soon", date="2031-01-01 00:00:00 +0000"))
    desk.put(FROM, refer("{% post_url 2031-01-01-soon %}"))
    desk.look()
    assert told(desk) == [(FROM, 7, "link-missing")]
    desk.look(after=400 * 86_400.0)
    assert links(desk) == [f"{SITE}/2031/01/01/soon.html"]
    assert told(desk) == []


def test_a_hidden_post_is_not_there(desk: Desk) -> None:
    desk.put(TO, post("to", more="published: false\n"))
    desk.put(FROM, refer(f"{{% post_url {NAME} %}}"))
    desk.look()
    assert told(desk) == [(FROM, 7, "link-missing")]


def test_the_place_that_is_named_comes_first(desk: Desk) -> None:
    desk.put(f"a/_posts/{NAME}.md", post("in a"))
    desk.put(f"b/_posts/{NAME}.md", post("in b", "other words", date="2026-01-01 07:00:00 +0800"))
    desk.put(FROM, refer(f"{{% post_url a/{NAME} %}}) [b]({{% post_url b/{NAME} %}}) [any]({{% post_url {NAME} %}}"))
    desk.look()
    assert links(desk) == [f"{SITE}/{place}/2026/01/01/%E6%BD%AE-tide.html" for place in ("a", "b", "b")]


def test_two_that_name_each_other(desk: Desk) -> None:
    desk.put(FROM, refer(f"{{% post_url {NAME} %}}"))
    desk.put(TO, post("to", "[b]({% post_url 2026-01-05-from %})"))
    desk.look()
    assert links(desk) == [f"{SITE}/2026/01/01/%E6%BD%AE-tide.html"]
    assert links(desk, "to") == [f"{SITE}/2026/01/05/from.html"]
    report = desk.look()
    assert (report.read, report.changed) == (0, 0)


def test_a_broken_post_keeps_its_links_up_to_date(desk: Desk) -> None:
    desk.put(TO, post("to"))
    desk.put(FROM, refer(f"{{% post_url {NAME} %}}"))
    desk.look()
    desk.put(FROM, "---\ntitle: 坏\n---\n".encode("gbk"))
    desk.look()
    desk.put(TO, post("to", more="permalink: /new/\n"))
    desk.look()
    assert links(desk) == [f"{SITE}/new/"]


def test_a_summary_shows_no_mark(desk: Desk) -> None:
    desk.put(TO, post("to"))
    desk.put(FROM, post("from", f"At {{% post_url {NAME} %}} it is.\n\nrest"))
    desk.look()
    assert named(desk, "from")["summary"] == "At /2026/01/01/%E6%BD%AE-tide.html it is."


# -- templates ------------------------------------------------------------------------------------------------


def test_what_is_included_and_known_of_the_site_is_read_again_where_it_is_used(desk: Desk) -> None:
    desk.put("_includes/note.html", "<b>{{ include.a }}</b>")
    desk.put("_data/tides.yml", "- {at: 早}\n")
    desk.put(FROM, post("from", "{% include note.html a='x' %} {{ site.data.tides[0].at }} {{ site.motto }}"))
    desk.put(TO, post("to"))
    desk.look()
    assert named(desk, "from")["content_html"] == "<p><b>x</b> 早</p>\n"
    desk.put("_includes/note.html", "<i>{{ include.a }}</i>")
    report = desk.look("_includes/note.html")
    assert (report.read, report.changed) == (1, 1)
    assert named(desk, "from")["content_html"] == "<p><i>x</i> 早</p>\n"
    desk.put("_data/tides.yml", "- {at: 晚}\n")
    assert desk.look().read == 1
    assert named(desk, "from")["content_html"] == "<p><i>x</i> 晚</p>\n"
    with (desk.root / "_config.yml").open("a") as file:
        file.write("motto: 潮\n")
    assert desk.look().read == 1
    assert named(desk, "from")["content_html"] == "<p><i>x</i> 晚 潮</p>\n"
    desk.drop("_includes/note.html")
    desk.look()
    assert told(desk) == [(FROM, 5, "liquid")]
    assert desk.look().read == 0


def test_no_include_lies_outside(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("SECRET")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "secret.html").write_text("SECRET")
    includes = desk.root / "_includes"
    includes.mkdir()
    (includes / "link.html").symlink_to(tmp_path / "secret.html")
    (includes / "folder").symlink_to(tmp_path / "more")
    (includes / "inside.html").write_text("fine")
    (includes / "alias.html").symlink_to("inside.html")
    (includes / "round").symlink_to(".")
    (includes / "loop.html").symlink_to("loop.html")
    desk.put(FROM, post("from", "{% include link.html %}{% include folder/secret.html %}{% include alias.html %}"))
    desk.look()
    assert named(desk, "from")["content_html"] == "<p>fine</p>\n"
    assert [code for _, _, code in told(desk)] == ["liquid", "liquid"]
