"""What Pelican makes of an article's names: its slug, its path by a template, and the id that its feeds give it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from html import unescape
from importlib import import_module
from string import Formatter
from urllib.parse import urlparse

from feedsvc.rules import PelicanRules
from feedsvc.uris.references import ascii_uri

try:  # an extra, `feedsvc[pelican]`: few slugs need it
    _to_ascii: Callable[[str], str] | None = import_module("unidecode").unidecode
except ImportError:
    _to_ascii = None

_TAGS = re.compile(r"<!--.*?-->|<[^<>]*>", re.DOTALL)
_SPACES = re.compile(r"\s+")


def pelican_slug(text: str, rules: PelicanRules) -> str:
    """Pelican's ``slugify``. Where it needs Unidecode and there is none, letters stay as they are."""
    text = unescape(_SPACES.sub(" ", _TAGS.sub("", text)).strip())
    text = unicodedata.normalize("NFKC", text)
    if not rules.slug_unicode and not text.isascii() and _to_ascii is not None:
        text = _to_ascii(text)
    for pattern, replacement in rules.slug_rules:
        text = re.sub(
            unicodedata.normalize("NFKC", pattern),
            unicodedata.normalize("NFKC", replacement),
            text,
            flags=re.IGNORECASE,
        )
    return (text if rules.slug_cased else text.lower()).strip()


def needs_unidecode(text: str, rules: PelicanRules) -> bool:
    """Whether the slug of ``text`` is Pelican's only with Unidecode, which is not installed."""
    return not text.isascii() and not rules.slug_unicode and not rules.unidecode


def pelican_path(template: str, fields: Mapping[str, object]) -> str:
    """A template such as ``{date:%Y}/{slug}.html``, filled in. ValueError where it cannot be."""
    try:
        return Formatter().vformat(template, (), fields)
    except (KeyError, IndexError, AttributeError, TypeError) as error:
        raise ValueError(f"{type(error).__name__} {error}") from error


def tag_uri(link: str, date: datetime) -> str:
    """The id of an article at ``link`` (feedgenerator's ``get_tag_uri``), as an ASCII URI."""
    parts = urlparse(link)
    fragment = f"/{parts.fragment}" if parts.fragment else ""
    return ascii_uri(f"tag:{parts.hostname},{date:%Y-%m-%d}:{parts.path}{fragment}")
