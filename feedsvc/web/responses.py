"""What views answer with: what lies ready, redirects, JSON, and errors in their one shape."""

from __future__ import annotations

from http import HTTPStatus

import orjson
from flask import Response, request
from werkzeug.datastructures import Headers as WerkzeugHeaders
from werkzeug.exceptions import HTTPException, MethodNotAllowed, PreconditionFailed

from feedsvc.shelf import Headers, Shelf, Shelved
from feedsvc.web.conditions import evaluate
from feedsvc.web.negotiate import coding
from feedsvc.web.pages.frame import MEDIA_TYPE, SECURITY

ALLOW = "GET, HEAD, OPTIONS"
_BRIEFLY = "public, max-age=60"
_OPEN: Headers = [("Access-Control-Allow-Origin", "*"), ("X-Content-Type-Options", "nosniff")]

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    410: "gone",
    412: "precondition_failed",
    413: "body_too_large",
    414: "path_too_long",
    500: "internal_error",
    503: "not_ready",
}


class Ready(Response):
    """A response whose headers are complete: nothing is added and nothing is taken away."""

    default_mimetype = None

    def get_wsgi_headers(self, environ: object) -> WerkzeugHeaders:  # noqa: ARG002 - Werkzeug passes it
        """The headers as they are."""
        return self.headers


def ready(status: int, headers: Headers, body: bytes = b"") -> Ready:
    """A response of just this; given as a list, the body adds no Content-Length to a 304 or 204."""
    return Ready([body], status, headers)


def shelved(shelf: Shelf, found: Shelved) -> Response:
    """The answer to this request from what lies ready: 200, 304, or 412 as its conditions ask."""
    return unchanged(found) or whole(shelf, found)


def unchanged(found: Shelved) -> Response | None:
    """304 where the client holds what it would get. Raises PreconditionFailed."""
    wanted = coding(request.headers.get("Accept-Encoding"))
    outcome = evaluate(request.headers, found.etag(wanted), found.modified)
    if outcome == 412:
        raise PreconditionFailed
    return ready(304, found.not_modified(wanted)) if outcome == 304 else None


def whole(shelf: Shelf, found: Shelved) -> Response:
    """200 with what lies ready."""
    variant = shelf.variant(found, coding(request.headers.get("Accept-Encoding")))
    return ready(200, variant.headers, variant.body)


def moved(location: str) -> Response:
    """301 to a path of this server, or to the absolute URL that settings name: nothing the client says gets in."""
    own = request.script_root if location.startswith("/") else ""
    headers = [("Location", own + location), ("Cache-Control", _BRIEFLY), ("Content-Length", "0"), *_OPEN]
    return ready(301, headers)


def options(allow: str = ALLOW) -> Response:
    """What may be done here, also for a browser's preflight (If-None-Match and A-IM cause one)."""
    headers = [
        ("Allow", allow),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Methods", allow),
        ("Access-Control-Allow-Headers", "A-IM, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since"),
        ("Access-Control-Max-Age", "86400"),
    ]
    return ready(204, headers)


def json(value: object, status: int = 200, headers: Headers | None = None, *, cache: str = "no-store") -> Response:
    """A JSON response that is not to be kept."""
    body = orjson.dumps(value) + b"\n"
    fixed = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", cache)]
    return ready(status, [*fixed, *_OPEN, *(headers or [])], body)


def page(status: int, body: bytes) -> Response:
    """An error as a page for people."""
    headers = [
        ("Content-Type", MEDIA_TYPE),
        ("Content-Length", str(len(body))),
        ("Cache-Control", _BRIEFLY),
        *SECURITY,
        *_OPEN,
    ]
    return ready(status, headers, body)


def error(status: int, message: str, headers: Headers | None = None, **about: str) -> Response:
    """An error in the one shape: ``{"error": {"status", "code", "message"}}``, and what it is ``about``."""
    shown = {"status": status, "code": _CODES.get(status, "error"), "message": message, **about}
    return json({"error": shown}, status, headers, cache=_BRIEFLY if status in (404, 410) else "no-store")


def from_exception(problem: HTTPException) -> Response:
    """An error that Flask, Werkzeug or a view raised."""
    headers: Headers = []
    if isinstance(problem, MethodNotAllowed):
        headers.append(("Allow", ", ".join(sorted(problem.valid_methods or ()))))
    if problem.code == 401:
        headers.append(("WWW-Authenticate", 'Bearer realm="feedsvc"'))  # RFC 6750, section 3
    if problem.code is None or problem.code < 400:
        return error(404, "there is nothing here")
    return error(problem.code, problem.description or HTTPStatus(problem.code).phrase, headers)
