"""What pages need beside themselves: the stylesheet, the script, the icon, the logo; the site's own before ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from feedsvc.catalogue import Reader
from feedsvc.rules import Look, Served
from feedsvc.shelf import Current, Shelved
from feedsvc.web.pages import icons

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
IMAGES = frozenset(suffix for suffix, kind in MEDIA_TYPES.items() if kind.startswith("image/"))
_SHIPPED = ("style.css", "script.js")
_CARD = 256  # pixels: what is shown where a page is shared
_TOUCH = 180  # pixels: on a phone's screen

Listing = Callable[[Reader, Current], Shelved]


@dataclass(frozen=True, slots=True)
class Files:
    """The files by path; each body with its media type. Icons that are made wait for the site's title."""

    bodies: dict[str, tuple[bytes, str]]
    own_icon: str = ""
    own_logo: str = ""

    @classmethod
    def of(cls, look: Look) -> Files:
        """The files of a site that looks like this: its folder has its own under our names, or in ``static/``."""
        bodies = {
            f"/{name}": _read(files("feedsvc.web").joinpath("static", name).read_bytes(), name) for name in _SHIPPED
        }
        for path, address in _own(look):
            bodies[address] = _read(path.read_bytes(), path.name)
        own = [_address(path, name) for path, name in ((look.icon, "icon"), (look.logo, "logo"))]
        return cls(bodies, *(address if address in bodies else "" for address in own))

    def address(self, name: str) -> str:
        """Where a file is fetched, with what tells its versions apart."""
        body, _ = self.bodies[f"/{name}"]
        return f"/{name}?v={blake2b(body, digest_size=4).hexdigest()}"

    def icon(self, served: Served) -> str:
        """Where the icon is fetched."""
        return self.own_icon or _versioned("/favicon.svg", served)

    def touch(self, served: Served) -> str:
        """Where the icon for a phone's screen is fetched, "" where the site's own has to do."""
        return "" if self.own_icon else _versioned("/apple-touch-icon.png", served)

    def logo(self, served: Served) -> str:
        """Where the logo in the head of pages is fetched."""
        return self.own_logo or self.icon(served)

    def card(self, served: Served) -> str:
        """Where the picture is fetched that stands for a page where it is shared: no SVG, which nobody shows there."""
        own = [each for each in (self.own_logo, self.own_icon) if each and not each.endswith(".svg")]
        return own[0] if own else _versioned("/icon.png", served)

    def lists(self) -> dict[str, Listing]:
        """All of them, by path."""
        made: dict[str, Listing] = {path: _fixed(path, *held) for path, held in self.bodies.items()}
        icon = self.bodies.get(self.own_icon)
        if icon is not None:
            return {**made, "/favicon.ico": _fixed("/favicon.ico", *icon)}
        return {
            **made,
            "/favicon.svg": _drawn("/favicon.svg", icons.svg, ".svg"),
            "/favicon.ico": _drawn("/favicon.ico", icons.ico, ".ico"),
            "/icon.png": _drawn("/icon.png", lambda title: icons.png(title, _CARD), ".png"),
            "/apple-touch-icon.png": _drawn(
                "/apple-touch-icon.png", lambda title: icons.png(title, _TOUCH, rounded=False), ".png"
            ),
        }


def _own(look: Look) -> Iterator[tuple[Path, str]]:
    """The site's own files, and where each is served."""
    if look.templates:
        folder = Path(look.templates)
        for path in sorted(folder.glob("static/*")):
            if path.is_file() and path.suffix in MEDIA_TYPES:
                yield path, f"/static/{path.name}"
        for name in _SHIPPED:
            if (folder / name).is_file():
                yield folder / name, f"/{name}"
    for picture, name in ((look.icon, "icon"), (look.logo, "logo")):
        if Path(picture).is_file():  # it may be gone since the settings were read: pages do without
            yield Path(picture), _address(picture, name)


def _address(path: str, name: str) -> str:
    return f"/{name}{Path(path).suffix.lower()}" if path else ""


def _read(body: bytes, name: str) -> tuple[bytes, str]:
    return body, MEDIA_TYPES[Path(name).suffix.lower()]


def _versioned(path: str, served: Served) -> str:
    return f"{path}?v={blake2b(served.site.title.encode(), digest_size=4).hexdigest()}"


def _fixed(path: str, body: bytes, media_type: str) -> Listing:
    return lambda _reader, current: Shelved(path, body, media_type, current.served)


def _drawn(path: str, draw: Callable[[str], bytes], suffix: str) -> Listing:
    return lambda _reader, current: Shelved(path, draw(current.served.site.title), MEDIA_TYPES[suffix], current.served)
