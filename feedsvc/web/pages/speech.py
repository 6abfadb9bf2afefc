"""What pages say, in the site's language: gettext over .po files, read as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path

import polib

FOLDER = "locale"
_OWN = "en"  # what templates are written in
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Speech:
    """The words of one language; ``language`` is the tag of what is really spoken."""

    language: str
    _words: NullTranslations

    def say(self, text: str, /, **values: object) -> str:
        """A text with ``{…}`` filled in. Templates call it ``_``."""
        return self._words.gettext(text).format(**values)

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """A text that depends on a number, which it holds as ``{number}``. Templates call it ``n_``."""
        return self._words.ngettext(one, many, number).format(number=f"{number:,}", **values)


def speech(language: str, folder: str = "") -> Speech:
    """The words for a language tag (``zh-CN``, ``en``), or for a more general one; English where there are none.

    A site's ``folder`` of templates may hold ``locale/{tag}.po``, which goes before ours.
    """
    return _speech(language.replace("_", "-"), folder)


@lru_cache(maxsize=32)
def _speech(language: str, folder: str) -> Speech:
    if not _TAG.fullmatch(language):
        return Speech(_OWN, NullTranslations())
    for tag in _general(language):
        found = _read(tag, folder)
        if found is not None:
            return Speech(language if tag == language else tag, found)
        if tag == _OWN:
            return Speech(language, NullTranslations())
    return Speech(_OWN, NullTranslations())


def _general(language: str) -> Iterator[str]:
    """A tag, and those it falls back to (RFC 4647, section 3.4)."""
    parts = language.split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def _read(tag: str, folder: str) -> GNUTranslations | None:
    name = f"{tag.lower()}.po"
    own = Path(folder, FOLDER, name) if folder else None
    if own is not None and own.is_file():
        return _compiled(own)
    shipped = files("feedsvc.web").joinpath(FOLDER, name)
    if not shipped.is_file():
        return None
    with as_file(shipped) as path:
        return _compiled(path)


def _compiled(path: Path) -> GNUTranslations:
    """What gettext would read from the .mo file that msgfmt makes of this."""
    return GNUTranslations(BytesIO(polib.pofile(str(path), encoding="utf-8").to_binary()))
