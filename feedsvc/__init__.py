"""feedsvc publishes a folder of posts as RSS, Atom and JSON feeds."""

__version__ = "0.1.0"
