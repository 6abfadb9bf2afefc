"""``feedsvc feeds``: every feed there is."""

from __future__ import annotations

import click

from feedsvc.cli import say
from feedsvc.cli.options import configured, json_option
from feedsvc.config import Settings
from feedsvc.model import FILENAMES, FeedFacts
from feedsvc.render.opml import feeds_json, listings
from feedsvc.service import Service
from feedsvc.uris import feed_path


@click.command("feeds")
@configured
@json_option
def command(settings: Settings, *, as_json: bool) -> None:
    """List every feed: its entries, its last change, its address.

    Shows what was built last; run `feedsvc build` first. Each feed is also there as RSS and JSON: put rss.xml or
    feed.json in the place of atom.xml. With --json it prints what the server has at /feeds.json.

    \b
    Examples:
      feedsvc feeds
      feedsvc feeds ~/site --json | jq -r '.feeds[].atom'
    """
    with Service(settings) as service:
        feeds = service.feeds()
    base = settings.feeds.url
    if as_json:
        click.echo(feeds_json(listings(feeds, settings.served)))
    elif feeds:
        say.table(_row(base, feed) for feed in feeds)


def _row(base: str, feed: FeedFacts) -> tuple[str, str, str]:
    when = f"{feed.updated:%Y-%m-%d %H:%M}" if feed.updated else "-"
    path = feed_path(feed.term, FILENAMES["atom"])
    name = f"  {feed.term.name}" if "%" in path else ""
    since = f"  (empty since {feed.emptied:%Y-%m-%d})" if feed.emptied else ""
    return str(feed.entries), when, f"{base}{path}{name}{since}"
