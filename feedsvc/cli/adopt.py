"""``feedsvc adopt``: ids from a feed that is live elsewhere, so that its subscribers see nothing twice."""

from __future__ import annotations

from pathlib import Path

import click

from feedsvc.cli import say
from feedsvc.cli.options import configured, json_option
from feedsvc.cli.progress import progress
from feedsvc.config import Settings
from feedsvc.exceptions import CatalogueBusy
from feedsvc.oldfeeds import read_old
from feedsvc.pipeline.adopting import AdoptReport
from feedsvc.service import Service

_NOTHING = 1
_FIRST = 20  # lines shown of what was not matched


class _Olds(click.Command):
    """The last argument is CONTENT if it is a folder, and one more OLD if not."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and sort out the last argument."""
        rest = super().parse_args(ctx, args)
        last = ctx.params["content"]
        if last is not None and not Path(last).is_dir():
            ctx.params |= {"old": (*ctx.params["old"], last), "content": None}
        if not ctx.params["old"] and not ctx.resilient_parsing:
            ctx.fail("Missing argument 'OLD': the file or the address of a feed.")
        return rest


@click.command("adopt", cls=_Olds)
@click.argument("old", nargs=-1)
@configured
@json_option
@click.option("--dry-run", is_flag=True, help="Show what would be taken over; change nothing.")
@click.pass_context
def command(ctx: click.Context, settings: Settings, *, old: tuple[str, ...], as_json: bool, dry_run: bool) -> None:
    """Take over the ids of a feed that is live elsewhere.

    OLD is the file or the address of an RSS, Atom or JSON feed that readers are subscribed to today; there may be
    several. Each of its entries is looked for among the posts in CONTENT, by its link, else by title and date, and the
    post gets the entry's id, for good. When subscribers are then led to the new feed, they see nothing twice. Run it
    before the first `feedsvc serve`, or while no server is running; running it again changes nothing.

    \b
    Examples:
      feedsvc adopt https://example.org/feed/ --dry-run
      feedsvc adopt old/rss.xml old/tags.json ~/site

    Exits with 0 when posts were found, 1 when not one was, 2 when a setting is wrong, and 75 when a server is running.
    """
    entries = [entry for source in old for entry in read_old(source)]
    with Service(settings) as service, progress() as tell:
        try:
            report = service.adopt(entries, tell, dry_run=dry_run)
        except CatalogueBusy as busy:
            reason = "a server is running here: stop it, adopt, and start it again (--dry-run works beside it)"
            raise CatalogueBusy(busy.path, reason, listens=busy.listens) from busy
    if as_json:
        say.as_json(report)
    else:
        _show(report, dry_run=dry_run)
    if not any(each.how for each in report.entries):
        ctx.exit(_NOTHING)


def _show(report: AdoptReport, *, dry_run: bool) -> None:
    left = [each for each in report.entries if each.reason]
    rows = (
        ("with their id already", report.count("id")),
        ("matched by link", report.count("link")),
        ("matched by title and date", report.count("title")),
        ("not matched", report.count("")),
    )
    click.echo(f"{say.counted(len(report.entries), 'different entry', 'different entries')}:")
    for label, count in rows:
        click.echo(f"{count:>7,}  {label}")
    click.echo(f"{say.counted(report.taken, 'id')} {'would be ' if dry_run else ''}taken over.")
    if left:
        click.echo("Not taken over:")
        _some([f"{each.link or each.id}  {each.title}: {each.reason}" for each in left])
    if report.strangers:
        click.echo("Posts that are in none of these feeds, though not older than they are (new to their subscribers):")
        _some(list(report.strangers))
    if report.taken and not dry_run:
        say.remark("Run `feedsvc build` or `feedsvc serve` next: it shows them.")


def _some(lines: list[str]) -> None:
    for line in lines[:_FIRST]:
        click.echo(f"  {line}")
    if len(lines) > _FIRST:
        click.echo(f"  and {len(lines) - _FIRST:,} more (--json lists all)")
