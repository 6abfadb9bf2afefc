"""What exports hold beside the feeds."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module

from feedsvc.export import Source
from feedsvc.service import Service


def offer(service: Service, *, alone: bool = False, history: Collection[str] = ()) -> Source:
    """Pages, lists and, for an export that stands ``alone``, the history of feeds of these schemes.

    What makes them takes a tenth of a second to import: a server without an export starts without.
    """
    source: Source = import_module("feedsvc.web.exported").Exported(
        service.settings.look, service.clock, alone=alone, history=history
    )
    return source
