"""``feedsvc ledger``: what only history knows, out of the state and into another."""

from __future__ import annotations

from pathlib import Path

import click

from feedsvc.cli.options import configured
from feedsvc.config import Settings
from feedsvc.service import Service


@click.group("ledger")
def command() -> None:
    """Save or load the ledger: what only history knows.

    The ledger holds each post's id, the date it was first seen, moves, and last good versions. All else can be built
    from the posts again. Keep a copy, and load it on another machine before the first build there, and no
    subscriber sees a post twice.

    \b
    Examples:
      feedsvc ledger save ledger.txt
      feedsvc ledger load ledger.txt ~/site --state /var/lib/feedsvc
    """


@command.command("save")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@configured
def save(settings: Settings, file: Path) -> None:
    """Write the ledger to FILE.

    It is text, a line for each post, as of one moment: a server may go on running.

    \b
    Example:
      feedsvc ledger save ledger.txt ~/site
    """
    with Service(settings) as service:
        service.save_ledger(file)
    click.echo(f"The ledger is in {file}.")


@command.command("load")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@configured
def load(settings: Settings, file: Path) -> None:
    """Read the ledger from FILE into a state folder that has none yet.

    Do it before the first build there, on another machine or for posts that moved to another path.

    \b
    Example:
      feedsvc ledger load ledger.txt ~/site --state /var/lib/feedsvc
    """
    with Service(settings) as service:
        service.load_ledger(file)
    click.echo(f"The ledger of {file} is in {settings.state}. Run `feedsvc build` next.")
