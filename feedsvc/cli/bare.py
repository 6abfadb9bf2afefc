"""A folder of Markdown in which nothing is a post, because no file says that it is one."""

from __future__ import annotations

from feedsvc.cli import say
from feedsvc.config import Settings
from feedsvc.exceptions import ContentError
from feedsvc.parse.decode import decode
from feedsvc.parse.matter import read_matter
from feedsvc.scan import read, scan
from feedsvc.selection import MARKDOWN, suffix

_FIRST = 3  # files that are named


def remark(settings: Settings) -> None:
    """Say which files have no front matter, where none has any; in a Jekyll site each is a problem of its own."""
    paths = _without(settings)
    if paths:
        named = ", ".join(paths[:_FIRST]) + (", …" if len(paths) > _FIRST else "")
        have = "has" if len(paths) == 1 else "have"
        say.remark(
            f"No posts: {say.counted(len(paths), 'Markdown file')} {have} no front matter: {named} "
            "(start a post with a line of ---, its title and date, and another line of ---)"
        )


def _without(settings: Settings) -> list[str]:
    if settings.rules.layout != "plain":
        return []
    found = scan(settings.content, settings.rules, {}, skip=settings.state).suspect
    if any(_has_front_matter(settings, path) for path in found):
        return []
    return [path for path in found if suffix(path) in MARKDOWN]


def _has_front_matter(settings: Settings, path: str) -> bool:
    """Whether a file has any, even such as cannot be read: that is a problem, which has been told."""
    try:
        found = read(settings.content, path, settings.rules.max_bytes)
        return found is not None and read_matter(decode(found[0], path), path) is not None
    except ContentError:
        return True
