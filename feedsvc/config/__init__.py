"""Configuration: feedsvc.toml, the environment and Jekyll's _config.yml become one frozen Settings.

What is imported here is light, for whoever only holds settings; reading them is ``feedsvc.config.loading``.
"""

from feedsvc.config.settings import Settings, changed
from feedsvc.config.table import KEYS, TABLE, Setting, setting

__all__ = ["KEYS", "TABLE", "Setting", "Settings", "changed", "setting"]
