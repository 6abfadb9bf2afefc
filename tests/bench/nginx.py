"""nginx: as the measure for serving static files, and as deploy/ has it."""

from __future__ import annotations

import getpass
import os
import re
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.live import HOST, free_port, listening
from tests.bench.machine import program
from tests.bench.processes import ROOT, Failed, Tree

_AROUND = """daemon off; {user} pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes {workers};
events {{ worker_connections 4096; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; types_hash_max_size 2048;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {within}
}}
"""
_STATIC = """types {{ application/rss+xml rss; application/atom+xml xml; application/feed+json json; }}
    gzip_static on; gzip_vary on; {files}
    server {{
        listen {host}:{port}; root {root}; etag on; add_header Cache-Control "public, max-age=300";
    }}"""
_KEPT = "open_file_cache max=20000 inactive=10m; open_file_cache_valid 10m;"


class _Nginx:
    """nginx from its start to the end of the context."""

    def __init__(self, folder: Path, port: int, workers: int, within: str) -> None:
        folder.mkdir(parents=True)
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        config = folder / "nginx.conf"
        config.write_text(_AROUND.format(folder=folder, user=user, workers=workers, within=within))
        self.port = port
        self._tree = Tree(
            program("nginx") or "nginx", "-e", folder / "early.log", "-c", config, output=folder / "output.log"
        )

    def __enter__(self) -> Self:
        until = time.monotonic() + 10
        while not listening(self.port):
            if time.monotonic() > until or not self._tree.running():
                self._tree.end(signal.SIGKILL)
                raise Failed(f"nginx does not listen: {self._tree.printed()}")
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tree.end(signal.SIGTERM)


class Static(_Nginx):
    """nginx as fast as its manual makes it: sendfile, compressed files beside the files, open files kept."""

    def __init__(self, root: Path, folder: Path, *, workers: int, keeps_files: bool = True) -> None:
        port = free_port()
        files = _KEPT if keeps_files else ""
        super().__init__(folder, port, workers, _STATIC.format(host=HOST, port=port, root=root, files=files))


class Shipped(_Nginx):
    """nginx with a configuration of deploy/, before a server and an export of it."""

    def __init__(self, config: Path, folder: Path, *, behind: int, export: Path, workers: int) -> None:
        port, text = free_port(), config.read_text()
        for theirs, ours in (
            (r"server 127\.0\.0\.1:8000;", f"server {HOST}:{behind};"),
            (r"listen 80;", f"listen {HOST}:{port};"),
            (r"/var/cache/nginx/feedsvc", f"{folder}/cache"),
            (r"\broot +[^;]+;", f"root {export};"),
        ):
            text = re.sub(theirs, ours, text)
        super().__init__(folder, port, workers, text)


def shipped() -> list[Path]:
    """The configurations in deploy/."""
    return sorted((ROOT / "deploy").glob("nginx*.conf"))
