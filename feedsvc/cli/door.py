"""The ``feedsvc`` command itself: finds the command that is asked for, and tells every error in one line."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from feedsvc import __version__
from feedsvc.exceptions import CatalogueBusy, ConfigError, FeedsvcError

FAILED, USAGE, BUSY, INTERRUPTED = 1, 2, 75, 130  # 75 is sysexits.h's EX_TEMPFAIL

# a command's module is imported when it is asked for: what serves is slow to import, and help needs none of it
COMMANDS = {
    "serve": "Build the feeds, then serve them and keep them fresh.",
    "build": "Build the feeds once.",
    "check": "List what should be mended in the posts.",
    "feeds": "List every feed: its entries, its last change, its address.",
    "adopt": "Take over the ids of a feed that is live elsewhere.",
    "export": "Write everything as static files to the folder DEST.",
    "ledger": "Save or load the ledger: what only history knows.",
}


class Door(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command, the first to try first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """A command of that name, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        with _nothing_to_lose():
            command: click.Command = import_module(f"feedsvc.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names, or a hint at the one that was meant."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, n=1)
            meant = near[0] if near else f"serve {name}" if Path(name).is_dir() else ""
            ctx.fail(f"No such command {name!r}." + (f" Did you mean `feedsvc {meant}`?" if meant else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """What each command is for, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002, FBT001, FBT002
        **extra: Any,
    ) -> NoReturn:
        """Run a command and exit: with its status, or with one line that says what is wrong."""
        try:
            status = super().main(args, prog_name or "feedsvc", complete_var, standalone_mode=False, **extra)
        except (click.ClickException, click.Abort, FeedsvcError, OSError) as error:
            sys.exit(_tell(error))
        except Exception as error:
            if sys.flags.dev_mode:
                raise
            sys.exit(_tell(error))
        sys.exit(status if isinstance(status, int) else 0)


def _tell(error: BaseException) -> int:
    """Print the line for an error and give the exit status it means."""
    match error:
        case click.exceptions.NoArgsIsHelpError():  # a group without its command: its help, as it is
            click.echo(error.format_message(), err=True)
            return USAGE
        case click.Abort():
            line, status = "interrupted", INTERRUPTED
        case click.UsageError():
            path = error.ctx.command_path if error.ctx else "feedsvc"
            line, status = f"{error.format_message()} Try `{path} --help`.", USAGE
        case click.ClickException():
            line, status = error.format_message(), FAILED
        case ConfigError():
            line, status = str(error), USAGE
        case CatalogueBusy():
            line, status = str(error), BUSY
        case FeedsvcError():
            line, status = str(error), FAILED
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            line, status = f"{place}{error.strerror or error}", FAILED
        case _:
            line, status = _fault(error), FAILED
    click.echo(f"feedsvc: {' '.join(line.split())}", err=True)
    return status


def _fault(error: BaseException) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return (
        f"unexpected {type(error).__name__} at {place}: {error} "
        "(a fault in feedsvc; `python -X dev -m feedsvc …` shows the traceback)"
    )


@contextmanager
def _nothing_to_lose() -> Iterator[None]:
    """Ctrl-C ends the process at once: as an exception, Python may lose it in the callbacks of an import."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@click.group(
    cls=Door,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="feedsvc")
@click.pass_context
def door(ctx: click.Context) -> None:
    """Publish a folder of posts as RSS, Atom and JSON feeds: one for the site, and one for every category, tag and
    author.

    \b
    Try this first, in the folder of a Jekyll site or any folder of Markdown posts:
      feedsvc serve .
    and open the address that it prints. Nothing needs to be configured for a trial.

    \b
    Before anyone subscribes, say where the site lives, in feedsvc.toml beside the posts:
      [site]
      url = "https://example.org"
    `feedsvc serve --help` lists every setting.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
