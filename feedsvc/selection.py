"""Which files of a content folder are posts, and which folders may hold some: by their names alone."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from posixpath import basename, dirname

from feedsvc.rules import ContentRules, HugoRules

# Jekyll's markdown_ext, and what needs no conversion
MARKDOWN = frozenset((".md", ".markdown", ".mkdown", ".mkdn", ".mkd"))
HTML = frozenset((".html", ".htm"))
_ANY = MARKDOWN | HTML
_SUFFIXES = {
    "hugo": HTML | {".md", ".markdown", ".mdown"},
    "pelican": HTML | {".md", ".markdown", ".mdown", ".mkd"},
}

# Jekyll's DEFAULT_EXCLUDES that are folders; they end in a slash where a file's prefix could be meant
_NEVER = ("node_modules/", "gemfiles/", "vendor/bundle/", "vendor/cache/", "vendor/gems/", "vendor/ruby/")
_SPECIAL = (".", "_", "#", "~")
_WILD = re.compile(r"[*?\[]")
# where generators of sites keep what is no post
_APART = frozenset(("_data", "_drafts", "_includes", "_layouts", "_site"))


def is_post(path: str, rules: ContentRules) -> bool:
    """Whether ``path`` (relative to the content folder, with slashes) is a post's file, as its name tells.

    In a Jekyll site: what lies under a ``_posts`` folder and passes Jekyll's EntryFilter. In a plain folder:
    every Markdown or HTML file. Anywhere: what a glob of ``rules.include`` names in full.
    """
    if suffix(path) not in _SUFFIXES.get(rules.layout, _ANY) or _forbidden(path) or not _is_text(path):
        return False
    if rules.include and _named(path, rules.include):
        return True
    folders, _, name = path.rpartition("/")
    if _excluded(path, rules.include, rules.exclude) or not is_folder(folders, rules):
        return False
    match rules.layout:
        case "hugo":
            found = _lies_in(folders, (rules.hugo.root,)) and _is_page(folders, name, rules.hugo)
        case "pelican":
            found = _lies_in(folders, _articles(rules)) and path not in _pages(rules) and not name.startswith(".")
        case "plain":
            found = not name.startswith((".", "#", "~", "_index."))  # Hugo's _index is a list of posts
        case "jekyll":
            inside = not rules.collections_dir or _lies_in(folders, (rules.collections_dir,))
            found = inside and not name.startswith(_SPECIAL) and "_posts" in folders.split("/")
    return found


def is_folder(path: str, rules: ContentRules) -> bool:
    """Whether the folder ``path`` may hold posts, so that it is worth descending into; "" is the whole."""
    return _is_open(path, rules.layout, rules.include, rules.exclude) and _is_within(path, rules)


def suffix(path: str) -> str:
    """The extension of a file, in lower case, with its dot; "" without one."""
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def settles_folder(path: str, rules: ContentRules) -> bool:
    """Whether this file decides what the others of its folder are: in a Hugo site, an ``index.md`` makes a bundle.

    All that lies with it and below it belongs to its page, and is none itself.
    """
    folder, name = dirname(path), basename(path)
    return (
        rules.layout == "hugo"
        and name.startswith("index.")
        and folder not in ("", rules.hugo.root)
        and is_post(path, rules)
    )


def scope(path: str, rules: ContentRules) -> str:
    """What to look at when the file at ``path`` changed: itself, or its folder if it decides over that."""
    return dirname(path) if settles_folder(path, rules) else path


def is_draft(path: str) -> bool:
    """Whether a post lies where Jekyll keeps drafts."""
    folders = dirname(path).split("/")
    return "_drafts" in folders and "_posts" not in folders


def _is_page(folder: str, name: str, rules: HugoRules) -> bool:
    """Whether Hugo takes the file for a page of the site's own language: no list of pages, no translation."""
    base, dot, language = name[: -len(suffix(name))].rpartition(".")
    if not dot or language not in rules.languages:
        base, language = f"{base}{dot}{language}", rules.language
    home = base == "index" and folder == rules.root
    return not name.startswith((".", "#")) and base != "_index" and not home and language == rules.language


