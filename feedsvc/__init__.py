"""feedsvc publishes a folder of posts as RSS, Atom and JSON feeds."""

from importlib.metadata import version

__version__ = version("feedsvc")
