"""The door for readers: feeds, pages and control, as a Flask application and as granian's."""

from feedsvc.web.app import make_app
from feedsvc.web.create import create_app, create_rsgi, of_settings
from feedsvc.web.rsgi import Rsgi

__all__ = ["Rsgi", "create_app", "create_rsgi", "make_app", "of_settings"]