def _is_within(path: str, rules: ContentRules) -> bool:
    """Whether a folder is one of those that the site's generator reads, or leads to one, or is asked for."""
    if rules.layout == "hugo":
        roots: tuple[str, ...] = (rules.hugo.root,)
    elif rules.layout == "pelican":
        roots = () if path in _pages(rules) else _articles(rules)
    else:
        return True
    leads = any(f"{root}/".startswith(f"{path}/") for root in roots)
    return not path or leads or _lies_in(path, roots) or _leads_to(path, rules.include)


def _lies_in(folder: str, roots: tuple[str, ...]) -> bool:
    return any(not root or f"{folder}/".startswith(f"{root}/") for root in roots)


def _articles(rules: ContentRules) -> tuple[str, ...]:
    return _below(rules.pelican.root, rules.pelican.paths)


def _pages(rules: ContentRules) -> tuple[str, ...]:
    return _below(rules.pelican.root, rules.pelican.excludes)


def _below(root: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("/".join(filter(None, (root, path.strip("/")))) for path in paths)


@lru_cache(maxsize=4096)
def _is_open(path: str, layout: str, include: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    if path == "":
        return True
    if _forbidden(path):
        return False
    if _leads_to(path, include):
        return True
    return _is_open(dirname(path), layout, include, exclude) and not _shut(path, layout, include, exclude)


def _shut(path: str, layout: str, include: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    """Whether this folder is passed over, its parents being open."""
    parts = path.split("/")
    name = parts[-1]
    below = layout == "jekyll" and "_posts" in parts[:-1]
    if below and name.startswith("."):
        return True  # where Jekyll looks with a glob, whose stars stand for no dot: not even ``include`` helps
    if _matches(path, include) or _matches(name, include):
        return False
    if _excluded(path, include, exclude):
        return True
    if layout == "jekyll":
        # below _posts Jekyll looks at the start of a file's path there, and at its own name, at nothing between
        special = name.startswith(_SPECIAL) and (not below or parts[-2] == "_posts")
        return name != "_posts" and (special or (not below and name.endswith("~")))
    return name.startswith((".", "#", "~")) or name.endswith("~") or (layout == "plain" and name in _APART)


def _is_text(path: str) -> bool:
    """Whether the name is text: one in GBK on a file system of UTF-8 can be no path in a catalogue or a link."""
    return path.isascii() or path.isprintable() or not any("\ud800" <= char <= "\udfff" for char in path)


def _forbidden(path: str) -> bool:
    """What no setting opens: version control, and the program's own state."""
    return path.startswith((".git", ".feedsvc")) and path.split("/", 1)[0] in (".git", ".feedsvc")


def _excluded(path: str, include: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    if f"{path}/".startswith(_NEVER):
        return True
    return bool(exclude) and _matches(path, tuple(glob for glob in exclude if glob not in include))


def _matches(path: str, globs: tuple[str, ...]) -> bool:
    """Jekyll's ``glob_include?``: by glob, whose ``*`` crosses slashes, or as what a path starts with."""
    for glob in globs:
        plain = glob.lstrip("/")
        if not plain:
            continue
        if _pattern(plain).match(path) or path.startswith(plain) or plain == f"{path}/":
            return True
    return False


def _named(path: str, globs: tuple[str, ...]) -> bool:
    return any(_pattern(glob.lstrip("/")).match(path) for glob in globs)


def _leads_to(path: str, globs: tuple[str, ...]) -> bool:
    """Whether a glob may name files in this folder: by the part of it before its first wildcard."""
    for glob in globs:
        plain = glob.lstrip("/")
        wild = _WILD.search(plain)
        if wild is None:
            if plain.startswith(f"{path}/"):
                return True
            continue
        fixed = plain[: wild.start()]
        if fixed.startswith(f"{path}/") or (fixed.endswith("/") and f"{path}/".startswith(fixed)):
            return True
    return False


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    # "**/" is any folders, or none
    return re.compile("|".join(translate(form) for form in {glob, glob.replace("**/", "")}))
