"""The Flask application: its addresses, its errors, its door."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import BaseConverter

from feedsvc.catalogue import Reader
from feedsvc.exceptions import CatalogueError, SearchNotReady, SelectionError
from feedsvc.rules import Look
from feedsvc.shelf import Current, Shelf, Shelved
from feedsvc.web import responses
from feedsvc.web.composed import Composed
from feedsvc.web.control import ControlViews
from feedsvc.web.counts import Counts
from feedsvc.web.feeds import Feeds, Listing
from feedsvc.web.pages import Pages
from feedsvc.web.wsgi import Door

LARGEST_BODY = 64 * 1024  # bytes of a request's body
_RETRY_AFTER = "5"  # seconds
_RETRY_LATER = "60"
_EXTENSION = "feedsvc"


@dataclass(frozen=True, slots=True)
class Serving:
    """What the doors need beside Flask; ``slow`` is the application without the front."""

    shelf: Shelf
    counts: Counts
    slow: Callable[..., Iterable[bytes]]


class _Anything(BaseConverter):
    """The rest of the path, slashes and all."""

    regex = r"[\s\S]*?"
    part_isolating = False
    weight = 1000


_OURS = Look()


def make_app(
    shelf: Shelf, state: Path, bearer: Callable[[], str], *, metrics_public: bool = False, look: Look = _OURS
) -> Flask:
    """A WSGI application that serves ``shelf``.

    ``bearer`` digests the token that operators show, "" for none; ``look`` is the site's own.
    """
    app = Flask("feedsvc.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.url_map.converters["anything"] = _Anything
    counts = Counts(state)
    ControlViews(shelf, state, bearer, counts, metrics_public=metrics_public).register(app)
    pages = Pages(look, shelf.clock)
    feeds = Feeds(shelf, Composed(shelf, state), pages, {**_LISTS, **pages.lists()})
    app.add_url_rule(
        "/<anything:path>",
        view_func=feeds.view,
        methods=["GET", "HEAD", "OPTIONS"],
        provide_automatic_options=False,
    )
    app.before_request(_bounded)
    app.register_error_handler(HTTPException, responses.from_exception)
    app.register_error_handler(CatalogueError, _unavailable)
    app.register_error_handler(SelectionError, _misread)
    app.register_error_handler(SearchNotReady, _not_ready)
    app.extensions[_EXTENSION] = Serving(shelf, counts, app.wsgi_app)
    app.wsgi_app = Door(app.wsgi_app, shelf, counts)  # type: ignore[method-assign]
    return app


def serving(app: Flask) -> Serving:
    """What ``make_app`` put into an application."""
    found = app.extensions[_EXTENSION]
    assert isinstance(found, Serving)  # noqa: S101 - only make_app writes there
    return found


def _late(name: str) -> Listing:
    """A function of ``feedsvc.web.lists``, imported at its first use: workers start sooner without feedgen and lxml."""

    def make(reader: Reader, current: Current) -> Shelved:
        made: Shelved = getattr(import_module("feedsvc.web.lists"), name)(reader, current)
        return made

    return make


_LISTS = {
    "/feeds.opml": _late("feeds_opml"),
    "/feeds.json": _late("feeds_as_json"),
}


def _bounded() -> None:
    if (request.content_length or 0) > LARGEST_BODY:
        raise RequestEntityTooLarge(f"a request's body may have {LARGEST_BODY} bytes here")


def _misread(problem: SelectionError) -> Response:
    return responses.error(400, problem.message, parameter=problem.parameter)


def _not_ready(problem: SearchNotReady) -> Response:
    return responses.error(503, str(problem), [("Retry-After", _RETRY_LATER)])


def _unavailable(problem: CatalogueError) -> Response:
    return responses.error(503, f"not ready: {problem.reason}", [("Retry-After", _RETRY_AFTER)])
