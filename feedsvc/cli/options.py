"""What commands have in common: which content, which state, which settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click

from feedsvc.config import TABLE, Settings, setting
from feedsvc.config.loading import load
from feedsvc.exceptions import ContentMissing

_P = ParamSpec("_P")
_R = TypeVar("_R")
_SITES = (
    "_config.yml",
    "_posts",
    "hugo.toml",
    "hugo.yaml",
    "hugo.json",
    "pelicanconf.py",
)  # what a site's folder holds
_LINK = re.compile(r"\[([^]]+)\]\(#[^)]+\)")
_OVERRIDES = "feedsvc.overrides"  # in the context: what options have set, by key


def configured(function: Callable[Concatenate[Settings, _P], _R]) -> Callable[..., _R]:
    """Give a command CONTENT, ``--state``, ``--config`` and ``--set``; it is called with the Settings they make."""

    @click.argument("content", required=False, type=click.Path())
    @click.option(
        "--state",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Where feedsvc keeps its state, by default CONTENT/.feedsvc. Where CONTENT is a symlink, which may be "
        "switched, it is .NAME.feedsvc beside the link.",
    )
    @click.option(
        "--config",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="The configuration, by default feedsvc.toml in CONTENT, else here.",
    )
    @click.option(
        "--set",
        multiple=True,
        metavar="NAME=VALUE",
        expose_value=False,
        callback=_note_pairs,
        help="Any setting, such as site.url=https://example.org; `feedsvc serve --help` lists them.",
    )
    @wraps(function)
    def command(
        content: str | None, state: Path | None, config: Path | None, *args: _P.args, **kwargs: _P.kwargs
    ) -> _R:
        overrides = click.get_current_context().meta.get(_OVERRIDES, {})
        folder = Path(content) if content else None
        settings = load(folder, state=state, config=config, overrides=overrides)
        _require(settings, folder)
        return function(settings, *args, **kwargs)

    return command


def setting_option(flag: str, key: str, metavar: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """An option of its own for a setting, described as the table of settings has it."""
    entry = setting(key)
    return click.option(
        flag,
        metavar=metavar,
        expose_value=False,
        callback=partial(_note, key),
        help=f"{entry.help} [default: {entry.shown_default}]",
    )


def _note(key: str, context: click.Context, _: click.Parameter, value: object) -> None:
    if value is not None:
        context.meta.setdefault(_OVERRIDES, {})[key] = value


def _note_pairs(context: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]) -> None:
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE, such as feeds.limit=50.", context, parameter)
        _note(key.strip(), context, parameter, value)


def _require(settings: Settings, asked: Path | None) -> None:
    """Tell a newcomer which folder is missing; with a state at hand, the last generation can still be served."""
    if settings.content.is_dir() or settings.state.is_dir():
        return
    if asked is None and any((Path.cwd() / name).exists() for name in _SITES):
        raise ContentMissing(f"{settings.content}: no such folder; for the site here, say `.` as CONTENT")
    kind = "not a folder" if settings.content.exists() else "no such folder"
    raise ContentMissing(f"{settings.content}: {kind}; give the folder that holds your posts as CONTENT")


def json_option(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """``--json``, as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(function)


class ListsSettings(click.Command):
    """A command whose help ends with every setting there is."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The settings, as the table has them."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Settings (--set NAME=VALUE, a line in feedsvc.toml, or FEEDSVC_SECTION_NAME)"):
            formatter.write_dl([(entry.key, f"{_unlinked(entry.help)} [{entry.shown_default}]") for entry in TABLE])


def _unlinked(text: str) -> str:
    """A description without the links that it has on its page."""
    return _LINK.sub(r"\1 in docs/configuration.md", text)
