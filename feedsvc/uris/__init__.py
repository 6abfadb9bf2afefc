"""Addresses: resolving references, feeds' paths and back, and the links and ids that Jekyll gives."""

from feedsvc.uris.feeds import addressable, feed_path, page_path, read_path
from feedsvc.uris.jekyll import STYLES, UrlDrop, downcase, jekyll_url, permalink_template, post_id, slugify
from feedsvc.uris.references import absolute, ascii_uri

__all__ = [
    "STYLES",
    "UrlDrop",
    "absolute",
    "addressable",
    "ascii_uri",
    "downcase",
    "feed_path",
    "jekyll_url",
    "page_path",
    "permalink_template",
    "post_id",
    "read_path",
    "slugify",
]
