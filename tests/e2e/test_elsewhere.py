"""The same content gives the same bytes on another machine: another zone, locale, folder, order of files, process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.e2e.server import Site, environment, post

MACHINES = (
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "FEEDSVC_REBUILD_PROCESSES": "1"},
    {"TZ": "Asia/Kathmandu", "LC_ALL": "zh_CN.UTF-8", "PYTHONHASHSEED": "1", "FEEDSVC_REBUILD_PROCESSES": "2"},
    {"TZ": "America/St_Johns", "LC_ALL": "C", "LANG": "tr_TR", "PYTHONHASHSEED": "2"},
)
DATES = (
    "2024-01-31 12:00:00 +0800",
    "2024-07-31",
    "2024-03-31T02:30:00",
    "1969-07-20 20:17:40 Z",
    "2024-05-05 05:05 +0545",
)


def exported(site: Path, to: Path, machine: dict[str, str]) -> dict[str, bytes]:
    """All that is exported of a site on a machine, by path."""
    command = [sys.executable, "-m", "feedsvc", "export", str(to), str(site), "--state", str(to.with_suffix(".state"))]
    done = subprocess.run(command, env=environment(machine), capture_output=True, timeout=30, check=False, cwd="/")
    assert done.returncode == 0, done.stderr.decode()
    paths = (path for path in to.rglob("*") if path.is_file() and ".feedsvc-export" not in path.parts)
    return {str(path.relative_to(to)): path.read_bytes() for path in paths}


def test_the_same_bytes_on_another_machine(tmp_path: Path) -> None:
    first = Site.make(tmp_path / "0" / "site")
    slugs = [f"p{number}" for number in range(30)]
    for number, slug in enumerate(slugs):
        tags = '["晴/雨", I, i, "é", İ]' if number % 2 else "[一, 二]"
        first.write(
            slug, post(f"题 {number} TITLE", date=DATES[number % 5], tags=tags, body=f"正文 {number} [a](../x)")
        )
    (first.root / "feedsvc.toml").write_text("[feeds]\nlimit = 7\n")
    sites = [first.root]
    for number, when in ((1, 1_000_000_000), (2, 1_700_000_000)):
        other = Site.make(tmp_path / f"{number} 另一个" / "其他")
        shutil.copy(first.root / "feedsvc.toml", other.root)
        for slug in reversed(slugs):  # as another file system lists them
            os.utime(other.write(slug, first.path(slug).read_text()), (when, when))
        sites.append(other.root)
    made = [
        exported(site, tmp_path / f"out{number}", machine)
        for number, (site, machine) in enumerate(zip(sites, MACHINES, strict=True))
    ]
    assert len(made[0]) > 20
    assert made[0] == made[1] == made[2]
    assert b"<pubDate>Sat, 04 May 2024 23:20:00 +0000</pubDate>" in made[1]["rss.xml"]  # English, in any locale
