"""What a file's path tells about its post: name, date, slug, folders."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feedsvc.model import Markup
from feedsvc.rules import ContentRules, HugoRules
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
    if rules.layout != "jekyll" and stem == "index" and folder:
        stem = folder.rpartition("/")[2]
    dated = (_DATED if rules.layout == "jekyll" else _PLAIN_DATED).match(stem)
    date, slug = (dated[1], dated[2] or "") if dated else ("", stem)
    slug = slug.rstrip(".")
    if rules.layout != "jekyll":
        return Place(path, stem, date, slug, (), path[: len(path) - len(extension)], markup)
    relative = path.removeprefix(f"{rules.collections_dir}/") if rules.collections_dir else path
    if "_posts" not in folder.split("/"):
        relative = f"_posts/{basename}"
    above, _, below = relative.partition("_posts")
    inner = (above + below)[: -len(extension) or None].rstrip(".")
    return Place(relative, stem, date, slug, tuple(filter(None, above.split("/"))), inner, markup)


def within(path: str, root: str) -> str:
    """``path`` as seen from the folder ``root``; as it is where it lies elsewhere."""
    return path.removeprefix(f"{root}/") if root else path


def hugo_name(path: str, rules: HugoRules) -> tuple[str, str]:
    """A file's name without its extension and its language, and that language: the site's where it names none."""
    basename = path.rpartition("/")[2]
    stem = basename[: len(basename) - len(suffix(path))]
    base, dot, language = stem.rpartition(".")
    return (base, language) if dot and language in rules.languages else (stem, rules.language)


def kept_at(published: str, post: str, rules: ContentRules) -> str:
    """Where the file lies in the content folder that is at ``published`` on the site, as the file ``post`` names it.

    "" where that is outside of it: the ``static`` folder, where CONTENT is a Hugo site's ``content`` alone.
    """
    if rules.layout == "pelican":
        return f"{rules.pelican.root}/{published}".lstrip("/")
    if rules.layout != "hugo":
        return published
    folder, _, name = post.rpartition("/")
    bundle = within(f"{folder}/", rules.hugo.root)
    if name.startswith("index.") and published.startswith(bundle):
        return folder + "/" + published[len(bundle) :]
    return f"static/{published}" if rules.hugo.root else ""
