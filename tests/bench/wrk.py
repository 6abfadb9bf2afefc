"""wrk: how many requests a second, and how long the slowest of them take."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.live import HOST
from tests.bench.machine import program
from tests.bench.processes import Failed

CONNECTIONS = 32
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
_MIX = """local asked, number = {}, 0
function init(args)
   for path in io.lines("%s") do asked[#asked + 1] = wrk.format("GET", path) end
end
function request()
   number = number %% #asked + 1
   return asked[number]
end
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """Requests a second, and the time in seconds that 99 % of them stayed below."""

    rate: float
    p99: float


@dataclass(frozen=True, slots=True)
class Load:
    """How wrk asks: for so many seconds, in so many threads of its own."""

    seconds: float
    threads: int


def turn(port: int, path: str, load: Load, headers: Mapping[str, str] | None = None) -> Turn:
    """Ask for one document as often as can be."""
    return _run([f"http://{HOST}:{port}{path}"], load, headers or {})


def mixed(port: int, paths: Sequence[str], folder: Path, load: Load) -> Turn:
    """Ask for many documents in turn."""
    listed, script = folder / "paths.txt", folder / "mix.lua"
    listed.write_text("\n".join(paths) + "\n")
    script.write_text(_MIX % listed)
    return _run(["--script", str(script), f"http://{HOST}:{port}/"], load, {})


def _run(arguments: list[str], load: Load, headers: Mapping[str, str]) -> Turn:
    given = [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
    options = ["--threads", str(load.threads), "--connections", str(CONNECTIONS)]
    options += ["--duration", f"{max(1, round(load.seconds))}s"]
    command = [program("wrk") or "wrk", "--latency", *options, *given, *arguments]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, slow = re.search(r"Requests/sec:\s+([\d.]+)", printed), re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", printed)
    broken = re.search(
        r"Non-2xx|Socket errors: (?!connect 0, read 0, write 0)", printed
    )  # who waits too long shows in p99
    if rate is None or slow is None or broken:
        raise Failed(f"{' '.join(command)}\n{printed}")
    return Turn(float(rate[1]), float(slow[1]) * _UNITS[slow[2]])
