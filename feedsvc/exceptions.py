"""The error tree: every error a caller may meet, and what it is about.

FeedsvcError
├── ConfigError            a setting is wrong; carries the key
├── ContentError           one post cannot be read as it stands; carries path, line, code and hint
├── ContentMissing         the content folder is missing or empty where it was not: never a mass deletion
├── OldFeedError           a feed that is live elsewhere cannot be read; carries its source
├── RenderError            a document could not be made; carries the feed's address
├── SelectionError         a query asks for what cannot be; carries the parameter
├── SearchNotReady         words cannot be looked up yet: the index is being made
└── CatalogueError         the state folder cannot be used; carries its path
    ├── CatalogueMissing   there is no catalogue yet: nothing has been built here
    └── CatalogueBusy      another writer holds the lock
"""

from __future__ import annotations

from dataclasses import dataclass


class FeedsvcError(Exception):
    """Anything feedsvc can explain in one line; ``str()`` of it is that line."""


@dataclass
class ConfigError(FeedsvcError):
    """A setting is unknown or has a value that cannot be."""

    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}"


@dataclass
class ContentError(FeedsvcError):
    """A post cannot be read; ``line`` counts from 1 in the file, 0 when no line is to blame."""

    path: str
    line: int
    code: str
    reason: str
    hint: str = ""
    unfinished: bool = False  # looks like a file its writer has not finished: empty, or its fence is open

    @classmethod
    def fault(cls, path: str, error: Exception) -> ContentError:
        """What is told of a post that feedsvc itself fails on."""
        reason = f"feedsvc fails on this post: {type(error).__name__}: {error}"
        return cls(path, 0, "fault", reason, "please report it, with the post")

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.path}:{self.line}: {self.code}: {self.reason}{hint}"


class ContentMissing(FeedsvcError):
    """The content folder is not there, or is empty where it held posts."""


@dataclass
class OldFeedError(FeedsvcError):
    """A feed that is live elsewhere cannot be fetched, or is none."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


@dataclass
class RenderError(FeedsvcError):
    """A document could not be made."""

    address: str
    reason: str

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"


@dataclass
class SelectionError(FeedsvcError):
    """A query asks for something that cannot be; ``message`` is a sentence for whoever wrote it."""

    parameter: str
    message: str

    def __str__(self) -> str:
        return self.message


class SearchNotReady(FeedsvcError):
    """Words cannot be looked up yet; in a moment they can."""

    def __init__(self) -> None:
        super().__init__("The index for searches is being made: try again in a minute.")


@dataclass
class CatalogueError(FeedsvcError):
    """The state folder or the catalogue in it cannot be used."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class CatalogueMissing(CatalogueError):
    """Nothing has been built into this state folder yet."""


@dataclass
class CatalogueBusy(CatalogueError):
    """Another writer holds the lock; ``listens`` says whether it takes requests for rebuilds."""

    listens: bool = False
