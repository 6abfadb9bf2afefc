"""The state: what we know of posts, terms, documents and builds, in SQLite files of the state folder."""

from feedsvc.catalogue.choosing import Index, Position, Row, choose
from feedsvc.catalogue.connection import BEARER, BORN, CATALOGUE, SIGNAL, TOKEN, Packer
from feedsvc.catalogue.control import Control
from feedsvc.catalogue.directory import Listed, Order, listed, totals
from feedsvc.catalogue.draft import Draft, FileRow, Written
from feedsvc.catalogue.inquiry import Inquiry
from feedsvc.catalogue.ledger import LedgerFile, LedgerPost, read_ledger
from feedsvc.catalogue.packing import Rendered, pack_rendered, unpack_rendered
from feedsvc.catalogue.reader import Reader
from feedsvc.catalogue.records import Filed, Standing, dump, instant, load, referred_name
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
    "Index",
    "Inquiry",
    "LedgerFile",
    "LedgerPost",
    "Listed",
    "Order",
    "Packer",
    "Position",
    "Reader",
    "Rendered",
    "Row",
    "Signal",
    "Standing",
    "Writer",
    "Written",
    "choose",
    "dump",
    "instant",
    "listed",
    "load",
    "pack_rendered",
    "read_ledger",
    "referred_name",
    "totals",
    "unpack_rendered",
]
