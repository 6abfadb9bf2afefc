"""Requests for rebuilds and what became of them, in a small database of its own: never behind a rebuild's write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from feedsvc.builds import Build, BuildState
from feedsvc.catalogue.connection import CONTROL, connect

_KEPT = 200  # builds remembered
_COLUMNS = "id, state, trigger, requested, started, finished, error, report"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS builds (
    id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, trigger TEXT NOT NULL, requested REAL NOT NULL,
    started REAL, finished REAL, error TEXT NOT NULL DEFAULT '', report BLOB
)
"""


class Control:
    """The builds of a state folder. One a thread. ``trigger`` says who asked: request, command, timer, change, due."""

    def __init__(self, state: Path) -> None:
        self._connection = connect(state / CONTROL, create=True)
        self._connection.execute(_SCHEMA)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @property
    def version(self) -> int:
        """Moves whenever another connection has written: cheap enough to ask many times a second."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def request(self, trigger: str, now: float) -> Build:
        """Ask for a rebuild. Requests that wait become one build: the one already queued is returned."""
        with self._connection.transaction():
            row = self._connection.execute(
                f"SELECT {_COLUMNS} FROM builds WHERE state = 'queued' ORDER BY id LIMIT 1"
            ).fetchone()
            if row is None:
                row = self._connection.execute(
                    f"INSERT INTO builds (state, trigger, requested) VALUES ('queued', ?, ?) RETURNING {_COLUMNS}",
                    (trigger, now),
                ).fetchone()
        return _build(row)

    def queued(self) -> bool:
        """Whether a request waits."""
        return self._connection.execute("SELECT 1 FROM builds WHERE state = 'queued' LIMIT 1").fetchone() is not None

    def take(self, now: float) -> int | None:
        """Take up the request that waits; gives its id, None where none does."""
        row = self._connection.execute(
            "UPDATE builds SET state = 'running', started = ? "
            "WHERE id = (SELECT min(id) FROM builds WHERE state = 'queued') RETURNING id",
            (now,),
        ).fetchone()
        return int(row[0]) if row else None

    def start(self, trigger: str, now: float) -> int:
        """Note a build that nobody asked for; gives its id."""
        (build,) = self._connection.execute(
            "INSERT INTO builds (state, trigger, requested, started) VALUES ('running', ?, ?, ?) RETURNING id",
            (trigger, now, now),
        ).fetchone()
        return int(build)

    def forget(self, build: int, triggers: Iterable[str]) -> None:
        """Drop a build if it is one of these triggers': nobody asked for it, and it did nothing.

        After one that failed it stays: it tells that the failure is over.
        """
        before = self._connection.execute(
            "SELECT state FROM builds WHERE id < ? ORDER BY id DESC LIMIT 1", (build,)
        ).fetchone()
        if before is None or before[0] != "failed":
            self._connection.executemany(
                "DELETE FROM builds WHERE id = ? AND trigger = ?", [(build, trigger) for trigger in triggers]
            )

    def finish(self, build: int, now: float, report: dict[str, object], error: str = "") -> None:
        """Note how a build ended: done, or failed where there is an ``error``."""
        self._connection.execute(
            "UPDATE builds SET state = ?, finished = ?, error = ?, report = ? WHERE id = ?",
            ("failed" if error else "done", now, error, orjson.dumps(report), build),
        )
        self._connection.execute("DELETE FROM builds WHERE id <= ?", (build - _KEPT,))

    def abandon(self, now: float) -> None:
        """Builds that a killed process left running have failed; requests that wait go on waiting."""
        self._connection.execute(
            "UPDATE builds SET state = 'failed', finished = ?, error = 'the builder was stopped' "
            "WHERE state = 'running'",
            (now,),
        )

    def build(self, number: int) -> Build | None:
        """One build, None where there is none of that id."""
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM builds WHERE id = ?", (number,)).fetchone()
        return _build(row) if row else None

    def builds(self, limit: int = 50) -> list[Build]:
        """The newest builds, newest first."""
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM builds ORDER BY id DESC LIMIT ?", (limit,))
        return [_build(row) for row in rows]


def _build(row: tuple[int, BuildState, str, float, float | None, float | None, str, bytes | None]) -> Build:
    id_, state, trigger, requested, started, finished, error, report = row
    return Build(
        id_,
        state,
        trigger,
        requested,
        started,
        finished,
        error,
        orjson.loads(report) if report else {},
    )
