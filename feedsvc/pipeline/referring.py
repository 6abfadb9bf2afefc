"""Posts that refer to others show these posts' addresses, whichever of them changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from feedsvc.catalogue import Draft, Filed, Standing, Writer, referred_name
from feedsvc.model import Post, Problem, Reference
from feedsvc.pipeline.overlay import Overlay

MISSING = "link-missing"
_HINT = "name the post's file as it is: _posts/2022-06-02-slug.md for link, 2022-06-02-slug for post_url"


def due_to_change(ahead: Overlay, writer: Writer) -> list[Filed]:
    """Posts that refer to others and were filed, or that refer to one whose address came, changed or went."""
    numbers = {number for number, filed in ahead.draft.posts.items() if filed and filed.post.refers}
    if writer.any_refers():
        numbers |= writer.referring(_moved(ahead.draft))
    found = (ahead.post(number) for number in sorted(numbers))
    return [filed for filed in found if filed and filed.post.refers]


def _moved(draft: Draft) -> set[str]:
    """The names of posts whose addresses came, changed or went."""
    names: set[str] = set()
    for number, new in draft.posts.items():
        old = draft.before[number]
        if _address(old) != _address(new):
            names |= {filed.post.name for filed in (old, new) if filed}
    return names


def resolved(post: Post, ahead: Overlay, site_url: str, collections_dir: str) -> tuple[Reference, ...]:
    """What a post refers to, with the addresses that are now."""
    return tuple(
        replace(reference, url=_url(reference, ahead, collections_dir).removeprefix(site_url))
        for reference in post.refers
    )


def unresolved(post: Post) -> Post:
    """A post as it was read: what it refers to is not looked up."""
    return post._replace(refers=tuple(replace(each, url="") for each in post.refers)) if post.refers else post


def problems(post: Post) -> Iterator[Problem]:
    """What it refers to in vain."""
    for each in post.refers:
        if not each.url:
            message = f"{each.kind} {each.target!r} names no post that is published: the link leads nowhere"
            yield Problem(post.path, each.line, MISSING, message, _HINT)


def _address(filed: Filed | None) -> tuple[str, str, str] | None:
    if filed is None or filed.standing is Standing.WAITING:
        return None
    return filed.post.path, filed.post.name, filed.post.url


def _url(reference: Reference, ahead: Overlay, collections_dir: str) -> str:
    """The address of the post that is meant, "" where there is none.

    Jekyll takes the first post, by date, at the very place that is named, else for ``post_url`` anywhere.
    """
    inside = f"{collections_dir}/" if collections_dir else ""
    folders = _folders(reference)

    def place(filed: Filed) -> tuple[bool, int, str]:
        folder = filed.post.path.removeprefix(inside).rpartition("/")[0]
        return folder not in folders, filed.published, filed.post.path

    found = sorted(
        (
            filed
            for filed in ahead.named(referred_name(reference))
            if filed.standing is not Standing.WAITING and _may_be(reference, filed.post.path.removeprefix(inside))
        ),
        key=place,
    )
    return found[0].post.url if found else ""


def _may_be(reference: Reference, path: str) -> bool:
    return reference.kind == "post_url" or path == reference.target


def _folders(reference: Reference) -> tuple[str, ...]:
    """The folders in which ``post_url`` looks first (Jekyll's ``PostComparer``)."""
    above = reference.target.rpartition("/")[0]
    return (f"_posts/{above}", f"{above}/_posts") if above else ("_posts",)
