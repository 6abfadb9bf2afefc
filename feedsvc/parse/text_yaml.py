"""YAML in which every scalar stays the text it was written as, on the C loader, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import yaml

from feedsvc.parse.quick import Quoted

if not yaml.__with_libyaml__:  # the pure one is seven times slower: better said at the start than found later
    raise ImportError("PyYAML lacks its C loader: install a wheel of it, or build it with libyaml")

_BREAKS = re.compile("[\x85\u2028\u2029]")  # line breaks to YAML, but not to any editor
_UNPRINTABLE = re.compile("[\x7f-\x9f\ufeff]")
_DEPTH = 64
_NODES = 20_000


class Unsafe(yaml.YAMLError):
    """Front matter built to exhaust memory or stack."""


class TextLoader(yaml.CSafeLoader):
    """Scalars are text, ``Quoted`` where they stood in quotes; nothing and ``~`` are None; tags mean nothing."""

    yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile(r"<<\Z"))]}  # noqa: RUF012
    yaml_constructors = {}  # noqa: RUF012 - both are how PyYAML is told


def _construct(loader: TextLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    text, style = str(node.value), getattr(node, "style", None)
    if style in ("'", '"'):
        return Quoted(text)
    return None if text in ("", "~") and style not in ("|", ">") else text


TextLoader.add_constructor(None, _construct)


def load_yaml(source: str) -> object:
    """The value that ``source`` holds; yaml.YAMLError where it is no YAML, or ``Unsafe``."""
    source = _UNPRINTABLE.sub("", _BREAKS.sub(" ", source))
    if _may_be_deep(source):
        _check_depth(source)
    value: object = yaml.load(source, Loader=TextLoader)  # noqa: S506 - it makes nothing but text
    if "*" in source:
        _check_size(value)
    return value


def _may_be_deep(source: str) -> bool:
    openings = source.count("[") + source.count("{") + source.count("- ") + source.count("? ")
    return openings > _DEPTH or "\n" + " " * _DEPTH in source


def _check_depth(source: str) -> None:
    """The C loader recurses, and some thousand levels end the process: events tell without recursion."""
    depth = 0
    for event in yaml.parse(source, Loader=TextLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEPTH:
                raise Unsafe(f"nested deeper than {_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_size(value: object) -> None:
    """Aliases of aliases multiply, or go round in a circle."""
    waiting, seen = [value], 0
    while waiting:
        seen += 1
        if seen > _NODES:
            raise Unsafe(f"aliases make it more than {_NODES} values")
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, Iterable) and not isinstance(value, str):
            waiting.extend(value)
