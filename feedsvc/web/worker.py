"""What answers: the application for settings that someone has read, in this process or in granian's workers."""

from __future__ import annotations

import atexit
import os
from asyncio import AbstractEventLoop
from functools import partial
from pathlib import Path

from flask import Flask

from feedsvc.catalogue import BEARER
from feedsvc.orphans import end_with_parent
from feedsvc.shelf import Shelf
from feedsvc.web.app import make_app
from feedsvc.web.orders import Orders
from feedsvc.web.rsgi import Rsgi


def app_for(orders: Orders) -> Flask:
    """The application that follows ``orders``."""
    state = Path(orders.state)
    shelf = Shelf(state, orders.cache_bytes)
    bearer = partial(_bearer, orders)
    return make_app(shelf, state, bearer, metrics_public=orders.metrics_public, look=orders.look)


class Worker(Rsgi):
    """What a worker of ``serve`` runs."""

    def __rsgi_del__(self, loop: AbstractEventLoop) -> None:
        """End without Python's finalisation, in which threads of granian's (2.8) panic, noisily, when they meet it."""
        super().__rsgi_del__(loop)
        atexit.register(os._exit, 0)


def worker() -> Worker:
    """The factory that granian calls in each worker, which ends with the server even if that is killed."""
    end_with_parent()
    return Worker(app_for(Orders.take()))


def _bearer(orders: Orders) -> str:
    """The digest of the token in force, which may change while we serve; "" where there is none."""
    try:
        return (Path(orders.state) / BEARER).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return orders.bearer
