"""``feedsvc feeds``: every feed there is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import unquote

import click

from feedsvc.cli import say
from feedsvc.cli.options import configured, json_option
from feedsvc.config import Settings
from feedsvc.model import FILENAMES, FeedFacts, Term
from feedsvc.particulars import elsewhere, unlisted
from feedsvc.render.opml import feeds_json, listings
from feedsvc.rules import Served
from feedsvc.service import Service
from feedsvc.uris import feed_name, feed_path


@click.command("feeds")
@configured
@json_option
def command(settings: Settings, *, as_json: bool) -> None:
    """List every feed: its entries, its last change, its address.

    Shows what was built last; run `feedsvc build` first. Each feed is also there as RSS and JSON: put rss.xml or
    feed.json in the place of atom.xml. With --json it prints what the server has at /feeds.json, without hidden feeds.

    \b
    Examples:
      feedsvc feeds
      feedsvc feeds ~/site --json | jq -r '.feeds[].atom'
    """
    with Service(settings) as service:
        feeds = service.feeds()
    if as_json:
        click.echo(feeds_json(listings(feeds, settings.served)))
    elif feeds:
        terms = {feed.term for feed in feeds}
        say.table(_row(feed, settings.served, terms) for feed in feeds)


def _row(feed: FeedFacts, served: Served, terms: Collection[Term]) -> tuple[str, str, str]:
    when = f"{feed.updated:%Y-%m-%d %H:%M}" if feed.updated else "-"
    path = feed_path(feed.term, FILENAMES["atom"])
    name = f"  {feed.term.name}" if "%" in path else ""
    notes = "".join(f"  ({note})" for note in _notes(feed, served, terms))
    return str(feed.entries), when, f"{served.feeds.url}{path}{name}{notes}"


def _notes(feed: FeedFacts, served: Served, terms: Collection[Term]) -> Iterator[str]:
    if feed.emptied:
        yield f"empty since {feed.emptied:%Y-%m-%d}"
    if feed_name(feed.term) in served.gone:
        yield "gone"
    elif unlisted(feed.term, served):
        yield "hidden"
    if there := elsewhere(feed.term, FILENAMES["atom"], served, known=terms.__contains__):
        yield f"moved to {unquote(there)}"
