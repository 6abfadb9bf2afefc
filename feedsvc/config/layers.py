"""Where settings are given: each place becomes a layer of raw values that remember where they came from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from feedsvc.config.table import KEYS, PREFIX, TABLE
from feedsvc.exceptions import ConfigError

FILE = "feedsvc.toml"
CONTENT, STATE, CONFIG = f"{PREFIX}CONTENT", f"{PREFIX}STATE", f"{PREFIX}CONFIG"

_VARIABLES = {setting.variable: setting.key for setting in TABLE}
_SECTIONS = frozenset(key.partition(".")[0] for key in KEYS)
# what Kubernetes and Docker put into the environment for a service that is itself named feedsvc
_INJECTED = re.compile(rf"{PREFIX}(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)")


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it was given, and where."""

    raw: object
    origin: str


Layer = Mapping[str, Value]


def overrides(values: Mapping[str, object]) -> Layer:
    """The command line's; None stands for an option that was not given."""
    origin = "on the command line"
    for key in values:
        if key not in KEYS:
            raise unknown(key, KEYS, origin)
    return {key: Value(raw, origin) for key, raw in values.items() if raw is not None}


def environment(environ: Mapping[str, str]) -> Layer:
    """The variables that start with ``FEEDSVC_``; an empty one is as good as none."""
    found: dict[str, Value] = {}
    for name, raw in environ.items():
        if not name.startswith(PREFIX) or name in (CONTENT, STATE, CONFIG) or _INJECTED.fullmatch(name):
            continue
        if name not in _VARIABLES:
            raise unknown(name, (*_VARIABLES, CONTENT, STATE, CONFIG), "in the environment")
        if raw:
            found[_VARIABLES[name]] = Value(raw, f"in {name}")
    return found


def toml(path: Path) -> Layer:
    """A feedsvc.toml's."""
    try:
        data = tomllib.loads(text(path))
    except tomllib.TOMLDecodeError as error:
        hint = "text stands in quotes, and a section's name in brackets of its own"
        raise ConfigError(str(path), f"not readable as TOML: {error}; {hint}") from error
    found: dict[str, Value] = {}
    for key, raw in _flat(data, path):
        if key not in KEYS:
            raise unknown(key, KEYS, f"in {path}")
        found[key] = Value(raw, f"in {path}")
    return found


def _flat(data: Mapping[str, object], path: Path) -> Iterable[tuple[str, object]]:
    for name, value in data.items():
        if name not in KEYS and isinstance(value, dict):
            yield from ((f"{name}.{inner}", raw) for inner, raw in value.items())
        elif name == "feed" and isinstance(value, dict):  # sections of single feeds; [feeds] was meant by what is none
            yield from ((f"{name}.{inner}", raw) for inner, raw in value.items() if not isinstance(raw, dict))
            yield name, value
        elif name not in _SECTIONS or name in KEYS:
            yield name, value
        else:
            raise ConfigError(name, f"is a section: write [{name}] and its settings below (in {path})")


def text(path: Path) -> str:
    """A configuration file's text; raises ConfigError naming the file."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(str(path), error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), f"not UTF-8 text, at byte {error.start}") from error


def unknown(name: str, known: Iterable[str], where: str) -> ConfigError:
    """The error that a name is no setting's, with the one that was meant."""
    near = " or ".join(_meant(name, sorted(known)))
    hint = f"; did you mean {near}?" if near else ""
    return ConfigError(name, f"no such setting{hint} ({where})")


def _meant(name: str, known: Sequence[str]) -> list[str]:
    """The setting of the same name in another section, all of them where no section is named; else one like it."""
    section, _, last = name.rpartition(".")
    elsewhere = [key for key in known if key.endswith(f".{last}")]
    if elsewhere and not section:
        return elsewhere
    return get_close_matches(name, elsewhere, n=1, cutoff=0) or get_close_matches(name, known, n=1)
