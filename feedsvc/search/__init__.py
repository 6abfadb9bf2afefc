"""Searching posts by words: an index in a file of its own, made beside the service, and answers from it."""

from feedsvc.search.indexer import Indexer
from feedsvc.search.process import Companion
from feedsvc.search.search import Search

__all__ = ["Companion", "Indexer", "Search"]
