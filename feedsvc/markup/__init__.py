"""Post body → clean HTML: absolute references, safe, legal in XML. And HTML → plain text."""

from feedsvc.markup.characters import legal
from feedsvc.markup.clean import to_html, to_text
from feedsvc.markup.excerpt import excerpt
from feedsvc.markup.plain import text
from feedsvc.markup.references import reference, starts_with_reference, with_references

__all__ = [
    "excerpt",
    "legal",
    "reference",
    "starts_with_reference",
    "text",
    "to_html",
    "to_text",
    "with_references",
]
