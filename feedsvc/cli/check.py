"""``feedsvc check``: what authors should mend."""

from __future__ import annotations

import click

from feedsvc.cli import bare, say
from feedsvc.cli.options import configured, json_option
from feedsvc.config import Settings
from feedsvc.service import Service

_FOUND = 1


@click.command("check")
@configured
@json_option
@click.pass_context
def command(ctx: click.Context, settings: Settings, *, as_json: bool) -> None:
    """List what should be mended in the posts.

    Reads every post in CONTENT and prints each problem as `path:line: code: message (hint)`, as compilers do, so that
    editors can jump there. Nothing is written, and no state is needed: it can run before a commit.

    \b
    Examples:
      feedsvc check
      feedsvc check ~/site --json

    Exits with 1 if it found any problem.
    """
    with Service(settings) as service:
        problems = service.check()
    if as_json:
        say.as_json(problems)
    else:
        for problem in problems:
            click.echo(str(problem))
        say.remark(f"{say.counted(len(problems), 'problem')}." if problems else "No problems.")
        bare.remark(settings)
    if problems:
        ctx.exit(_FOUND)
