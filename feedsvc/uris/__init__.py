"""Addresses: resolving references, feeds' paths and back, and the links and ids that Jekyll gives."""

from feedsvc.uris.archives import Bound, archive_path, mark, read_archive_path
from feedsvc.uris.feeds import addressable, feed_name, feed_path, page_path, read_path
from feedsvc.uris.hugo import HugoPage, hugo_path
from feedsvc.uris.jekyll import STYLES, UrlDrop, downcase, jekyll_url, normal_path, permalink_template, post_id, slugify
from feedsvc.uris.pelican import needs_unidecode, pelican_path, pelican_slug, tag_uri
from feedsvc.uris.references import absolute, ascii_uri

__all__ = [
    "STYLES",
    "Bound",
    "HugoPage",
    "UrlDrop",
    "absolute",
    "addressable",
    "archive_path",
    "ascii_uri",
    "downcase",
    "feed_name",
    "feed_path",
    "hugo_path",
    "jekyll_url",
    "mark",
    "needs_unidecode",
    "normal_path",
    "page_path",
    "pelican_path",
    "pelican_slug",
    "permalink_template",
    "post_id",
    "read_archive_path",
    "read_path",
    "slugify",
    "tag_uri",
]
