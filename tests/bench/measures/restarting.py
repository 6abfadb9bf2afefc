"""A server that starts with what it knew: how soon it answers."""

from __future__ import annotations

from tests.bench.bench import USERS, Bench
from tests.bench.figures import Figures, seconds
from tests.bench.live import Server


def measure(bench: Bench) -> Figures:
    """From the start of `feedsvc serve` to the first feed served."""
    state, took = bench.state(USERS), []
    for _ in range(bench.effort.rounds):
        with Server(bench.site, state, *USERS) as server:
            took.append(server.first_answer())
    return {"restart.first": seconds(took)}
