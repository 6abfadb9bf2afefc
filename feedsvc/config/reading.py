"""Reading a Jekyll site's YAML as its authors wrote it."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from feedsvc.config.layers import text
from feedsvc.config.values import UNPRINTABLE
from feedsvc.exceptions import ConfigError


class _Loader(yaml.CSafeLoader):
    """YAML whose numbers and dates stay text as written: a title ``1.10`` is not 1.1.

    Control characters, which Jekyll passes on to pages, are left out: they are no reason not to serve the site.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way to say it
        first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> str:
        return UNPRINTABLE.sub("", super().construct_scalar(node))


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF"))


def load_yaml(path: Path) -> object:
    """What a file holds; raises ConfigError naming file and line where it is no YAML."""
    try:
        return yaml.load(text(path), _Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}", f"not readable as YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(str(path), f"not readable as YAML: {reason}") from error
