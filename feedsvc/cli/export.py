"""``feedsvc export``: the feeds as static files."""

from __future__ import annotations

from pathlib import Path

import click

from feedsvc.cli import say
from feedsvc.cli.building import rebuild
from feedsvc.cli.options import configured, json_option
from feedsvc.cli.progress import progress
from feedsvc.config import Settings
from feedsvc.service import Service


@click.command("export")
@click.argument("dest", type=click.Path(path_type=Path, file_okay=False))
@configured
@json_option
def command(settings: Settings, *, dest: Path, as_json: bool) -> None:
    """Write the feeds as static files to the folder DEST.

    Builds first. Only files that changed are written, and feeds that are gone are removed, so that it can run again
    and again; DEST can be what nginx serves. `feedsvc serve --export DEST` does the same at each change.

    \b
    Examples:
      feedsvc export public
      feedsvc export public ~/site
    """
    with Service(settings) as service:
        problems = rebuild(service).problems
        with progress() as tell:
            exported = service.export(dest, tell)
    if as_json:
        say.as_json(exported)
        return
    click.echo(
        f"{say.counted(exported.written, 'file')} written, {exported.removed:,} removed, "
        f"{exported.kept:,} as they were in {dest}."
    )
    for address in exported.left_out:
        say.remark(f"left out {address}: no file can have this name")
    say.problems(problems)
    say.provisional(settings)
