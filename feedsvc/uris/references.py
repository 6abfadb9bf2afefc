"""Any reference, in any script, becomes an absolute ASCII URI."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote

# RFC 3986, appendix B
_PARTS = re.compile(r"(?s)(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*\Z")
_AUTHORITY = re.compile(r"(?s)(?:(.*)@)?(\[[0-9A-Fa-f:.]+\]|[^\[\]:@]*)(?::([0-9]*))?\Z")
_UNSAFE_HOST = re.compile(r"[\x00-\x20\"<>\\^`{|}\x7f]")
_NO_HOST = re.compile(r"[\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f]")
_PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9._~!$&'()*+,;=:@/?-]*\Z")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BREAKS = re.compile(r"[\t\r\n]+")
# what `quote` leaves alone beside the unreserved characters: RFC 3986's pchar, "/", "?" and "%"
_SAFE = "!$&'()*+,;=:@/?%"
_MOST_KEPT = 1024  # characters: a longer reference is seldom met again


def absolute(base: str, ref: str) -> str:
    """``ref`` resolved against the absolute URI ``base`` (RFC 3986, section 5.2), as an ASCII URI.

    Characters that no URI may hold are percent-encoded as UTF-8; valid ``%XX`` are left as they are. ""
    where the outcome cannot be a URI (no scheme, a host that cannot be, no host in http).
    """
    if _PLAIN.match(ref) and "/." not in ref:
        return ref
    if ref.startswith("//"):  # it takes the scheme alone: one for all posts
        base = base[: base.find(":") + 1]
    if len(base) + len(ref) > _MOST_KEPT:
        return _resolved.__wrapped__(base, ref)
    return _resolved(base, ref)


@lru_cache(maxsize=4096)
def _resolved(base: str, ref: str) -> str:
    scheme, authority, path, query, fragment = _split(ref)
    b_scheme, b_authority, b_path, b_query, _ = _split(base)
    if scheme is None or (authority is None and scheme == b_scheme and scheme in ("http", "https")):
        scheme = b_scheme  # "https:x" is relative, as browsers read it: RFC 3986, section 5.2.2 lets us
        if authority is None:
            authority = b_authority
            if path == "":
                path, query = b_path, b_query if query is None else query
            elif not path.startswith("/"):
                path = _merge(b_authority, b_path, path)
    return _join(scheme, authority, path, query, fragment)


def ascii_uri(iri: str) -> str:
    """``iri`` as an ASCII URI (RFC 3987, section 3.1), hosts in Punycode; "" unless it is absolute."""
    if _PLAIN.match(iri) and "/." not in iri:
        return iri
    return _join(*_split(iri))


def _split(text: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    match = _PARTS.match(_BREAKS.sub("", text.strip(" \t\r\n\f")))
    assert match is not None  # noqa: S101 - the pattern matches any text
    scheme, authority, path, query, fragment = match.groups()
    return scheme, authority, path, query, fragment


def _merge(base_authority: str | None, base_path: str, path: str) -> str:
    """RFC 3986, section 5.2.3."""
    if base_authority is not None and base_path == "":
        return "/" + path
    return base_path[: base_path.rfind("/") + 1] + path


def remove_dots(path: str) -> str:
    """``path`` without its ``.`` and ``..`` segments (RFC 3986, section 5.2.4)."""
    if "/." not in path and not path.startswith("."):
        return path
    segments = path.split("/")
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            if len(kept) > 1 or (kept and kept[0] != ""):
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def _join(scheme: str | None, authority: str | None, path: str, query: str | None, rest: str | None) -> str:
    if scheme is None or not _SCHEME.match(scheme):
        return ""
    try:
        if authority is not None:
            host = _ascii_authority(authority)
            if host is None or (host == "" and scheme.lower() != "file"):
                return ""
            result = f"{scheme}://{host}{_encode(remove_dots(path))}"
        elif scheme.lower() in ("http", "https") or (path == "" and query is None):
            return ""
        else:
            result = f"{scheme}:{_encode(path)}"
        if query is not None:
            result += "?" + _encode(query)
        if rest is not None:
            result += "#" + _encode(rest)
    except UnicodeEncodeError:  # a lone surrogate is no character
        return ""
    return result


def _encode(part: str) -> str:
    return quote(_BAD_PERCENT.sub("%25", part), safe=_SAFE)


@lru_cache(maxsize=1024)
def _ascii_authority(authority: str) -> str | None:
    match = _AUTHORITY.match(authority)
    if match is None:
        return None
    user, host, port = match.groups()
    if _UNSAFE_HOST.search(host):
        return None
    if "%" in host or not host.isascii():
        host = _ascii_host(host)
    elif not host.startswith("["):
        host = _encode(host)
    prefix = "" if user is None else _encode(user) + "@"
    return f"{prefix}{host}" + (f":{port}" if port else "")


def _ascii_host(host: str) -> str:
    """Punycode, also of a name that was percent-encoded on its way (Markdown does so)."""
    try:
        name = unquote(host, errors="strict")
        if not _NO_HOST.search(name):
            return name.encode("idna").decode("ascii")
    except UnicodeError:
        pass
    return _encode(host)  # a registered name may be percent-encoded UTF-8: RFC 3986, section 3.2.2
