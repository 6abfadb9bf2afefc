"""HTML of any kind → HTML of the allowed kind, balanced and in canonical form (ammonia over html5ever)."""

from __future__ import annotations

import re

import nh3

from feedsvc.markup.allowed import ATTRIBUTES, DROPPED_WITH_CONTENT, ELEMENTS, EMBEDS, LINK_SCHEMES
from feedsvc.markup.characters import legal

_SAFE = nh3.Cleaner(
    tags=set(ELEMENTS),
    clean_content_tags=set(DROPPED_WITH_CONTENT),
    attributes=ATTRIBUTES,
    set_tag_attribute_values={"audio": {"controls": ""}, "video": {"controls": ""}},
    url_schemes=set(LINK_SCHEMES),
    link_rel=None,
)
_WITH_EMBEDS = nh3.Cleaner(
    tags=ELEMENTS | EMBEDS,
    clean_content_tags=DROPPED_WITH_CONTENT - EMBEDS,
    attributes=ATTRIBUTES
    | {
        "*": ATTRIBUTES["*"] | {"hidden", "style"},
        "embed": {"src"},
        "iframe": {"src"},
        "object": {"data"},
    },
    url_schemes=set(LINK_SCHEMES),
    link_rel=None,
)
_PRE = re.compile(r"(<pre(?: [a-z]+=\"[^\"]*\")*>)\n")
# The element between a heading and another in it was not allowed: now the second would end the first.
_HEADING_IN_HEADING = re.compile(r"<h[1-6][ >](?:[^<]|<(?!/?h[1-6][ >]))*+<h[1-6][ >]")


def safe(raw: str) -> str:
    """``raw`` with nothing in it but what is allowed in a feed; references are left as they are."""
    clean = legal(_SAFE.clean(raw))  # again: character references may have named what is not legal
    if _HEADING_IN_HEADING.search(clean):
        clean = legal(_SAFE.clean(readable_again(clean)))
    return clean


def with_embeds(raw: str) -> str:
    """The same with embeds, styles and ``hidden``, to look at what they say: not yet safe."""
    return legal(_WITH_EMBEDS.clean(raw))


def readable_again(canonical: str) -> str:
    """``canonical`` so that a parser finds in it what is there: it drops a newline that follows ``<pre>``."""
    return _PRE.sub("\\1\n\n", canonical)
