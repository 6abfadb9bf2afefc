"""``feedsvc feeds``: every feed there is."""

from __future__ import annotations

import click

from feedsvc.cli import say
from feedsvc.cli.options import configured, json_option
from feedsvc.config import Settings
from feedsvc.model import FILENAMES, FORMATS, FeedFacts
from feedsvc.service import Service
from feedsvc.uris import feed_path, page_path


@click.command("feeds")
@configured
@json_option
def command(settings: Settings, *, as_json: bool) -> None:
    """List every feed: its entries, its last change, its address.

    Shows what was built last; run `feedsvc build` first. Each feed is also there as RSS and JSON: put rss.xml or
    feed.json in the place of atom.xml.

    \b
    Examples:
      feedsvc feeds
      feedsvc feeds ~/site --json | jq '.feeds[] | select(.entries == 0)'
    """
    with Service(settings) as service:
        feeds = service.feeds()
    base = settings.feeds.url
    if as_json:
        say.as_json({"feeds": [_facts(base, feed) for feed in feeds]})
    elif feeds:
        say.table(_row(base, feed) for feed in feeds)


def _row(base: str, feed: FeedFacts) -> tuple[str, str, str]:
    when = f"{feed.updated:%Y-%m-%d %H:%M}" if feed.updated else "-"
    path = feed_path(feed.term, FILENAMES["atom"])
    name = f"  {feed.term.name}" if "%" in path else ""
    since = f"  (empty since {feed.emptied:%Y-%m-%d})" if feed.emptied else ""
    return str(feed.entries), when, f"{base}{path}{name}{since}"


def _facts(base: str, feed: FeedFacts) -> dict[str, object]:
    """As ``/feeds.json`` has it."""
    return {
        "scheme": feed.term.scheme,
        "term": feed.term.name,
        "entries": feed.entries,
        "updated": feed.updated,
        **{name: base + feed_path(feed.term, FILENAMES[name]) for name in FORMATS},
        "html": base + page_path(feed.term),
    }
