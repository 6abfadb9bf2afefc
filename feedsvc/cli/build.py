"""``feedsvc build``: one rebuild, or as many as there are changes."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from urllib.parse import unquote

import click

from feedsvc import pipeline
from feedsvc.cli import bare, say
from feedsvc.cli.building import rebuild
from feedsvc.cli.options import configured, json_option
from feedsvc.config import Settings
from feedsvc.service import Service

_FAILED = 1


@click.command("build")
@configured
@json_option
@click.option("--dry-run", is_flag=True, help="Show per feed what subscribers would see; change nothing.")
@click.option("--watch", is_flag=True, help="Stay, and build at each change; for use beside another WSGI server.")
@click.option("--strict", is_flag=True, help="Exit with 1 when single posts have problems.")
@click.option("--allow-empty", is_flag=True, help="Publish even when all posts are gone.")
@click.pass_context
def command(
    ctx: click.Context,
    settings: Settings,
    *,
    as_json: bool,
    dry_run: bool,
    watch: bool,
    strict: bool,
    allow_empty: bool,
) -> None:
    """Build the feeds once.

    Reads the posts in CONTENT (by default the folder `content`), renders the feeds that changed, and publishes them
    for `feedsvc serve` or another WSGI server. Where nothing changed, nothing is written. Beside a running
    `feedsvc serve`, that one is asked to build, and waited for. A post that cannot be read does not stop the rest:
    its last good version stays.

    \b
    Examples:
      feedsvc build
      feedsvc build ~/site --dry-run
      feedsvc build ~/site --json --set site.url=https://example.org

    Exits with 0 when the feeds were published, 1 when they could not be, 2 when a setting is wrong, and 75 when
    another process is building and cannot be asked.
    """
    if dry_run:
        _preview(settings, as_json=as_json)
        return
    with Service(settings, listens=watch, helpers=pipeline.helpers(settings)) as service:
        report = (
            service.rebuild("command", allow_empty=allow_empty) if watch else rebuild(service, allow_empty=allow_empty)
        )
        if as_json:
            say.as_json(replace(report, problems=service.problems()))
        else:
            say.report(report)
            if not report.posts:
                bare.remark(settings)
            say.provisional(settings)
        if watch:
            say.token(settings, service)
            import_module("feedsvc.cli.watching").watch(service)  # a build that does not stay needs no scheduler
    if strict and report.problems:
        ctx.exit(_FAILED)


def _preview(settings: Settings, *, as_json: bool) -> None:
    with Service(settings) as service:
        changes = service.preview()
    if as_json:
        say.as_json(changes)
        return
    for change in changes:
        click.echo(unquote(change.address))
        for sign, titles in (("+", change.entries_added), ("~", change.entries_changed), ("-", change.entries_removed)):
            for title in titles:
                click.echo(f"  {sign} {title}")
    click.echo(f"{say.counted(len(changes), 'feed')} would change." if changes else "No feed would change.")
