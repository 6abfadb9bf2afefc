"""The state: what we know of posts, terms, documents and builds, in SQLite files of the state folder."""

from feedsvc.catalogue.connection import BEARER, BORN, CATALOGUE, SIGNAL, TOKEN, Packer
from feedsvc.catalogue.control import Control
from feedsvc.catalogue.draft import Draft, FileRow, Written
from feedsvc.catalogue.inquiry import Inquiry
from feedsvc.catalogue.ledger import LedgerFile, LedgerPost, read_ledger
from feedsvc.catalogue.packing import Rendered, pack_rendered
from feedsvc.catalogue.reader import Reader
from feedsvc.catalogue.records import Filed, Standing, dump, instant, load
from feedsvc.catalogue.signal import Signal
from feedsvc.catalogue.writer import Writer

__all__ = [
    "BEARER",
    "BORN",
    "CATALOGUE",
    "SIGNAL",
    "TOKEN",
    "Control",
    "Draft",
    "FileRow",
    "Filed",
    "Inquiry",
    "LedgerFile",
    "LedgerPost",
    "Packer",
    "Reader",
    "Rendered",
    "Signal",
    "Standing",
    "Writer",
    "Written",
    "dump",
    "instant",
    "load",
    "pack_rendered",
    "read_ledger",
]
