"""Where a benchmark ran, and its disk cache."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from feedsvc import __version__

_CACHES = Path("/proc/sys/vm/drop_caches")
_PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])  # Debian keeps nginx there
_LIBRARIES = ("granian", "feedgen", "lxml", "nh3", "comrak", "flask", "brotli", "zstandard")


def program(name: str) -> str | None:
    """Where a program is installed, None where it is not."""
    return shutil.which(name, path=_PLACES)


def facts() -> dict[str, str]:
    """What a reader of figures has to know about the machine and the versions."""
    libraries = (f"{name} {found}" for name in _LIBRARIES if (found := _installed(name)))
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": f"{os.cpu_count()} × {_processor()}, {_memory()} GB, {platform.system()} {platform.release()}",
        "feedsvc": f"{__version__}{_commit()}",
        "python": f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        "libraries": ", ".join(libraries),
        "others": ", ".join(f"{name} {found}" for name, found in _others()),
        "load": f"{os.getloadavg()[0]:.2f}",
    }


def why_not_cold() -> str:
    """Why the disk cache cannot be emptied, empty if it can."""
    return "" if os.access(_CACHES, os.W_OK) else "only root may empty the disk cache"


def empty_disk_cache() -> None:
    """Have every file come from the disk again, the program's own too."""
    os.sync()
    _CACHES.write_text("3\n")


def warm_disk_cache(folder: Path) -> None:
    """Have every file below ``folder`` in memory, as far as that holds them."""
    for root, _, names, descriptor in os.fwalk(folder):
        del root
        for name in names:
            file = os.open(name, os.O_RDONLY, dir_fd=descriptor)
            while os.read(file, 1 << 20):
                continue
            os.close(file)


def occupied(folder: Path) -> int:
    """Bytes of all files below ``folder``, as long as they are."""
    return sum(
        os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_size
        for _, _, names, descriptor in os.fwalk(folder)
        for name in names
    )


def _processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _commit() -> str:
    found = _printed("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty")
    return f" ({found})" if found else ""


def _others() -> list[tuple[str, str]]:
    asked = {"nginx": ("-v",), "wrk": ("-v",), "hugo": ("version",), "jekyll": ("--version",)}
    found = []
    for name, arguments in asked.items():
        numbers = re.search(r"\d+\.\d+(\.\d+)*", _printed(name, *arguments))
        if numbers:
            found.append((name, numbers[0]))
    return found


def _printed(name: str, *arguments: str) -> str:
    place = program(name)
    if place is None:
        return ""
    done = subprocess.run([place, *arguments], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()
