"""``feedsvc export``: everything as static files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from feedsvc import pipeline
from feedsvc.cli import say
from feedsvc.cli.building import rebuild
from feedsvc.cli.offer import offer
from feedsvc.cli.options import configured, json_option
from feedsvc.cli.progress import progress
from feedsvc.config import Settings
from feedsvc.export import ExportReport
from feedsvc.model import SCHEMES, SITE
from feedsvc.service import Service

Archives = Literal["all", "site", "none"]
_HISTORY: dict[Archives, tuple[str, ...]] = {"all": (SITE.scheme, *SCHEMES), "site": (SITE.scheme,), "none": ()}
_SHOWN = 10  # addresses that are named


@click.command("export")
@click.argument("dest", type=click.Path(path_type=Path, file_okay=False))
@configured
@click.option(
    "--archives",
    type=click.Choice(list(_HISTORY)),
    default="all",
    show_default=True,
    help="Whose older posts to write: of every feed, of the site's, of none. Feeds link to them.",
)
@click.option("--no-pages", is_flag=True, help="Write the feeds alone: no pages, lists and older posts.")
@click.option("--overwrite", is_flag=True, help="Replace files that are in the way, though no export wrote them.")
@json_option
def command(
    settings: Settings, *, dest: Path, archives: Archives, no_pages: bool, overwrite: bool, as_json: bool
) -> None:
    """Write everything as static files to the folder DEST.

    Feeds, pages, lists, older posts. Builds first. Only what changed is written, compressed too (.gz, .br), and what is
    gone is removed, so that it can run again and again. Other files in DEST stay as they are. DEST can be what nginx
    serves, any web root, or what GitHub Pages publishes: see docs/exporting.md. `feedsvc serve --export DEST` keeps one
    up to date, for nginx in front of the server.

    \b
    Examples:
      feedsvc export public
      feedsvc export public ~/site --archives site
      feedsvc export ~/site/_site ~/site --no-pages
    """
    with Service(settings, helpers=pipeline.helpers(settings)) as service:
        built = rebuild(service)
        with progress() as tell:
            source = None if no_pages else offer(service, alone=True, history=_HISTORY[archives])
            exported = service.export(dest, tell, source=source, overwrite=overwrite)
    if as_json:
        say.as_json(exported)
        return
    click.echo(
        f"{say.counted(exported.written, 'file')} written, {exported.removed:,} removed, "
        f"{exported.kept:,} as they were in {dest}."
    )
    _tell_refused(exported)
    say.problems(built)
    say.provisional(settings)


def _tell_refused(exported: ExportReport) -> None:
    _tell(exported.left_out, "left out {}: no file can have this name")
    _tell(exported.in_the_way, "left {} as it is: no export wrote it (--overwrite replaces it)")


def _tell(addresses: tuple[str, ...], text: str) -> None:
    for address in addresses[:_SHOWN]:
        say.remark(text.format(address))
    if len(addresses) > _SHOWN:
        say.remark(f"and {len(addresses) - _SHOWN:,} more (--json lists all)")
