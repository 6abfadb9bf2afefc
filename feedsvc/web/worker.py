"""What answers: the application for settings that someone has read, in this process or in granian's workers."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from flask import Flask

from feedsvc.catalogue import TOKEN
from feedsvc.orphans import end_with_parent
from feedsvc.shelf import Shelf
from feedsvc.web.app import make_app
from feedsvc.web.orders import Orders
from feedsvc.web.rsgi import Rsgi


def app_for(orders: Orders) -> Flask:
    """The application that follows ``orders``."""
    state = Path(orders.state)
    shelf = Shelf(state, orders.cache_bytes)
    return make_app(shelf, state, partial(_token, orders), metrics_public=orders.metrics_public)


def worker() -> Rsgi:
    """What a worker of ``serve`` runs; it ends with the server, even if that is killed."""
    end_with_parent()
    return Rsgi(app_for(Orders.take()))


def _token(orders: Orders) -> str:
    """The configured token, else our own, which may be made or changed while we serve; "" where there is none."""
    if orders.token:
        return orders.token
    try:
        return (Path(orders.state) / TOKEN).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
