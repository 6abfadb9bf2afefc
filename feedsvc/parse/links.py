"""Where a post lives on its site, and its id."""

from __future__ import annotations

import re
from datetime import datetime

from feedsvc.parse.place import Place
from feedsvc.parse.source import Source, on_site
from feedsvc.rules import Site
from feedsvc.uris import UrlDrop, ascii_uri, jekyll_url, permalink_template, post_id

# what validators and readers take them for: UUIDs (RFC 9562), URNs (RFC 8141) and tags (RFC 4151)
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_URN = re.compile(r"urn:(?!uuid:)[a-z0-9][a-z0-9-]{1,31}:[a-z0-9()+,.:=@;$_!*'%/?&#~-]+\Z", re.IGNORECASE)
_TAG = re.compile(r"tag:(?:[a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(?:-\d\d){0,2}:", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def links(source: Source, categories: tuple[str, ...], local: datetime) -> tuple[str, str]:
    """The post's URL, and the id it has by default; ``local`` is its date in the site's time zone.

    In a Jekyll site the id is jekyll-feed's; in a plain folder it is the URL, as Hugo's.
    """
    if not source.jekyll:
        url = _plain_url(source, categories, local)
        return url, url
    return jekyll_links(source.site, _jekyll_path(source, categories, local), _slug(source))


def jekyll_links(site: Site, path: str, slug: str) -> tuple[str, str]:
    """The URL of the post at ``path`` in a Jekyll site, and the id it has by default."""
    # Jekyll lets a "?" stand in a link, and it leads nowhere: in the file that it writes it is a letter
    url = ascii_uri(f"{site.root}{path.replace('?', '%3F').replace('#', '%23')}")
    return url, post_id(site, path, slug)


def claimed_guid(source: Source) -> str:
    """The id that the front matter asks for, "" if it asks for none that can be one."""
    for key in ("guid", "id"):
        written = source.value(key)
        if not written:
            continue
        uri = ascii_uri(written)
        if uri and _well_formed(uri):
            return uri
        if uri:
            message = f"the id {written!r} is no UUID, URN or tag, though it starts as one, and is not used"
            source.note("guid-malformed", key, message, "write it whole, or leave it out")
            return ""
        hint = "write an absolute URI, such as tag:example.org,2022:1"
        if source.rules.layout != "plain":  # the site's own feed never took it: now every post would show twice
            source.note("guid-relative", key, f"the id {written!r} is no absolute URI, and is not used", hint)
            return ""
        made = on_site(source, "/" + written.lstrip("/"))
        source.note("guid-relative", key, f"the id {written!r} is no absolute URI: {made} is used", hint)
        return made
    return ""


def _well_formed(uri: str) -> bool:
    """Whether a URI that claims to be a UUID, a URN or a tag is one; all others are what they are."""
    match uri.partition(":")[0].lower():
        case "urn":
            return bool(_UUID.match(uri) or _URN.match(uri))
        case "tag":
            return bool(_TAG.match(uri))
    return True


def _jekyll_path(source: Source, categories: tuple[str, ...], local: datetime) -> str:
    own = source.value("permalink")
    drop = jekyll_drop(source.path, source.place, _slug(source), categories, local)
    for template in (own, permalink_template(source.rules.permalink)):
        if not template:
            continue
        try:
            return jekyll_url(template, drop)
        except KeyError as error:
            where = "permalink" if template == own else 0
            message = f"the permalink {template!r} has an unknown placeholder {error}"
            source.note("permalink", where, message, "see Jekyll's list of placeholders")
    return jekyll_url(permalink_template(""), drop)


def jekyll_drop(path: str, place: Place, slug: str, categories: tuple[str, ...], local: datetime) -> UrlDrop:
    """What the placeholders of a permalink stand for, of the post in the file ``path``."""
    basename, _, extension = path.rpartition("/")[2].rpartition(".")
    output_ext = f".{extension}" if place.markup == "html" else ".html"
    return UrlDrop(basename, slug, categories, local, place.inner, output_ext)


def _slug(source: Source) -> str:
    own = source.data.get("slug")  # as written: its spaces are part of jekyll-feed's id
    return own if isinstance(own, str) and own else source.place.slug


def _plain_url(source: Source, categories: tuple[str, ...], local: datetime) -> str:
    for key in ("url", "permalink"):
        own = source.value(key)
        if not own or (key == "permalink" and own == "false"):  # Eleventy's, for a post without a page
            continue
        if "{{" in own or "{%" in own:
            source.note(key, key, f"{own!r} is a template, which is not run", "write the address itself")
            continue
        if _SCHEME.match(own):
            uri = ascii_uri(own)
            if uri:
                return uri
            source.note("url", key, f"{own!r} cannot be an address", "write a path, or an http address")
        elif key == "permalink":
            return on_site(source, _jekyll_path(source, categories, local))
        else:
            return on_site(source, "/" + own.lstrip("/"))
    if source.rules.permalink:
        return on_site(source, _jekyll_path(source, categories, local))
    return on_site(source, _folder_path(source))


def _folder_path(source: Source) -> str:
    """``notes/a.md`` is at ``/notes/a/``, ``notes/index.md`` at ``/notes/``, and HTML files at their own path."""
    folder, _, basename = source.path.rpartition("/")
    stem = basename.rpartition(".")[0]
    slug = source.value("slug")
    above = f"/{folder}" if folder else ""
    if stem == "index":
        if slug and folder:
            return _escaped(f"/{folder.rpartition('/')[0]}/{slug}/".replace("//", "/"))
        return _escaped(f"{above}/")
    if slug or source.place.markup == "markdown":
        return _escaped(f"{above}/{slug or stem}/")
    return _escaped(f"{above}/{basename}")


def _escaped(path: str) -> str:
    """A file's path: here ``%``, ``?`` and ``#`` are letters like any other."""
    return path.replace("%", "%25").replace("?", "%3F").replace("#", "%23")
