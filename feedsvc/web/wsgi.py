"""The door for any WSGI server: exact hits first, Flask for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from feedsvc.shelf import Shelf
from feedsvc.web.counts import Counts
from feedsvc.web.front import answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
# Conditions that the front does not judge; beside If-None-Match, If-Modified-Since is void.
_UNUSUAL_TOO = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
_UNUSUAL = (*_UNUSUAL_TOO, "HTTP_IF_MODIFIED_SINCE")


class Door:
    """A WSGI application in front of another, answering exact hits itself and counting all answers."""

    def __init__(self, inner: WSGIApplication, shelf: Shelf, counts: Counts) -> None:
        self._inner = inner
        self._shelf = shelf
        self._counts = counts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        found = None
        match = environ.get("HTTP_IF_NONE_MATCH")
        if not any(map(environ.__contains__, _UNUSUAL if match is None else _UNUSUAL_TOO)):
            path = environ.get("PATH_INFO", "")
            if not path.isascii():
                path = path.encode("latin-1").decode("utf-8", "replace")
            query = environ.get("QUERY_STRING", "")
            accept = environ.get("HTTP_ACCEPT_ENCODING")
            found = answer(self._shelf, environ["REQUEST_METHOD"], path, query, accept, match)
        if found is None:
            environ.pop("HTTP_UPGRADE", None)  # ignored (RFC 9110, section 7.8); Werkzeug would make a 400 of it
            return self._inner(environ, self._counting(start_response))
        status, headers, body = found
        self._counts.add(status)
        start_response(_LINES[status], list(headers))
        return [body]

    def _counting(self, start_response: StartResponse) -> StartResponse:
        def started(status: str, headers: list[tuple[str, str]], exc_info: object = None, /) -> object:
            self._counts.add(int(status[:3]))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)  # type: ignore[arg-type]

        return started  # type: ignore[return-value]
