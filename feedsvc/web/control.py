"""For operators: rebuilds, health, metrics."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from flask import Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.exceptions import MethodNotAllowed, NotFound, Unauthorized

from feedsvc.builds import Build
from feedsvc.catalogue import Control
from feedsvc.exceptions import CatalogueError
from feedsvc.shelf import Shelf
from feedsvc.web import metrics, responses
from feedsvc.web.counts import Counts

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class ControlViews:
    """The views of ``/rebuild``, ``/builds``, ``/healthz``, ``/readyz`` and ``/metrics``."""

    def __init__(
        self, shelf: Shelf, state: Path, bearer: Callable[[], str], counts: Counts, *, metrics_public: bool
    ) -> None:
        self._shelf = shelf
        self._state = state
        self._bearer = bearer
        self._counts = counts
        self._metrics_public = metrics_public

    def register(self, app: Flask) -> None:
        """Add the addresses to ``app``."""
        views: list[tuple[str, Callable[..., Response]]] = [
            ("/builds", self.builds),
            ("/builds/<int:number>", self.build),
            ("/healthz", self.healthz),
            ("/readyz", self.readyz),
            ("/metrics", self.metrics),
        ]
        # Other methods, and other spellings, are left to the view of every path;
        for path, view in views:
            app.add_url_rule(path, view_func=view, provide_automatic_options=False, strict_slashes=True)
        # it would take GET as well, which is not allowed here.
        app.add_url_rule(
            "/rebuild", view_func=self.rebuild, methods=_METHODS, provide_automatic_options=False, strict_slashes=True
        )

    # -- builds --------------------------------------------------------------------------------------------

    def rebuild(self) -> Response:
        """Ask for a rebuild; the builder takes it up in its own process."""
        if request.method == "OPTIONS":
            return responses.options("OPTIONS, POST")
        if request.method != "POST":
            raise MethodNotAllowed(["OPTIONS", "POST"])
        self._authorise()
        with self._control() as control:
            build = control.request("request", self._shelf.clock())
        where = f"{request.script_root}/builds/{build.id}"
        return responses.json(_shown(build), 202, [("Location", where)])

    def builds(self) -> Response:
        """The newest builds, newest first."""
        self._authorise()
        with self._control() as control:
            return responses.json({"builds": [_shown(build) for build in control.builds()]})

    def build(self, number: int) -> Response:
        """One build."""
        self._authorise()
        with self._control() as control:
            found = control.build(number) if number < 1 << 63 else None
        if found is None:
            raise NotFound("there is no build of that number")
        return responses.json(_shown(found))

    # -- health --------------------------------------------------------------------------------------------

    def healthz(self) -> Response:
        """The process answers."""
        return responses.json({"status": "ok"})

    def readyz(self) -> Response:
        """Whether a complete generation is served; details of it and of the last build."""
        details: dict[str, object] = {"status": "ready"}
        status = 200
        try:
            with self._shelf.reading() as (reader, current):
                published = reader.published_at(current.generation)
            details["generation"] = current.generation
            details["age"] = None if published is None else round(max(0.0, self._shelf.clock() - published), 3)
        except CatalogueError as problem:
            details = {"status": "not ready", "reason": problem.reason}
            status = 503
        details["build"] = self._last_build()
        return responses.json(details, status, [("Retry-After", "5")] if status == 503 else None)

    def _last_build(self) -> dict[str, object] | None:
        try:
            with self._control() as control:
                builds = control.builds(1)
        except CatalogueError:
            return None
        if not builds:
            return None
        # Without the report: it names drafts' paths, and whoever asks here has shown no token.
        return {"id": builds[0].id, "state": builds[0].state, "finished": builds[0].finished, "error": builds[0].error}

    # -- metrics -------------------------------------------------------------------------------------------

    def metrics(self) -> Response:
        """Numbers for Prometheus."""
        if not self._metrics_public:
            self._authorise()
        try:
            with self._shelf.reading() as (reader, current):
                numbers = metrics.of_catalogue(reader, current.generation)
        except CatalogueError:
            numbers = {"generation": ("The generation that is served.", 0.0)}
        try:
            with self._control() as control:
                builds = control.builds()
        except CatalogueError:
            builds = []
        body = metrics.exposition(numbers, self._counts.totals(), builds)
        return Response(body, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    # ------------------------------------------------------------------------------------------------------

    def _authorise(self) -> None:
        """Let nobody pass who does not show the token; nobody at all where there is none."""
        kind, _, shown = request.headers.get("Authorization", "").partition(" ")
        bearer = self._bearer()
        sent = shown.strip().encode("latin-1", "replace")  # PEP 3333: headers are bytes in disguise
        same = hmac.compare_digest(hashlib.sha256(sent).hexdigest(), bearer)
        if not bearer or kind.lower() != "bearer" or not same:
            raise Unauthorized("the token is missing or wrong")

    @contextmanager
    def _control(self) -> Iterator[Control]:
        if not self._state.is_dir():
            raise CatalogueError(str(self._state), "there is no state folder yet")
        with closing(Control(self._state)) as control:
            yield control


def _shown(build: Build) -> dict[str, object]:
    return asdict(build)
