"""What was measured, with every repetition, and the file that keeps it from one run to the next."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """Repeated measurements of one thing. Units: s, B, /s, %, and nothing for counts.

    ``note`` says what was peculiar; without values, why there are none.
    """

    unit: str
    values: tuple[float, ...] = ()
    note: str = ""

    @property
    def median(self) -> float:
        """The middle of all values."""
        return statistics.median(self.values)

    def percentile(self, percent: float) -> float:
        """The smallest value that so many percent of all do not exceed."""
        ordered = sorted(self.values)
        return ordered[max(0, -(-len(ordered) * percent // 100).__int__() - 1)]


Figures = dict[str, Figure]


def seconds(values: Iterable[float], note: str = "") -> Figure:
    """Durations."""
    return Figure("s", tuple(round(value, 5) for value in values), note)


def size(*values: float, note: str = "") -> Figure:
    """Numbers of bytes."""
    return Figure("B", tuple(map(int, values)), note)


def count(*values: float, note: str = "") -> Figure:
    """Numbers of things."""
    return Figure("", values, note)


def share(*values: float, note: str = "") -> Figure:
    """Percents of one processor."""
    return Figure("%", tuple(round(100 * value, 3) for value in values), note)


def rate(values: Iterable[float], note: str = "") -> Figure:
    """Things a second."""
    return Figure("/s", tuple(round(value, 1) for value in values), note)


def skipped(why: str) -> Figure:
    """A figure that could not be taken here."""
    return Figure("", (), why)


@dataclass(frozen=True, slots=True)
class Results:
    """All figures by number of posts and name, each with the run it comes from; and what each run was."""

    figures: dict[int, Figures] = field(default_factory=dict)
    origins: dict[int, dict[str, str]] = field(default_factory=dict)
    runs: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, posts: int, name: str) -> Figure | None:
        """A figure, None where it has never been taken."""
        return self.figures.get(posts, {}).get(name)

    def add(self, posts: int, found: Figures, run: str, facts: Mapping[str, str]) -> Results:
        """These with what a run found; a measurement taken again replaces all figures of its name's first part."""
        taken = {name.partition(".")[0] for name in found}
        kept = {name: figure for name, figure in self.figures.get(posts, {}).items() if _first(name) not in taken}
        origins = {name: origin for name, origin in self.origins.get(posts, {}).items() if name in kept}
        new_origins = {**self.origins, posts: origins | dict.fromkeys(found, run)}
        used = {origin for names in new_origins.values() for origin in names.values()}
        runs = {name: value for name, value in {**self.runs, run: dict(facts)}.items() if name in used}
        return Results({**self.figures, posts: kept | found}, new_origins, runs)

    def write(self, path: Path) -> None:
        """Keep them as JSON."""
        whole = {
            "runs": self.runs,
            "figures": {
                str(posts): {
                    name: {"run": self.origins[posts][name], **asdict(figure)}
                    for name, figure in sorted(self.figures[posts].items())
                }
                for posts in sorted(self.figures)
            },
        }
        path.write_text(_compact(json.dumps(whole, indent=1, ensure_ascii=False)) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Results:
        """What was kept; nothing where there is no file yet."""
        if not path.exists():
            return cls()
        whole = json.loads(path.read_text(encoding="utf-8"))
        figures, origins = dict[int, Figures](), dict[int, dict[str, str]]()
        for posts, found in whole["figures"].items():
            origins[int(posts)] = {name: entry["run"] for name, entry in found.items()}
            figures[int(posts)] = {
                name: Figure(entry["unit"], tuple(entry["values"]), entry["note"]) for name, entry in found.items()
            }
        return cls(figures, origins, whole["runs"])


def _first(name: str) -> str:
    return name.partition(".")[0]


def _compact(text: str) -> str:
    """Lists of numbers on one line."""
    lines: list[str] = []
    within = False
    for line in text.splitlines():
        if within:
            lines[-1] += line.strip() + ("" if line.strip().startswith("]") else " ")
        else:
            lines.append(line)
        within = (within or line.endswith("[")) and not line.strip().startswith("]")
    return "\n".join(lines)
