"""Documents from what was asked: which posts, their entries, the frame around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from feedsvc.catalogue import Index, Reader
from feedsvc.compose.asked import Asked
from feedsvc.compose.holding import contents
from feedsvc.entries import Entries
from feedsvc.model import FILENAMES, FORMATS, SITE, Content, Feed, Format, Problem, entry_key
from feedsvc.particulars import particulars
from feedsvc.plan import Slot, content_of, feed, rules_of
from feedsvc.render import RenderRules, frame, splice
from feedsvc.rules import FeedRules, Particulars, Served
from feedsvc.select import Selection
from feedsvc.uris import Bound


def compose(reader: Reader, served: Served, asked: Asked, format_: Format, index: Index | None = None) -> bytes:
    """The document's bytes. Raises SelectionError where words are asked for and there is no ``index``."""
    about = particulars(asked.term, served.site, served.feeds.tables) if asked.term else None
    chosen = replace(asked, selection=asked.selection.renamed(dict(served.moved)))
    slots, before = contents(reader, rules_of(about, served.feeds) if about else served.feeds, chosen, index)
    rules = RenderRules(served.feeds.url, authors=served.site.authors, podcast=served.feeds.podcast)
    rendered = _render(reader, rules, slots, format_, _content(asked, about, served.feeds))
    return splice(frame(_feed(asked, slots, before, served), format_, rules, rendered), rendered)


def _content(asked: Asked, about: Particulars | None, rules: FeedRules) -> Content:
    if asked.full is None:
        return content_of(about, rules)
    return "full" if asked.full else "summary"


def _render(
    reader: Reader, rules: RenderRules, slots: Sequence[Slot], format_: Format, content: Content
) -> list[bytes]:
    """The entries, in order: those that are stored, and the rest made now."""
    keys = {entry_key(slot.version, content): slot.number for slot in slots}
    found = reader.entries(list(keys))
    missing = [number for key, number in keys.items() if key not in found]
    problems: list[Problem] = []  # a rebuild tells of those
    found |= Entries(reader, rules).render(missing, (format_,), content, problems)
    return [rendered[format_] for key in keys if (rendered := found.get(key))]


def _feed(asked: Asked, slots: Sequence[Slot], before: Bound | None, served: Served) -> Feed:
    base = served.feeds.url
    made = feed(asked.term or SITE, slots, served.site, served.feeds, None, older=False)
    if asked.term is None:
        alone = replace(asked, limit=None, full=None, before=None)
        made = replace(made, id=base + alone.address(""), title=f"{_title(asked.selection)} - {served.site.title}")
    after = asked.before.following() if asked.before and not before else None
    return replace(
        made,
        urls=_addresses(base, asked),
        previous=_addresses(base, replace(asked, before=before)) if before else (),
        current=_addresses(base, replace(asked, before=None)) if asked.before else (),
        following=_addresses(base, replace(asked, before=after)) if after else (),
    )


def _addresses(base: str, asked: Asked) -> tuple[tuple[Format, str], ...]:
    return tuple((format_, base + asked.address(FILENAMES[format_])) for format_ in FORMATS)


def _title(selection: Selection) -> str:
    """What is in a selection, in signs that need no language."""
    parts = [" | ".join(term.name for term in group) for group in selection.groups]
    title = " + ".join(parts + ([f"“{selection.words}”"] if selection.words else []))
    return " − ".join([title or "*", *(term.name for term in selection.none_of)])
