"""The application for any WSGI server, made from the configuration alone."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from feedsvc.config.loading import load
from feedsvc.web.orders import Orders
from feedsvc.web.rsgi import Rsgi
from feedsvc.web.worker import app_for


def create_app(
    content: str | Path | None = None, *, state: str | Path | None = None, config: str | Path | None = None
) -> Flask:
    """A WSGI application that serves what was built from ``content``; it builds nothing itself.

    What is not given comes from FEEDSVC_CONTENT, FEEDSVC_STATE and FEEDSVC_CONFIG, else from the defaults. Raises
    ConfigError. Nothing need be built yet: feeds answer 503 until there is something to serve.
    """
    return app_for(Orders.of(load(_path(content), state=_path(state), config=_path(config))))


def create_rsgi() -> Rsgi:
    """The same for granian's interface ``rsgi``, as a factory; configured by the environment."""
    return Rsgi(create_app())


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)
