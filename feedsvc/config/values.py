"""What settings' values may look like, and what they mean; a ValueError completes the words "it should be"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from feedsvc.model import SCHEMES, Person, Term
from feedsvc.rules import Moves
from feedsvc.uris import addressable, ascii_uri, feed_name

_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*")
_TIMES = {
    1: ("", "s", "sec", "second"),
    60: ("m", "min", "minute"),
    3_600: ("h", "hour"),
    86_400: ("d", "day"),
    604_800: ("w", "week"),
}
_SECONDS = {name + plural: size for size, names in _TIMES.items() for name in names for plural in ("", "s")}
_BYTES = {"": 1, "b": 1} | {
    letter + ending: base**power
    for power, letter in enumerate("kmgt", start=1)
    for ending, base in (("", 1000), ("b", 1000), ("ib", 1024))
}
# what documents cannot hold: controls but white space, surrogates, and the noncharacters that XML forbids
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\r\n]+")
EMAIL = re.compile(r"[A-Za-z0-9_.+'!#$%&*/=?^`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9][A-Za-z0-9-]*")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def valid(parser: Callable[[object], str], value: object) -> str:
    """What a setting's own parser makes of a value that was meant for another program, "" where it can make nothing."""
    if not isinstance(value, str) or not value:
        return ""
    try:
        return parser(value)
    except ValueError:
        return ""


def text(value: object) -> str:
    """One line of text; breaks and runs of spaces are one space."""
    if not isinstance(value, str):
        raise ValueError("text")  # noqa: TRY004 - pydantic takes ValueErrors for explanations
    line = _SPACES.sub(" ", value).strip(" ")
    if UNPRINTABLE.search(line):
        raise ValueError("text without control characters")
    return line


def token(value: object) -> str:
    """A secret that can be sent in a header (RFC 6750, section 2.1, allows less; proxies allow this)."""
    secret = value.strip() if isinstance(value, str) else ""
    if not secret.isascii() or not secret.isprintable() or " " in secret or not isinstance(value, str):
        raise ValueError("ASCII letters, digits and signs without spaces")
    return secret


def number(value: object) -> object:
    """A whole number, which true and false are not."""
    if isinstance(value, bool):
        raise ValueError("a whole number")  # noqa: TRY004 - likewise
    return value


def duration(value: object) -> float:
    """Seconds: 300, "5m", "24h", "1h 30m", "30 days"."""
    return _sum(value, _SECONDS, 'a duration such as 300, "5m", "24h" or "30 days"')


def size(value: object) -> int:
    """Bytes: 4000000, "256MB", "1.5 GiB"."""
    return int(_sum(value, _BYTES, 'a size such as 4000000, "256MB" or "1 GiB"'))


def _sum(value: object, units: Mapping[str, float], wanted: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return value
    total, end = 0.0, 0
    written = value if isinstance(value, str) else ""
    while match := _AMOUNT.match(written, end):
        if match[2].lower() not in units:
            raise ValueError(wanted)
        total += float(match[1]) * units[match[2].lower()]
        end = match.end()
    if end != len(written) or not written:
        raise ValueError(wanted)
    return total


def listing(value: object) -> tuple[str, ...]:
    """Several texts: a list, or one string with commas between them."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
        raise ValueError("a list of texts")
    return tuple(stripped for part in parts if (stripped := part.strip()))


def url(value: object) -> str:
    """An absolute http(s) address as an ASCII URI, without a slash at its end."""
    wanted = "an absolute address such as https://example.org"
    try:
        address = ascii_uri(value) if isinstance(value, str) else ""
        parts = urlsplit(address)
    except ValueError as error:
        raise ValueError(wanted) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(wanted)
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError(f"{wanted}, without query, fragment and password")
    # as jekyll-feed has it in its ids: RFC 3986, section 6.2.2.1 and 6.2.3
    host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/")


def urls(value: object) -> tuple[str, ...]:
    """Several absolute http(s) addresses, as they are: a hub's may end in a slash or hold a query."""
    found = tuple(map(ascii_uri, listing(value)))
    if not all(urlsplit(address).scheme in ("http", "https") for address in found):
        raise ValueError("a list of absolute addresses such as https://hub.example.org/")
    return found


def image(value: object) -> str:
    """An image's absolute http(s) address, or "" for none."""
    return (
        value
        if value == ""
        else _reference(value, "the absolute address of an image, such as https://example.org/logo.png")
    )


def target(value: object) -> str:
    """Where a feed has moved to: an absolute http(s) address, ``{file}`` in it left as it is; "" for nowhere."""
    wanted = "an absolute address such as https://example.org/new/ or https://example.org/new/{file}"
    return value if value == "" else _reference(value, wanted).replace("%7Bfile%7D", "{file}")


def _reference(value: object, wanted: str) -> str:
    """An absolute http(s) address as an ASCII URI, query and all."""
    try:
        address = ascii_uri(text(value))
        parts = urlsplit(address)
    except ValueError as error:
        raise ValueError(wanted) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError(wanted)
    return address


def tables(value: object) -> Mapping[str, object]:
    """Sections of single feeds; what they hold is looked at one by one."""
    if value == ():
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(each, Mapping) for each in value.values()):
        raise ValueError('sections of feedsvc.toml such as [feed."category/TechWeb"]')
    return value


