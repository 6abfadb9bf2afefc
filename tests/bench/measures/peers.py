"""Other programs that make feeds, with the same posts: cold builds of what each of them can make."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench import sites
from tests.bench.bench import Bench
from tests.bench.corpus import HOST
from tests.bench.figures import Figures, count, seconds, size, skipped
from tests.bench.machine import occupied, program, warm_disk_cache
from tests.bench.processes import ROOT, Failed, Usage, run

# The most posts that each is given: Hugo needs 45 GB for ten times as many, the others take many minutes.
LIMITS = {"hugo": 100_000, "pelican": 10_000, "jekyll": 1_000}
_QUICK = 1_000  # posts up to which all are built repeatedly

_HUGO = f"""baseURL = "https://{HOST}/"
title = "基准消息 Bench News"
languageCode = "zh-CN"
timeout = "600s"
rssLimit = 20
disableKinds = ["sitemap", "robotsTXT", "404", "taxonomy", "section"]
ignoreErrors = ["error-disable-taxonomy"]
[outputs]
home = ["RSS"]
term = ["RSS"]
[markup.goldmark.renderer]
unsafe = true
"""
_HUGO_CASCADE = "---\ntitle: home\ncascade:\n- _target:\n    kind: page\n  _build:\n    render: link\n---\n"
_HUGO_RSS = """{{- $pages := .RegularPages -}}{{- if .IsHome -}}{{- $pages = .Site.RegularPages -}}{{- end -}}
{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>{{ .Title }}</title><link>{{ .Permalink }}</link><description>{{ .Title }}</description>
{{ with .OutputFormats.Get "RSS" }}
{{ printf "<atom:link href=%q rel=\\"self\\" />" .Permalink | safeHTML }}{{ end }}
{{ range first 20 $pages }}<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link><guid>{{ .Permalink }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" | safeHTML }}</pubDate>
<description>{{ .Content | html }}</description></item>
{{ end }}</channel></rss>
"""
_PELICAN = f"""SITENAME, SITEURL, PATH = "基准消息 Bench News", "https://{HOST}", "content"
TIMEZONE, DEFAULT_LANG, DEFAULT_PAGINATION = "Asia/Shanghai", "zh", False
DIRECT_TEMPLATES, STATIC_PATHS = [], []
ARTICLE_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = AUTHOR_SAVE_AS = ""
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None
FEED_ALL_RSS, CATEGORY_FEED_RSS, TAG_FEED_RSS = "all.xml", "category/{{slug}}.xml", "tag/{{slug}}.xml"
FEED_DOMAIN, FEED_MAX_ITEMS, RSS_FEED_SUMMARY_ONLY = SITEURL, 20, False
"""


def measure(bench: Bench) -> Figures:
    """Hugo, Pelican, Jekyll: first builds of the same posts, where they are installed or can be."""
    figures: Figures = {}
    for name, most in LIMITS.items():
        figures |= {f"peers.{name}{part}": figure for part, figure in _tried(bench, name, most).items()}
    return figures


def _tried(bench: Bench, name: str, most: int) -> Figures:
    if not bench.effort.peers:
        return {"": skipped("left out as asked")}
    if bench.shape.posts > most:
        return {"": skipped(f"not with more than {most:,} posts")}
    try:
        return measured(bench, name)
    except Failed as failed:
        return {"": skipped(str(failed).strip().rpartition("\n")[2][:200])}


def measured(bench: Bench, name: str) -> Figures:
    """Figures of one of them, by the ends of their names. Raises Failed where it is not installed or fails."""
    folder = bench.fresh(f"peer-{name}")
    command = _PEERS[name](bench, folder)
    warm_disk_cache(folder)
    rounds = bench.effort.rounds if name == "hugo" or bench.shape.posts <= _QUICK else 1
    usages = [_built(folder, command) for _ in range(rounds)]
    peak = _built(folder, command, memory=True).memory.total if name == "hugo" else 0
    feeds = sum(1 for path in (folder / "public").rglob("*.xml") if path.stat().st_size)
    output = occupied(folder / "public")
    shutil.rmtree(folder)
    return {
        "": seconds((usage.seconds for usage in usages), f"{feeds:,} feeds"),
        ".processor": seconds(usage.processor for usage in usages),
        ".output": size(output),
        ".feeds": count(feeds),
    } | ({".memory": size(peak)} if peak else {})


def _built(folder: Path, command: list[str | Path], *, memory: bool = False) -> Usage:
    shutil.rmtree(folder / "public", ignore_errors=True)
    for leftover in (".jekyll-cache", "resources", "cache"):
        shutil.rmtree(folder / leftover, ignore_errors=True)
    return run(*command, output=folder.with_name(f"{folder.name}.log"), cwd=folder, memory=memory)


def _hugo(bench: Bench, folder: Path) -> list[str | Path]:
    """RSS for the site and every term, with 20 whole posts, and nothing else."""
    place = _require("hugo")
    sites.write_site(folder, bench.shape, sites.hugo)
    (folder / "config.toml").write_text(_HUGO, encoding="utf-8")
    (folder / "content" / "_index.md").write_text(_HUGO_CASCADE)
    (folder / "layouts" / "_default").mkdir(parents=True)
    (folder / "layouts" / "_default" / "rss.xml").write_text(_HUGO_RSS)
    return [place, "--quiet", "--destination", "public", "--cacheDir", folder / "cache"]


def _jekyll(bench: Bench, folder: Path) -> list[str | Path]:
    """jekyll-feed's Atom for the site, every category and such tags as it does not skip; and a bare page a post."""
    place = _require("jekyll")
    sites.write_site(folder, bench.shape, sites.jekyll)
    categories = sorted({name for number in range(bench.shape.posts) for name in bench.post(number).categories})
    feed = f"plugins: [jekyll-feed]\nfeed:\n  posts_limit: 20\n  tags: true\n  categories: {json.dumps(categories)}\n"
    (folder / "_config.yml").write_text(sites.CONFIG + feed, encoding="utf-8")
    return [place, "build", "--quiet", "--source", folder, "--destination", folder / "public"]


def _pelican(bench: Bench, folder: Path) -> list[str | Path]:
    """RSS for the site, every category and every tag, and nothing else."""
    environment = ROOT / "build" / "bench" / "pelican"
    place = environment / "bin" / "pelican"
    if not place.exists():
        environment.parent.mkdir(parents=True, exist_ok=True)
        log = bench.work / "pelican.log"
        run(sys.executable, "-m", "venv", environment, output=log)
        run(environment / "bin" / "pip", "install", "--quiet", "pelican[markdown]", output=log)
    sites.write_site(folder, bench.shape, sites.pelican)
    (folder / "pelicanconf.py").write_text(_PELICAN, encoding="utf-8")
    return [place, "--quiet", "--settings", "pelicanconf.py", "--output", "public", "content"]


def _require(name: str) -> str:
    place = program(name)
    if place is None:
        raise Failed(f"{name} is not installed")
    return place


_PEERS: Mapping[str, Callable[[Bench, Path], list[str | Path]]] = {
    "hugo": _hugo,
    "pelican": _pelican,
    "jekyll": _jekyll,
}
