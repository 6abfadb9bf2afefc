"""Granian's door: the thread that brings a request answers exact hits, two others run Flask for the rest."""

from __future__ import annotations

import io
import sys
from asyncio import AbstractEventLoop
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from flask import Flask

from feedsvc.shelf import Headers
from feedsvc.web.app import LARGEST_BODY, serving
from feedsvc.web.eager import DONE, LOOP, make_eager
from feedsvc.web.front import Answer, answer
from feedsvc.web.responses import error

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol

    class _Headers(Protocol):
        def __contains__(self, key: str) -> bool: ...
        def keys(self) -> list[str]: ...
        def get(self, key: str) -> str | None: ...
        def get_all(self, key: str) -> list[str]: ...

    class _Scope(Protocol):
        """What granian tells of a request: names of headers are in lower case, the path is decoded."""

        method: str
        path: str
        query_string: str
        scheme: str
        client: str
        http_version: str

        @property
        def headers(self) -> _Headers: ...


_THREADS = 2  # more would keep exact hits from the interpreter, and answer nothing sooner
# Told otherwise, or about this connection alone; of an Upgrade, Werkzeug would make a 400.
_LEFT_OUT = frozenset(("connection", "content-length", "transfer-encoding", "upgrade"))
_SWITCH = 0.0001  # seconds: how long a busy thread may keep another from an exact hit


class Rsgi:
    """An application for granian's interface ``rsgi`` (RSGI 1.x)."""

    def __init__(self, app: Flask) -> None:
        parts = serving(app)
        self._slow = parts.slow
        self._shelf = parts.shelf
        self._counts = parts.counts
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="flask")
        self._loop: AbstractEventLoop | None = None

    def __rsgi_init__(self, loop: AbstractEventLoop) -> None:
        """Called once in each worker, before it serves."""
        self._loop = loop
        make_eager(loop)
        sys.setswitchinterval(_SWITCH)

    def __rsgi_del__(self, loop: AbstractEventLoop) -> None:
        """Called once in each worker, after it has served."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._shelf.close()

    def __rsgi__(self, scope: _Scope, proto: RSGIHTTPProtocol) -> Awaitable[None]:
        """Answer a request: at once where the answer lies ready."""
        found = self._front(scope)
        if found is None:
            return self._back(scope, proto)
        self._send(proto, found)
        return DONE

    def _front(self, scope: _Scope) -> Answer | None:
        headers = scope.headers
        accept = headers.get_all("accept-encoding")
        match = headers.get("if-none-match")
        if len(accept) > 1 or (match is None and "if-modified-since" in headers):
            return None
        if "if-match" in headers or "if-unmodified-since" in headers:
            return None
        coded = accept[0] if accept else None
        return answer(self._shelf, scope.method, scope.path, scope.query_string, coded, match)

    async def _back(self, scope: _Scope, proto: RSGIHTTPProtocol) -> None:
        await LOOP
        body = await _body(scope, proto)
        if body is None:
            refused = error(413, f"a request's body may have {LARGEST_BODY} bytes here")
            self._send(proto, (413, list(refused.headers), refused.get_data()))
            return
        assert self._loop is not None  # noqa: S101 - granian calls __rsgi_init__ first
        self._send(proto, await self._loop.run_in_executor(self._pool, self._run, _environ(scope, body)))

    def _send(self, proto: RSGIHTTPProtocol, found: Answer) -> None:
        status, headers, body = found
        self._counts.add(status)
        if body:
            proto.response_bytes(status, headers, body)
        else:
            proto.response_empty(status, headers)

    def _run(self, environ: dict[str, object]) -> Answer:
        """Run the WSGI application for one request (PEP 3333)."""
        started: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, _exc_info: object = None) -> None:
            started[:] = [(status, headers)]

        chunks = self._slow(environ, start_response)
        try:
            body = b"".join(chunks)
        finally:
            getattr(chunks, "close", _nothing)()
        status, headers = started[0]
        return int(status[:3]), headers, body


def _nothing() -> None:
    """What a plain list has for a close()."""


async def _body(scope: _Scope, proto: RSGIHTTPProtocol) -> bytes | None:
    """The request's body, None where it is larger than is read."""
    if "content-length" not in scope.headers and "transfer-encoding" not in scope.headers:
        return b""
    length = scope.headers.get("content-length") or "0"
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        return None
    body = bytearray()
    async for chunk in proto:
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _environ(scope: _Scope, body: bytes) -> dict[str, object]:
    environ: dict[str, object] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name in set(scope.headers.keys()):
        if "_" not in name and name not in _LEFT_OUT:
            key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
            environ[key] = ",".join(scope.headers.get_all(name))
    return environ
