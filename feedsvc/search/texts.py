"""A post as searches see it: its title and what there is to read of it, folded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import blake2b

import orjson

from feedsvc.catalogue import Filed, Reader
from feedsvc.markup import to_text, with_references
from feedsvc.select import fold


def read_texts(reader: Reader, posts: Collection[Filed]) -> Iterator[str]:
    """The texts of posts, in their order; "" for one that has gone meanwhile."""
    bodies = reader.bodies([filed.number for filed in posts])
    return (searchable(filed, bodies[filed.number]) if filed.number in bodies else "" for filed in posts)


def searchable(filed: Filed, body: str) -> str:
    """The title, and below it the text."""
    post = filed.post
    try:
        text = to_text(with_references(body, ()), post.markup, post.url)
    except Exception:
        text = ""
    return fold(f"{post.title}\n{text}")


def key(filed: Filed) -> bytes:
    """Digests all that a post is indexed under, and its place among others."""
    post = filed.post
    facts = (filed.published, post.title, post.url, post.markup, [(term.scheme, term.name) for term in post.terms])
    return blake2b(orjson.dumps(facts) + filed.digest, digest_size=8).digest()
