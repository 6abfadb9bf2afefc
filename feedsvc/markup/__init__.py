"""Post body → clean HTML: absolute references, safe, legal in XML. And HTML → plain text."""

from feedsvc.markup.characters import legal
from feedsvc.markup.clean import to_html
from feedsvc.markup.excerpt import excerpt
from feedsvc.markup.plain import text

__all__ = ["excerpt", "legal", "text", "to_html"]
