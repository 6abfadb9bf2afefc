"""The application for any WSGI server, made from the configuration alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from flask import Flask

from feedsvc.config.loading import load
from feedsvc.config.settings import Settings
from feedsvc.shelf import Shelf
from feedsvc.web.app import make_app
from feedsvc.web.rsgi import Rsgi

_TOKEN = "token"  # noqa: S105 - the name of the file in the state folder that holds a token of our own


def create_app(
    content: str | Path | None = None, *, state: str | Path | None = None, config: str | Path | None = None
) -> Flask:
    """A WSGI application that serves what was built from ``content``; it builds nothing itself.

    What is not given comes from FEEDSVC_CONTENT, FEEDSVC_STATE and FEEDSVC_CONFIG, else from the defaults. Raises
    ConfigError. Nothing need be built yet: feeds answer 503 until there is something to serve.
    """
    return of_settings(load(_path(content), state=_path(state), config=_path(config)))


def create_rsgi() -> Rsgi:
    """The same for granian's interface ``rsgi``, as a factory; configured by the environment."""
    return Rsgi(create_app())


def of_settings(settings: Settings) -> Flask:
    """The application for settings that were read already."""
    shelf = Shelf(settings.state, settings.cache_bytes)
    return make_app(shelf, settings.state, partial(_token, settings), metrics_public=settings.metrics_public)


def _token(settings: Settings) -> str:
    """The configured token, else our own, which may be made or changed while we serve; "" where there is none."""
    if settings.token:
        return settings.token
    try:
        return (settings.state / _TOKEN).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)
