"""File events of the content folder: a hint where to look, never more; what is missed heals at the next tick."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import structlog
from watchfiles import watch

from feedsvc.config import Settings
from feedsvc.scan import real
from feedsvc.selection import is_folder

DEBOUNCE = 50  # ms of events that are gathered at most before they are told
STEP = 10  # ms of quiet that end the gathering earlier
CHECK = 200  # ms between looks at whether the folder is still the one that is watched

Look = Callable[[str, Iterable[str] | None], None]

log = structlog.get_logger()


class Watcher:
    """Tells ``look`` of changes below the content folder, by their paths; of configuration that changed, without.

    The folder itself is watched flat, each of its sub-folders that may hold posts in depth: so the state folder,
    and what a site generator writes beside the posts, are never watched.
    """

    def __init__(self, settings: Settings, look: Look) -> None:
        self._settings = settings
        self._look = look
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=run, name="feedsvc-watch", daemon=True) for run in (self._top, self._below)
        ]

    def start(self) -> None:
        """Begin to watch."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop watching, and wait until it is so."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _top(self) -> None:
        """Watch the folder itself, and those that hold its configuration."""
        for root, names in self._follow(self._flat, recursive=False):
            if names & {str(real(path.parent) / path.name) for path in self._settings.sources}:
                self._look("change", None)
            self._tell(root, names)

    def _below(self) -> None:
        """Watch the sub-folders that may hold posts."""
        for root, names in self._follow(self._deep, recursive=True):
            self._tell(root, names)

    def _follow(self, which: Callable[[Path], list[str]], *, recursive: bool) -> Iterator[tuple[Path, set[str]]]:
        """Changes in the folders that ``which`` names, through every switch of the content folder."""
        while not self._stop.is_set():
            root = self._root()
            folders = _identified(which(root)) if root is not None else {}
            if root is None or not folders:
                self._stop.wait(CHECK / 1000)
                continue
            began = False
            for names in self._changes(list(folders), recursive=recursive):
                if not began:
                    began = True
                    self._look("change", None)  # whatever came before the watch began
                yield root, names
                if names & folders.keys() or self._root() != root or _identified(which(root)) != folders:
                    break
            if self._root() is None:
                self._look("change", None)  # for the rebuild to say so

    def _changes(self, folders: Sequence[str], *, recursive: bool) -> Iterator[set[str]]:
        """Names of what changed; an empty set every now and then. Ends where the folders cannot be watched."""
        try:
            for changes in watch(
                *folders,
                watch_filter=None,
                debounce=DEBOUNCE,
                step=STEP,
                stop_event=self._stop,
                rust_timeout=CHECK,
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=recursive,
                ignore_permission_denied=True,
            ):
                yield {name for _, name in changes}
        except FileNotFoundError:
            self._stop.wait(CHECK / 1000)  # gone between two looks
        except OSError as error:
            if self._settings.watch:
                log.warning("cannot watch, rescans find what changes", reason=str(error))
            self._stop.wait(self._settings.every)

    def _tell(self, root: Path, names: set[str]) -> None:
        prefix, state = f"{root}{os.sep}", f"{real(self._settings.state)}{os.sep}"
        paths = [
            name.removeprefix(prefix)
            for name in names
            if name.startswith(prefix) and not f"{name}{os.sep}".startswith(state)
        ]
        if paths:
            self._look("change", paths)

    def _root(self) -> Path | None:
        root = real(self._settings.content)
        return root if os.path.isdir(root) else None  # noqa: PTH112 - also False where it is closed to us

    def _flat(self, root: Path) -> list[str]:
        # one name for each folder: of two names for the same one, events come under either
        configured = {real(path.parent) for path in self._settings.sources}
        return sorted(map(str, {root, *filter(os.path.isdir, configured)}))

    def _deep(self, root: Path) -> list[str]:
        state = real(self._settings.state)
        kept = self._settings.templates
        templates = {folder.name for folder in (kept.includes, kept.data) if folder is not None}
        try:
            with os.scandir(root) as entries:
                return sorted(
                    entry.path
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False)
                    and (is_folder(entry.name, self._settings.rules) or entry.name in templates)
                    and Path(entry.path) != state
                )
        except OSError:  # gone, or closed to us: perhaps not when we look again
            return []


def _identified(folders: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Folders by name, with device and inode: a watch stays with a folder when another takes its name.

    One that is deleted and made anew may get the same inode; then an event of the folder itself tells.
    """
    found = {}
    for folder in folders:
        try:
            status = Path(folder).stat()
        except OSError:
            continue
        found[folder] = status.st_dev, status.st_ino
    return found
