"""The only reader of documents: answers kept in memory, ready, following the catalogue's generation."""

from feedsvc.shelf.shelf import Current, Make, Shelf
from feedsvc.shelf.shelved import CODINGS, Coding, Headers, Key, Shelved, Variant, encode, links

__all__ = ["CODINGS", "Coding", "Current", "Headers", "Key", "Make", "Shelf", "Shelved", "Variant", "encode", "links"]
