"""nginx with a configuration of deploy/, as a subprocess."""

from __future__ import annotations

import getpass
import http.client
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.server import ROOT, Answer, eventually, free_port, listening

# Debian keeps nginx where only root's PATH leads
NGINX = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")  # a package of its own in Debian
# what an export's configuration says of brotli, made true where nginx can
WITH_BROTLI = [("# brotli_static on;", "brotli_static on;")] if BROTLI.exists() else []
_AROUND = """
{modules} daemon off; {user} pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/feedsvc.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """nginx that listens at a port."""

    port: int

    def get(self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
        """A request through nginx."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            answer = connection.getresponse()
            pairs = [(name.lower(), value) for name, value in answer.getheaders()]
            assert len({name for name, _ in pairs}) == len(pairs), f"a header twice: {pairs}"
            return Answer(answer.status, dict(pairs), answer.read())
        finally:
            connection.close()


@contextmanager
def running(name: str, folder: Path, *changes: tuple[str, str]) -> Iterator[Nginx]:
    """nginx with a shipped configuration, in which ``changes`` are made, and what has to be around it."""
    port, shipped = free_port(), (ROOT / "deploy" / name).read_text()
    for theirs, ours in (("listen 80;", f"listen 127.0.0.1:{port};"), *changes):
        assert shipped.count(theirs) == 1, theirs
        shipped = shipped.replace(theirs, ours)
    folder.mkdir()
    (folder / "feedsvc.conf").write_text(shipped)
    main = folder / "nginx.conf"
    modules = f"load_module {BROTLI};" if BROTLI.exists() else ""
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    main.write_text(_AROUND.format(folder=folder, user=user, modules=modules))
    command = [str(NGINX), "-e", str(folder / "early.log"), "-c", str(main)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as nginx:
        try:
            eventually(lambda: listening(port), what="nginx to listen")
            yield Nginx(port)
        finally:
            nginx.terminate()
