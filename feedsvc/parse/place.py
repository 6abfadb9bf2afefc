"""What a file's path tells about its post: name, date, slug, folders."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feedsvc.model import ContentRules, Markup
from feedsvc.selection import HTML, suffix

_PLAIN_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[-_ ](.*))?\Z", re.DOTALL)  # a day's note has no more
_DATED = re.compile(r"(\d{2,4}-\d{1,2}-\d{1,2})-(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """``relative`` is the path that Jekyll's rules apply to: below ``_posts`` wherever an included file lies.

    ``name`` stays when the file moves; ``date`` is the file name's, as written, "" without one; ``slug`` is
    what follows it; ``folders`` are categories to Jekyll; ``inner`` is the path within the collection,
    without extension.
    """

    relative: str
    name: str
    date: str
    slug: str
    folders: tuple[str, ...]
    inner: str
    markup: Markup


def locate(path: str, rules: ContentRules) -> Place:
    """Reads ``path`` by the rules of the layout."""
    folder, _, basename = path.rpartition("/")
    extension = suffix(path)
    stem = basename[: len(basename) - len(extension)]
    markup: Markup = "html" if extension in HTML else "markdown"
    if rules.layout == "plain" and stem == "index" and folder:
        stem = folder.rpartition("/")[2]
    dated = (_PLAIN_DATED if rules.layout == "plain" else _DATED).match(stem)
    date, slug = (dated[1], dated[2] or "") if dated else ("", stem)
    slug = slug.rstrip(".")
    if rules.layout == "plain":
        return Place(path, stem, date, slug, (), path[: len(path) - len(extension)], markup)
    relative = path if "_posts" in folder.split("/") else f"_posts/{basename}"
    above, _, below = relative.partition("_posts")
    inner = (above + below)[: -len(extension) or None].rstrip(".")
    return Place(relative, stem, date, slug, tuple(filter(None, above.split("/"))), inner, markup)
