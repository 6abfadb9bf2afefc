"""What a request's path and parameters ask for, beyond the documents that lie ready."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, quote

from werkzeug.exceptions import BadRequest

from feedsvc.compose import Asked, read_selection_path
from feedsvc.exceptions import SelectionError
from feedsvc.model import Term
from feedsvc.select import OURS, Selection, read
from feedsvc.uris import read_archive_path, read_path

LARGEST = 100  # entries that can be asked for
_MANY = 200  # parameters that are read; others go for nothing, as whatever is not ours does
_UNREADABLE = "\ufffd"  # stands for bytes that are not UTF-8
_FORMS = {"full": True, "summary": False}

Parameters = Sequence[tuple[str, str]]


def parameters(query: bytes) -> Parameters:
    """A query's parameters, in their order; so many of them as anybody needs."""
    read = b"&".join(query.split(b"&", _MANY)[:_MANY])
    return parse_qsl(read.decode(errors="replace"), keep_blank_values=True)


def asked(path: str, given: Parameters) -> tuple[Asked, str] | None:
    """What a decoded path and a query's parameters ask for, and the file's name; None where it is no document.

    Raises BadRequest for a value that cannot be, and SelectionError.
    """
    document, before = read_archive_path(path) or (path, None)
    filename = read_selection_path(document)
    term: Term | None = None
    if filename is None:
        place = read_path(quote(document))
        if place is None or not place[1]:
            return None
        term, filename = place
    if term is None and any(name in OURS and _UNREADABLE in value for name, value in given):
        raise BadRequest("the query is not UTF-8")
    selection = Selection.of(term) if term else read(given)
    return Asked(term, selection, _limit(given), _full(given), before), filename


def canonical(wanted: Asked, given: Parameters) -> bool:
    """Whether the parameters that a selection's address holds were given in their one order and form."""
    names = {"content", "limit"} | {name for name, _ in wanted.selection.canonical()}
    ours = [(name, value) for name, value in given if name in names]
    return ours == parameters(wanted.query.encode())


def _limit(given: Parameters) -> int | None:
    text = next((value for name, value in given if name == "limit"), "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= LARGEST):
        raise SelectionError("limit", f"“limit” is a whole number from 1 to {LARGEST}.")
    return int(text)


def _full(given: Parameters) -> bool | None:
    text = next((value for name, value in given if name == "content"), "")
    if text and text not in _FORMS:
        raise SelectionError("content", "“content” is “full” or “summary”.")
    return _FORMS.get(text)