def feed(value: str) -> str:
    """A feed's name or a pattern of such: ``site``, ``category/TechWeb``, ``tag/财*``, in NFC."""
    name = _name(value)
    scheme, _, term = name.partition("/")
    if name != "site" and not is_pattern(scheme) and (scheme not in SCHEMES or not addressable(term)):
        raise ValueError("site, or such as category/TechWeb, tag/A股 or tag/*")
    return name


def is_pattern(name: str) -> bool:
    """Whether a name may match others."""
    return any(char in name for char in "*?[")


def baseurl(value: object) -> str:
    """A path of an ASCII URI that starts with a slash and ends with none; "" is the root."""
    path = text(value).strip("/")
    if any(char in path for char in ("?", "#", "://")):
        raise ValueError("a path such as /blog")
    return ascii_uri(f"http://x/{path}").removeprefix("http://x").rstrip("/")


def language(value: object) -> str:
    """A language tag (RFC 5646); a locale such as ``zh_CN.UTF-8`` is read as one."""
    tag = text(value).partition(".")[0].replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError("a language tag such as en or zh-CN")
    return tag


def zone(value: object) -> str:
    """A zone of the IANA database."""
    name = text(value)
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError, a folder's name an OSError
        raise ValueError(_zone_wanted(name)) from error
    except KeyError as error:
        raise ValueError(_zone_wanted(name)) from error


def _zone_wanted(name: str) -> str:
    near = get_close_matches(name, available_timezones(), n=1)
    return f"a zone such as {near[0] if near else 'Asia/Shanghai'}"


def people(value: object) -> tuple[Person, ...]:
    """Authors: a name, a mapping with ``name``, ``email``, ``uri`` (or ``url``), or a list of these."""
    entries = value if isinstance(value, list | tuple) else [value]
    return tuple(_person(entry) for entry in entries)


def _person(entry: object) -> Person:
    if isinstance(entry, Person):
        return entry
    facts = entry if isinstance(entry, Mapping) else {"name": entry}
    name = facts.get("name")
    if not isinstance(name, str) or not text(name):
        raise ValueError("a name, or a table with name, email and uri, or a list of these")
    return Person(text(name), _optional(facts, "email"), ascii_uri(_optional(facts, "uri", "url")))


def _optional(facts: Mapping[object, object], *names: str) -> str:
    return next((text(value) for name in names if isinstance(value := facts.get(name), str)), "")


def feeds(value: object) -> tuple[str, ...]:
    """Addresses of feeds such as ``category/Old``, in NFC: a list, or a mapping of them to true or false."""
    if isinstance(value, Mapping):
        if not all(isinstance(said, bool) for said in value.values()):
            raise ValueError('a table of lines such as "category/Old" = true')
        value = [address for address, said in value.items() if said]
    return tuple(map(feed_name, map(_term, listing(value))))


def moves(value: object) -> Moves:
    """Old names of terms and new ones, each led to the end of its chain."""
    if value == ():
        return ()
    wanted = 'a section of lines such as "category/old" = "category/new"'
    if not isinstance(value, Mapping) or not all(isinstance(new, str) for new in value.values()):
        raise ValueError(wanted)
    steps = {_term(old): _term(new) for old, new in value.items()}
    return tuple((old, _end(old, steps)) for old in steps)


def _end(start: Term, steps: Mapping[Term, Term]) -> Term:
    chain = [start]
    while (following := steps.get(chain[-1])) is not None:
        if following in chain:
            raise ValueError(f"without a circle ({' → '.join(map(feed_name, (*chain, following)))})")
        chain.append(following)
    return chain[-1]


def _term(address: str) -> Term:
    scheme, _, name = _name(address).partition("/")
    if scheme not in SCHEMES or not addressable(name):
        raise ValueError("addresses of feeds such as category/Old or tag/x")
    return Term(scheme, name)


def _name(address: str) -> str:
    return unicodedata.normalize("NFC", address.removeprefix("/").removesuffix("/"))


def email(value: object) -> str:
    """An e-mail address, "" for none."""
    address = text(value)
    if address and not EMAIL.fullmatch(address):
        raise ValueError("an e-mail address such as podcast@example.org")
    return address


def choice(value: object, choices: tuple[str, ...]) -> str:
    """One of a few words."""
    if value not in choices:
        raise ValueError(" or ".join(choices))
    return str(value)
