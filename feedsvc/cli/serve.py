"""``feedsvc serve``: build, serve, keep fresh."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import click

from feedsvc.cli import say
from feedsvc.cli.offer import offer
from feedsvc.cli.options import ListsSettings, configured, setting_option
from feedsvc.cli.progress import progress
from feedsvc.config import Settings
from feedsvc.exceptions import FeedsvcError
from feedsvc.service import Service
from feedsvc.triggers import Triggers
from feedsvc.web.server import serve


@click.command("serve", cls=ListsSettings)
@configured
@setting_option("--host", "serve.host", "HOST")
@setting_option("--port", "serve.port", "PORT")
@setting_option("--workers", "serve.workers", "N")
@click.option(
    "--export",
    "dest",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep feeds, pages and lists as static files there too, for nginx in front (deploy/nginx-export.conf).",
)
def command(settings: Settings, dest: Path | None) -> None:
    """Build the feeds, then serve them and keep them fresh.

    Reads the posts in CONTENT (by default the folder `content`) and serves a feed for the site and one for every
    category, tag and author, as RSS, Atom and JSON. A post that is added or changed is in its feeds within a tenth of a
    second, one that is deleted leaves them after two. After a restart the last state is served at once.

    \b
    Examples:
      feedsvc serve .
      feedsvc serve ~/site --host 0.0.0.0 --port 80 --state /var/lib/feedsvc
      feedsvc serve ~/site --set site.url=https://example.org --set feeds.limit=50
    """
    _require_port(settings.host, settings.port)
    with Service(settings, listens=True) as service, progress() as tell:
        service.open()
        _greet(settings, service)
        source = offer(service) if dest else None
        serve(settings, Triggers(service, dest, tell, source).run, ready=service.has_generation())


def _require_port(host: str, port: int) -> None:
    """Find out before a long build: the server itself would share a port that another one lets it share."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: "another program listens there; choose a port with --port",
            errno.EACCES: "not permitted; choose a port above 1023 with --port",
        }
        reason = reasons.get(error.errno or 0, error.strerror or str(error))
        raise FeedsvcError(f"cannot listen at {host}:{port}: {reason}") from error


def _greet(settings: Settings, service: Service) -> None:
    here = settings.here
    say.remark(f"Serving {settings.content} at {here}/")
    say.remark(f"  the site's feed   {here}/rss.xml  {here}/atom.xml  {here}/feed.json")
    say.remark(f"  a feed by term    {here}/category/NAME/rss.xml  {here}/tag/NAME/rss.xml")
    say.remark(f"  all feeds         {here}/feeds.opml")
    say.provisional(settings)
    if not service.has_posts():
        say.remark(_how_to_post(settings))
    say.token(settings, service)


def _how_to_post(settings: Settings) -> str:
    rules = settings.rules
    names = {
        "jekyll": "_posts/2024-01-31-hello.md",
        "hugo": f"{rules.hugo.root}/hello.md".lstrip("/"),
        "pelican": f"{rules.pelican.root}/hello.md".lstrip("/"),
    }
    start, end = (
        ("Title: Hello\n  Date", "tags: first")
        if rules.layout == "pelican"
        else ("---\n  title: Hello\n  date", "tags: [first]\n  ---")
    )
    return (
        f"There are no posts yet. Put one at {settings.content / names.get(rules.layout, 'hello.md')}, "
        "and it is in the feeds at once:\n"
        f"  {start}: 2024-01-31 12:00:00 +0000\n  {end}\n\n  The first post."
    )
