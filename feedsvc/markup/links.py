"""Makes every reference in sanitised HTML an absolute ASCII URI."""

from __future__ import annotations

import html
import re

from feedsvc.markup.allowed import LINK_SCHEMES, MEDIA_SCHEMES
from feedsvc.uris import absolute

# The sanitiser's output is canonical: names are lower-case, values stand in double quotes and hold none, and
# "<" in text is "&lt;". So every "<" outside a value opens a tag, and these patterns see real tags only:
# a tag is matched whole, and attributes are read one after another from its name on.
ATTRIBUTE = re.compile(r' ([a-z][a-z0-9-]*)="([^"]*)"')
_TAG = re.compile(r'<([a-z][a-z0-9]*)((?: [a-z][a-z0-9-]*="[^"]*")+)>')
_CANDIDATE = re.compile(r"[\s,]*([^\s,](?:\S*[^\s,])?)(?:\s+(\d+(?:\.\d+)?[wxh]))?\s*(?:,|$)")
_SCHEMES = {
    "href": LINK_SCHEMES,
    "cite": LINK_SCHEMES,
    "longdesc": LINK_SCHEMES,
    "src": MEDIA_SCHEMES,
    "poster": MEDIA_SCHEMES,
}


def absolute_links(clean: str, base: str) -> str:
    """``clean``, which the sanitiser returned, with all its references resolved against ``base``.

    A reference that cannot be one is dropped, and an image without a source becomes its ``alt`` text. Ids
    stay on footnotes alone: readers show footnotes by them, other links into a post lead to its page.
    """

    def attribute(found: re.Match[str]) -> str:
        name, value = found.groups()
        if name in _SCHEMES:
            uri = resolve(value, base, _SCHEMES[name])
            return f' {name}="{uri}"' if uri else ""
        if name == "srcset":
            candidates = _candidates(value, base)
            return f' srcset="{candidates}"' if candidates else ""
        if name == "id" and not value.startswith("fn"):
            return ""
        return found.group()

    def tag(found: re.Match[str]) -> str:
        name, attributes = found.groups()
        kept = ATTRIBUTE.sub(attribute, attributes)
        return _alternative(kept) if name == "img" else f"<{name}{kept}>"

    return _TAG.sub(tag, clean).replace("<img>", "")


def _alternative(attributes: str) -> str:
    named: dict[str, str] = dict(ATTRIBUTE.findall(attributes))
    if "src" in named or "srcset" in named:
        return f"<img{attributes}>"
    return named.get("alt", "").replace("&quot;", '"')


def resolve(value: str, base: str, schemes: frozenset[str]) -> str:
    """The escaped attribute ``value`` as an escaped absolute URI; "" unless its scheme is one of ``schemes``."""
    if not value.strip() and schemes is MEDIA_SCHEMES:
        return ""  # it would be the post's page itself
    uri = absolute(base, html.unescape(value) if "&" in value else value)
    scheme = uri.partition(":")[0].lower()
    return uri.replace("&", "&amp;") if scheme in schemes else ""


def _candidates(value: str, base: str) -> str:
    """A ``srcset`` (HTML, section 4.8.4.2.1) with its URLs made absolute, without those that cannot be."""
    found = ((resolve(url, base, MEDIA_SCHEMES), size) for url, size in _CANDIDATE.findall(value))
    return ", ".join(f"{uri} {size}".rstrip() for uri, size in found if uri)
