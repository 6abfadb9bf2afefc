"""What commands print: results on standard output, remarks on standard error."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import click
import orjson

from feedsvc.builds import Report
from feedsvc.catalogue import TOKEN
from feedsvc.config import Settings
from feedsvc.model import Term
from feedsvc.service import Service

_FIRST = 5  # problems shown after a build


def as_json(value: object) -> None:
    """Any nouns, as indented JSON."""
    click.echo(orjson.dumps(value, _named, orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode())


def _named(value: object) -> object:
    """A term as an object, as dataclasses are."""
    if isinstance(value, Term):
        return value._asdict()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def remark(line: str) -> None:
    """A line beside the result."""
    click.echo(line, err=True)


def report(done: Report) -> None:
    """A rebuild in a line or two, and the first of its problems."""
    changes = (("added", done.added), ("changed", done.changed), ("removed", done.removed))
    news = ", ".join(f"{count:,} {word}" for word, count in changes if count) or "nothing new"
    feeds = f"{counted(done.feeds, 'feed')} changed, {counted(done.written, 'document')} written"
    outcome = feeds if done.feeds or done.written else "no feed changed"
    click.echo(f"{counted(done.posts, 'post')}: {news}; {outcome}; {done.seconds:.2f} s.")
    problems(done)


def problems(done: Report) -> None:
    """The first few problems, and where to find the rest."""
    for problem in done.problems[:_FIRST]:
        remark(str(problem))
    if done.problem_count > _FIRST:
        remark(f"and {counted(done.problem_count - _FIRST, 'more problem')}: `feedsvc check` lists all.")


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 post``, ``1,204 posts``; with the ``plural`` where an "s" does not make it."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def table(rows: Iterable[tuple[str, ...]]) -> None:
    """Rows with two spaces between columns, the last column as wide as it likes."""
    lines = list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        *first, last = line
        click.echo("  ".join([*(cell.rjust(width) for cell, width in zip(first, widths, strict=False)), last]))


def provisional(settings: Settings) -> None:
    """That a trial is one."""
    if settings.site.provisional:
        remark(
            f"site.url is not set: links and ids start with {settings.site.url}, for a trial. Before anyone subscribes "
            "set it to where the posts live (site.url in feedsvc.toml, or --set site.url=https://example.org)."
        )


def token(settings: Settings, service: Service) -> None:
    """How to ask for a rebuild, when the token for it was made just now; the secret itself stays out of terminals."""
    _, made = service.token()
    if made:
        bearer = f"Authorization: Bearer $(cat {shlex.quote(str(settings.state / TOKEN))})"
        remark(f'To ask for a rebuild:\n  curl -X POST -H "{bearer}" {settings.here}/rebuild')
