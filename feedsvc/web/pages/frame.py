"""What all pages have in common: templates, texts, headers, the site's own look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import inf

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from feedsvc.catalogue import Reader
from feedsvc.model import SITE, Term
from feedsvc.particulars import own, particulars
from feedsvc.rules import Look, Served
from feedsvc.shelf import Current, Headers, Key, Shelved
from feedsvc.uris import page_path
from feedsvc.web.pages.files import Files
from feedsvc.web.pages.speech import Speech, speech
from feedsvc.web.pages.subscribing import SERVICES, alternates, subscription

Make = Callable[[Reader, Current], Shelved | None]

MEDIA_TYPE = "text/html; charset=utf-8"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY: Headers = [
    (
        "Content-Security-Policy",
        _POLICY,
    ),
    ("Referrer-Policy", "no-referrer"),
]
_OURS = "feedsvc"  # the prefix under which a site's own template finds ours, to extend it
_RIGHT_TO_LEFT = frozenset(("ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"))


@dataclass(frozen=True, slots=True)
class Frame:
    """Makes pages from templates; the site's ``look`` goes before ours. ``alone`` tells that nobody answers queries."""

    look: Look
    files: Files
    _templates: Environment
    alone: bool = False

    @classmethod
    def of(cls, look: Look, *, alone: bool = False) -> Frame:
        """The frame of a site that looks like this."""
        return cls(look, Files.of(look), _environment(look.templates), alone)

    def speech(self, served: Served, term: Term) -> Speech:
        """The words for a feed's language."""
        return speech(particulars(term, served.site, served.feeds.tables).language, self.look.templates)

    def render(self, template: str, served: Served, term: Term, values: Mapping[str, object]) -> bytes:
        """A page about a feed; ``values`` are what its template shows beside what all do."""
        common = _common(term, served, self.speech(served, term), self.files)
        return self._templates.get_template(template).render({**common, "alone": self.alone, **values}).encode()

    def page(
        self, key: Key, template: str, served: Served, term: Term, values: Mapping[str, object], until: float = inf
    ) -> Shelved:
        """The same, ready to be served."""
        return Shelved(
            key,
            self.render(template, served, term, values),
            MEDIA_TYPE,
            served,
            until=until,
            more=SECURITY,
            max_age=particulars(term, served.site, served.feeds.tables).max_age,
        )


def _environment(folder: str) -> Environment:
    ours = PackageLoader("feedsvc.web")
    own = [FileSystemLoader(folder)] if folder else []
    return Environment(
        loader=ChoiceLoader([*own, ours, PrefixLoader({_OURS: ours})]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=bool(folder),
    )


def _common(term: Term, served: Served, speech: Speech, files: Files) -> dict[str, object]:
    about, site = (particulars(each, served.site, served.feeds.tables) for each in (term, SITE))
    set_apart = own(term, served.feeds.tables)
    spoken = _primary(speech.language) == _primary(about.language)
    return {
        "_": speech.say,
        "n_": speech.count,
        "language": about.language if spoken else speech.language,
        "own": Markup("") if spoken else Markup(' lang="{}"').format(about.language),  # what the site itself says
        "direction": "rtl" if _primary(speech.language) in _RIGHT_TO_LEFT else "ltr",
        "site_title": site.title,
        "site_description": about.description,
        "site_url": served.site.root + "/",
        "base": served.feeds.url,
        "term": term,
        "is_site": term == SITE,
        "name": term.name or site.title,
        "title": about.title,
        "heading": set_apart.get("title") or term.name or site.title,
        "about": set_apart.get("description", ""),
        "address": served.feeds.url + page_path(term),
        "alternates": alternates(
            term, served
        ),  # of this feed alone: some readers put what they find into an order of theirs
        "subscription": subscription(term, served),
        "services": SERVICES,
        "path": page_path,
        "shown": shown,
        "kinds": kinds(speech),
        "style": files.address("style.css"),
        "script": files.address("script.js"),
        "icon": files.icon(served),
        "touch": files.touch(served),
        "logo": files.logo(served),
        "card": about.image or served.feeds.url + files.card(served),
        "index": True,
    }


def kinds(speech: Speech) -> dict[str, str]:
    """What one of each scheme is called."""
    return {"category": speech.say("Category"), "tag": speech.say("Tag"), "author": speech.say("Author")}


def shown(when: datetime, *, day: bool = False) -> Markup:
    """A date as everybody can read it, for people and for programs."""
    moment = when.replace(microsecond=0)
    text = f"{moment:%Y-%m-%d}" if day else f"{moment:%Y-%m-%d %H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), text)


def _primary(language: str) -> str:
    return language.lower().replace("_", "-").partition("-")[0]
