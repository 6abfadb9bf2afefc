"""The only reader of documents: answers kept in memory, ready, following the catalogue's generation."""

from feedsvc.shelf.shelf import Current, Make, Shelf
from feedsvc.shelf.shelved import Headers, Key, Shelved, Variant, links

__all__ = ["Current", "Headers", "Key", "Make", "Shelf", "Shelved", "Variant", "links"]
