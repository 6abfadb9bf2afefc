"""A folder in which nothing is a post: the wrong one, or one whose files do not say what they are."""

from __future__ import annotations

from feedsvc.cli import say
from feedsvc.config import Settings
from feedsvc.exceptions import ContentError
from feedsvc.parse.decode import decode
from feedsvc.parse.matter import read_matter
from feedsvc.scan import any_post, read, scan
from feedsvc.selection import MARKDOWN, suffix

_FIRST = 3  # files that are named


def remark(settings: Settings) -> None:
    """Say that no file can be a post, or which have no front matter where none has any.

    In a Jekyll site each file of the latter kind is a problem of its own.
    """
    if not any_post(settings.content, settings.rules, settings.state):
        say.remark(f"No posts in {settings.content}: is it the right folder? {_where(settings)}")
    elif paths := _without(settings):
        named = ", ".join(paths[:_FIRST]) + (", …" if len(paths) > _FIRST else "")
        have = "has" if len(paths) == 1 else "have"
        say.remark(
            f"No posts: {say.counted(len(paths), 'Markdown file')} {have} no front matter: {named} "
            "(start a post with a line of ---, its title and date, and another line of ---)"
        )


def _where(settings: Settings) -> str:
    rules = settings.rules
    match rules.layout:
        case "jekyll":
            return "In a Jekyll site, posts are the files of folders named _posts."
        case "hugo":
            return f"In this Hugo site, posts are the pages of {rules.hugo.root or 'this folder'}."
        case "pelican":
            return f"In this Pelican site, posts are the articles of {rules.pelican.root or 'this folder'}."
    return "Posts are Markdown or HTML files that start with front matter."


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
